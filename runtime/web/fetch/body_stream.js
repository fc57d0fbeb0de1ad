// SPDX-License-Identifier: Apache-2.0
// What bodies do with streams: make one from bytes, read one to its end, send one to native code.
"use strict";

const { createAsyncSource } = require("streams/async_source");
const webidl = require("webidl/webidl");
const { Drain, createNativeReadableStream, messageOf, pumpToPipe, takeNativeHandle } =
  require("streams/native_source");
const { pipeTo } = require("streams/pipe");
const {
  createContentStream, createReadableStream, expectedLength, isByteStream, isDisturbed, isLocked, isReadableStream,
  peekState, readableState, takeContent, tee, wrapReadable,
} = require("streams/readable_stream");
const { DefaultTee } = require("streams/tee");
const { createTransformState, transformReadable } = require("streams/transform_stream");
const { isBufferSource } = require("file/blob");
const buffers = require("streams/buffers");
const { markHandled, queueMicrotask } = require("streams/promises");
const { ERRORED, READABLE, ReaderState, cancel } = require("streams/readable_state");
const {
  ArrayBufferIsView, TypeError, TypedArrayPrototypeGetBuffer, TypedArrayPrototypeGetByteLength,
  TypedArrayPrototypeSet, Uint8Array,
} = primordials;

const kPipeOptions = { __proto__: null, preventAbort: false, preventCancel: false, preventClose: false, signal: null };

// Collects what a stream gives. Only a byte stream's chunks are nobody else's; others are copied when they
// come.
class ReadAll extends Drain {
  constructor(stream, maxBytes) {
    super(stream);
    this.chunks = [];
    this.size = 0;
    this.mustCopy = !isByteStream(stream);
    this.maxBytes = maxBytes;
  }

  take(bytes) {
    this.size += TypedArrayPrototypeGetByteLength(bytes);
    if (this.size > this.maxBytes) {
      throw new TypeError(
        `The body has more than ${this.maxBytes} bytes. Read it as a stream instead (body.getReader()).`);
    }
    this.chunks[this.chunks.length] = this.mustCopy ? new Uint8Array(bytes) : bytes;
    return undefined;
  }

  finish() {
    const bytes = this.chunks.length === 1 ? this.chunks[0] : this.join();
    this.resolve({ __proto__: null, bytes }); // nothing that a worker could make a thenable
  }

  join() {
    const joined = new Uint8Array(this.size);
    let at = 0;
    for (let i = 0; i < this.chunks.length; ++i) {
      TypedArrayPrototypeSet(joined, this.chunks[i], at);
      at += TypedArrayPrototypeGetByteLength(this.chunks[i]);
    }
    return joined;
  }

  fail() { this.chunks = []; }
}

// Gives a promise of {bytes}.
function readAllBytes(stream, maxBytes) {
  const all = new ReadAll(stream, maxBytes);
  all.next();
  return all.promise;
}

function copyChunk(chunk) {
  if (!isBufferSource(chunk)) return chunk; // no bytes: whoever reads the body fails then
  if (!ArrayBufferIsView(chunk)) return TypedArrayPrototypeGetBuffer(new Uint8Array(new Uint8Array(chunk)));
  const { size, Type } = buffers.elementTypeOf(chunk);
  const copy = new Uint8Array(new Uint8Array(buffers.bufferOf(chunk)));
  return new Type(
    TypedArrayPrototypeGetBuffer(copy), buffers.byteOffsetOf(chunk), buffers.byteLengthOf(chunk) / size);
}

// Its second branch gets copies: https://streams.spec.whatwg.org/#readablestream-tee
class CloningTee extends DefaultTee {
  constructor(stream) { // written out: V8 10.2 iterates over the arguments of one that is not
    super(stream);
  }

  chunk(value) {
    queueMicrotask(() => {
      this.readAgain = false;
      const copy = this.canceled2 ? undefined : copyChunk(value);
      if (!this.canceled1) this.branch1.controller.enqueue(value);
      if (!this.canceled2) this.branch2.controller.enqueue(copy);
      this.reading = false;
      if (this.readAgain) this.pull();
    });
  }
}

