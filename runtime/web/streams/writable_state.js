// SPDX-License-Identifier: Apache-2.0
// What is behind a WritableStream and its writer, and the operations on them:
// https://streams.spec.whatwg.org/#ws-abstract-ops and #writable-stream-writer-abstract-ops
"use strict";

const { detachRecord } = require("webidl/webidl");
const { Deferred, rejectedDeferred, resolvedDeferred, uponAlgorithm } = require("streams/promises");
const { Queue } = require("streams/queue");
const { TypeError } = primordials;

const WRITABLE = 0;
const ERRORING = 1;
const ERRORED = 2;
const CLOSED = 3;

class WritableState {
  constructor() {
    this.status = WRITABLE;
    this.backpressure = false;
    this.controller = null;
    this.writer = null;
    this.storedError = undefined;
    this.writeRequests = new Queue(); // of Deferred
    this.inFlightWrite = null; // Deferreds
    this.closeRequest = null;
    this.inFlightClose = null;
    this.pendingAbort = null; // { deferred, reason, wasAlreadyErroring }
  }

  get isClosing() {
    return this.closeRequest !== null || this.inFlightClose !== null;
  }
}

detachRecord(WritableState);

class WriterState {
  constructor(stream) {
    if (stream.writer !== null) throw new TypeError("The WritableStream is locked to a writer already.");
    this.stream = stream;
    stream.writer = this;
    const { status } = stream;
    if (status === WRITABLE) {
      this.ready = !stream.isClosing && stream.backpressure
        ? new Deferred(true) : resolvedDeferred(true, undefined);
    } else {
      this.ready = status === CLOSED
        ? resolvedDeferred(true, undefined) : rejectedDeferred(true, stream.storedError);
    }
    if (status === CLOSED) this.closed = resolvedDeferred(true, undefined);
    else this.closed = status === ERRORED ? rejectedDeferred(true, stream.storedError) : new Deferred(true);
  }
}

detachRecord(WriterState);

function rejectReady(writer, reason) {
  if (writer.ready.isPending) writer.ready.reject(reason);
  else writer.ready = rejectedDeferred(true, reason);
}

function rejectClosed(writer, reason) {
  if (writer.closed.isPending) writer.closed.reject(reason);
  else writer.closed = rejectedDeferred(true, reason);
}

function rejectCloseAndClosed(stream) {
  if (stream.closeRequest !== null) {
    stream.closeRequest.reject(stream.storedError);
    stream.closeRequest = null;
  }
  if (stream.writer !== null) stream.writer.closed.reject(stream.storedError);
}

function finishErroring(stream) {
  stream.status = ERRORED;
  stream.controller.errorSteps();
  const { writeRequests, pendingAbort } = stream;
  while (writeRequests.length > 0) writeRequests.shift().reject(stream.storedError);
  if (pendingAbort === null) {
    rejectCloseAndClosed(stream);
    return;
  }
  stream.pendingAbort = null;
  if (pendingAbort.wasAlreadyErroring) {
    pendingAbort.deferred.reject(stream.storedError);
    rejectCloseAndClosed(stream);
    return;
  }
  uponAlgorithm(stream.controller.abortSteps(pendingAbort.reason), () => {
    pendingAbort.deferred.resolve(undefined);
    rejectCloseAndClosed(stream);
  }, (reason) => {
    pendingAbort.deferred.reject(reason);
    rejectCloseAndClosed(stream);
  });
}

function startErroring(stream, reason) {
  stream.status = ERRORING;
  stream.storedError = reason;
  if (stream.writer !== null) rejectReady(stream.writer, reason);
  if (stream.inFlightWrite === null && stream.inFlightClose === null && stream.controller.started) {
    finishErroring(stream);
  }
}

function dealWithRejection(stream, reason) {
  if (stream.status === WRITABLE) startErroring(stream, reason);
  else finishErroring(stream);
}

// A promise, or undefined when there is nothing to abort.
function abort(stream, reason) {
  if (stream.status === CLOSED || stream.status === ERRORED) return undefined;
  stream.controller.signalAbort(reason); // runs listeners: the stream may have changed
  if (stream.status === CLOSED || stream.status === ERRORED) return undefined;
  if (stream.pendingAbort !== null) return stream.pendingAbort.deferred.get();
  const wasAlreadyErroring = stream.status === ERRORING;
  const deferred = new Deferred(false);
  const promise = deferred.get();
  stream.pendingAbort = { deferred, reason: wasAlreadyErroring ? undefined : reason, wasAlreadyErroring };
  if (!wasAlreadyErroring) startErroring(stream, reason);
  return promise;
}

