// SPDX-License-Identifier: Apache-2.0
// What is behind a ReadableStream and its readers, and the operations on them:
// https://streams.spec.whatwg.org/#rs-abstract-ops and #readable-stream-reader-abstract-ops. Public classes
// are thin wrappers around these records; the runtime's own code works on the records and never makes the
// wrappers.
//
// A controller record has: pullSteps(readRequest), cancelSteps(reason), releaseSteps(), hasChunk,
// takeChunk(). A read request has: chunk(value), close(), error(reason); a read-into request's close takes a
// view or undefined.
"use strict";

const { detachRecord } = require("webidl/webidl");
const { Deferred, rejectedDeferred, resolvedDeferred } = require("streams/promises");
const { Queue } = require("streams/queue");
const { PromisePrototypeThen, PromiseReject, TypeError } = primordials;

const READABLE = 0;
const CLOSED = 1;
const ERRORED = 2;

class ReadableState {
  constructor() {
    this.status = READABLE;
    this.disturbed = false;
    this.controller = null; // null with `content`: made when somebody reads
    this.reader = null;
    this.content = null; // all that a stream of the runtime's own will give, while nobody has read
    this.storedError = undefined;
    this.nativeHandle = 0; // body handle of an untouched native source
    this.nativeWatch = null; // what can abort that body, see fetch/fetch.js
    this.expectedLength = -1; // bytes that will come, when it is known beforehand
  }
}

detachRecord(ReadableState);

// Lazily gives reader.closed: most readers never look at it.
function initialClosed(stream) {
  if (stream.status === READABLE) return new Deferred(true);
  return stream.status === CLOSED
    ? resolvedDeferred(true, undefined) : rejectedDeferred(true, stream.storedError);
}

class ReaderState {
  constructor(stream, isByob) {
    if (stream.reader !== null) throw new TypeError("The ReadableStream is locked to a reader already.");
    this.stream = stream;
    this.isByob = isByob;
    this.requests = new Queue(); // read requests, or read-into requests
    this.closed = initialClosed(stream);
    stream.reader = this;
  }
}

detachRecord(ReaderState);

function takeRequests(reader) {
  const { requests } = reader;
  reader.requests = new Queue();
  return requests;
}

function errorRequests(reader, reason) {
  const requests = takeRequests(reader);
  while (requests.length > 0) requests.shift().error(reason);
}

function close(stream) {
  stream.status = CLOSED;
  const { reader } = stream;
  if (reader === null) return;
  reader.closed.resolve(undefined);
  if (reader.isByob || reader.requests.length === 0) return;
  const requests = takeRequests(reader);
  while (requests.length > 0) requests.shift().close();
}

function error(stream, reason) {
  stream.status = ERRORED;
  stream.storedError = reason;
  const { reader } = stream;
  if (reader === null) return;
  reader.closed.reject(reason);
  errorRequests(reader, reason);
}

function returnUndefined() {}

// A promise, or undefined when the stream is cancelled at once.
function cancel(stream, reason) {
  stream.disturbed = true;
  if (stream.status === CLOSED) return undefined;
  if (stream.status === ERRORED) return PromiseReject(stream.storedError);
  close(stream);
  const { reader } = stream;
  if (reader !== null && reader.isByob) {
    const requests = takeRequests(reader);
    while (requests.length > 0) requests.shift().close(undefined);
  }
  const result = stream.controller.cancelSteps(reason);
  return result === undefined ? undefined : PromisePrototypeThen(result, returnUndefined);
}

function read(reader, readRequest) {
  const { stream } = reader;
  stream.disturbed = true;
  if (stream.status === READABLE) stream.controller.pullSteps(readRequest);
  else if (stream.status === CLOSED) readRequest.close();
  else readRequest.error(stream.storedError);
}

function readInto(reader, view, min, readIntoRequest) {
  const { stream } = reader;
  stream.disturbed = true;
  if (stream.status === ERRORED) readIntoRequest.error(stream.storedError);
  else stream.controller.pullInto(view, min, readIntoRequest);
}

function release(reader) {
  const { stream } = reader;
  const reason = new TypeError("The reader was released.");
  if (reader.closed.isPending) reader.closed.reject(reason);
  else reader.closed = rejectedDeferred(true, reason);
  stream.controller.releaseSteps();
  stream.reader = null;
  reader.stream = null;
  if (reader.requests.length > 0) errorRequests(reader, new TypeError("The reader was released."));
}

// Whether a default (or BYOB) reader waits.
function hasReadRequests(stream) {
  const { reader } = stream;
  return reader !== null && !reader.isByob && reader.requests.length > 0;
}

function hasReadIntoRequests(stream) {
  const { reader } = stream;
  return reader !== null && reader.isByob && reader.requests.length > 0;
}

exports.READABLE = READABLE;
exports.CLOSED = CLOSED;
exports.ERRORED = ERRORED;
exports.ReadableState = ReadableState;
exports.ReaderState = ReaderState;
exports.close = close;
exports.error = error;
exports.cancel = cancel;
exports.read = read;
exports.readInto = readInto;
exports.release = release;
exports.hasReadRequests = hasReadRequests;
exports.hasReadIntoRequests = hasReadIntoRequests;
// readable_stream.js sets these: isReadableStream(V), stateOf(stream). The readers, which it needs itself,
// use them.
exports.brand = { isReadableStream: null, stateOf: null };