// Two streams for one whose readers may each change or transfer the chunks they get.
function cloneTee(stream) {
  if (isByteStream(stream)) return tee(stream);
  const branches = new CloningTee(readableState(stream));
  return [wrapReadable(branches.branch1), wrapReadable(branches.branch2)];
}

// Locked and read to its end: what `body` is after text() and the like took the content without it.
function createUsedStream() {
  const stream = createReadableStream({ __proto__: null, type: "bytes" });
  const state = readableState(stream);
  state.controller.close();
  state.disturbed = true;
  state.reader = new ReaderState(state, false);
  return stream;
}

function createErroredStream(reason) {
  const stream = createReadableStream({ __proto__: null, type: "bytes" });
  errorStream(stream, reason);
  return stream;
}

function errorStream(stream, reason) {
  readableState(stream).controller.error(reason);
}

function throwIfErrored(stream) {
  const state = peekState(stream);
  if (state.status === ERRORED) throw state.storedError;
}

// Cancels a stream, locked or not, if there is anything left to cancel.
function dropStream(stream, reason) {
  const state = readableState(stream);
  if (state.status !== READABLE) return;
  const cancelled = cancel(state, reason);
  if (cancelled !== undefined) markHandled(cancelled);
}

// Tells a native source that nobody reads it. It may be gone already.
function dropHandle(handle) {
  try {
    ops.bodyCancel(handle);
  } catch { /* a stale handle has nothing to cancel */ }
}

// Fails a native source for whoever has it, also when it was handed on.
function failHandle(handle, reason) {
  ops.bodyAbort(handle, messageOf(reason));
}

// A native source as a stream. `watch`: what can abort it, or null.
function createNativeStream(handle, watch = null) {
  const stream = createNativeReadableStream(handle);
  readableState(stream).nativeWatch = watch;
  return stream;
}

// A stream that gives what `stream` gives, which is locked and disturbed from now on.
function createProxy(stream) {
  const source = readableState(stream);
  const identity = createTransformState({ __proto__: null, transform: passOn });
  identity.readable.expectedLength = source.expectedLength;
  markHandled(pipeTo(source, identity.writable, kPipeOptions));
  return transformReadable(identity);
}

function passOn(chunk, controller) {
  controller.enqueue(chunk);
}

// Chunks of an iterable body may be strings too.
class IterableSource {
  constructor(iterable) {
    this.source = createAsyncSource(iterable);
    this.controller = null;
  }

  pull(controller) {
    this.controller = controller;
    return this.source.pull(this);
  }

  cancel(reason) { return this.source.cancel(reason); }
  close() { this.controller.close(); }
  enqueue(chunk) { this.controller.enqueue(typeof chunk === "string" ? ops.utf8Encode(chunk) : chunk); }
}

webidl.detachRecord(IterableSource);

function streamFromIterable(iterable) {
  return createReadableStream(new IterableSource(iterable));
}

exports.isReadableStream = isReadableStream;
exports.isDisturbed = isDisturbed;
exports.isLocked = isLocked;
exports.cloneTee = cloneTee;
exports.declaredLength = expectedLength;
exports.createProxy = createProxy;
exports.streamFromIterable = streamFromIterable;
exports.readAllBytes = readAllBytes;
exports.pumpToPipe = pumpToPipe;
exports.createUsedStream = createUsedStream;
exports.createErroredStream = createErroredStream;
exports.errorStream = errorStream;
exports.throwIfErrored = throwIfErrored;
exports.dropStream = dropStream;
exports.createNativeStream = createNativeStream;
exports.nativeWatch = (stream) => peekState(stream).nativeWatch;
exports.takeContent = takeContent;
exports.createContentStream = createContentStream;
exports.takeNativeHandle = takeNativeHandle;
exports.dropHandle = dropHandle;
exports.failHandle = failHandle;