// A Deferred. The stream must not be closing, closed or errored.
function close(stream) {
  const deferred = new Deferred(false);
  stream.closeRequest = deferred;
  if (stream.writer !== null && stream.backpressure && stream.status === WRITABLE) {
    stream.writer.ready.resolve(undefined);
  }
  stream.controller.close();
  return deferred;
}

// close() with its checks, as writer.close() and stream.close() have it.
function tryClose(stream, method) {
  if (stream.status === CLOSED || stream.status === ERRORED || stream.isClosing) {
    const what = stream.status === ERRORED
      ? "errored" : stream.status === CLOSED ? "closed" : "closing already";
    return rejectedDeferred(false, new TypeError(`Failed to execute ${method}: the stream is ${what}.`));
  }
  return close(stream);
}

// What a pipe does at the end of its source.
function closeWithErrorPropagation(stream) {
  if (stream.isClosing || stream.status === CLOSED) return resolvedDeferred(false, undefined);
  if (stream.status === ERRORED) return rejectedDeferred(false, stream.storedError);
  return close(stream);
}

function updateBackpressure(stream, backpressure) {
  const { writer } = stream;
  if (writer !== null && backpressure !== stream.backpressure) {
    if (backpressure) writer.ready = new Deferred(true);
    else writer.ready.resolve(undefined);
  }
  stream.backpressure = backpressure;
}

function finishInFlightWrite(stream) {
  stream.inFlightWrite.resolve(undefined);
  stream.inFlightWrite = null;
}

function finishInFlightWriteWithError(stream, reason) {
  stream.inFlightWrite.reject(reason);
  stream.inFlightWrite = null;
  dealWithRejection(stream, reason);
}

function finishInFlightClose(stream) {
  stream.inFlightClose.resolve(undefined);
  stream.inFlightClose = null;
  if (stream.status === ERRORING) {
    stream.storedError = undefined;
    if (stream.pendingAbort !== null) {
      stream.pendingAbort.deferred.resolve(undefined);
      stream.pendingAbort = null;
    }
  }
  stream.status = CLOSED;
  if (stream.writer !== null) stream.writer.closed.resolve(undefined);
}

function finishInFlightCloseWithError(stream, reason) {
  stream.inFlightClose.reject(reason);
  stream.inFlightClose = null;
  if (stream.pendingAbort !== null) {
    stream.pendingAbort.deferred.reject(reason);
    stream.pendingAbort = null;
  }
  dealWithRejection(stream, reason);
}

function desiredSize(stream) {
  if (stream.status === ERRORED || stream.status === ERRORING) return null;
  return stream.status === CLOSED ? 0 : stream.controller.desiredSize;
}

// A Deferred for the chunk's arrival in the sink.
function write(writer, chunk) {
  const { stream } = writer;
  const { controller } = stream;
  const size = controller.sizeOf(chunk); // runs the script's size(): everything may have changed
  if (stream !== writer.stream) return rejectedDeferred(false, new TypeError("The writer was released."));
  if (stream.status === ERRORED) return rejectedDeferred(false, stream.storedError);
  if (stream.isClosing || stream.status === CLOSED) {
    return rejectedDeferred(false, new TypeError("A chunk cannot be written: the stream is closing."));
  }
  if (stream.status === ERRORING) return rejectedDeferred(false, stream.storedError);
  const deferred = new Deferred(false);
  stream.writeRequests.push(deferred);
  controller.write(chunk, size);
  return deferred;
}

function release(writer) {
  const reason = new TypeError("The writer was released.");
  rejectReady(writer, reason);
  rejectClosed(writer, reason);
  writer.stream.writer = null;
  writer.stream = null;
}

exports.WRITABLE = WRITABLE;
exports.ERRORING = ERRORING;
exports.ERRORED = ERRORED;
exports.CLOSED = CLOSED;
exports.WritableState = WritableState;
exports.WriterState = WriterState;
exports.abort = abort;
exports.tryClose = tryClose;
exports.closeWithErrorPropagation = closeWithErrorPropagation;
exports.startErroring = startErroring;
exports.finishErroring = finishErroring;
exports.dealWithRejection = dealWithRejection;
exports.updateBackpressure = updateBackpressure;
exports.finishInFlightWrite = finishInFlightWrite;
exports.finishInFlightWriteWithError = finishInFlightWriteWithError;
exports.finishInFlightClose = finishInFlightClose;
exports.finishInFlightCloseWithError = finishInFlightCloseWithError;
exports.desiredSize = desiredSize;
exports.write = write;
exports.release = release;
// writable_stream.js sets these: isWritableStream(V), stateOf(stream).
exports.brand = { isWritableStream: null, stateOf: null };
