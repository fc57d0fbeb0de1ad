// SPDX-License-Identifier: Apache-2.0
// What bodies do with streams: make one from bytes, read one to its end, send one to native code.
"use strict";

const { createAsyncSource } = require("streams/async_source");
const { pipeTo } = require("streams/pipe");
const {
  createReadableStream, expectedLength, isByteStream, isDisturbed, isLocked, isReadableStream, readableState,
  tee, wrapReadable,
} = require("streams/readable_stream");
const { DefaultTee } = require("streams/tee");
const { createTransformState, transformReadable } = require("streams/transform_stream");
const { isBufferSource, viewBytes } = require("file/blob");
const buffers = require("streams/buffers");
const { markHandled, queueMicrotask } = require("streams/promises");
const { ERRORED, READABLE, ReaderState, cancel, read } = require("streams/readable_state");
const {
  ArrayBufferIsView, Promise, PromisePrototypeThen, TypeError, TypedArrayPrototypeGetBuffer,
  TypedArrayPrototypeGetByteLength, TypedArrayPrototypeSet, Uint8Array,
} = primordials;

const kPipeOptions = { preventAbort: false, preventCancel: false, preventClose: false, signal: null };

function toBytes(chunk) {
  if (isBufferSource(chunk)) return viewBytes(chunk);
  const what = typeof chunk === "string" ? "string (pipe it through a TextEncoderStream)" : typeof chunk;
  throw new TypeError(
    `This ReadableStream did not return bytes: a body's chunks must be Uint8Arrays; it gave a value of type ${what}.`);
}

// Reads a stream to its end; a chunk that is there already is taken without a promise. Subclasses have
// take(bytes), finish() and fail(reason); take() gives undefined, or a promise to wait for.
class Drain {
  constructor(stream) {
    this.state = readableState(stream);
    this.reader = new ReaderState(this.state, false);
    this.reading = false;
    this.again = false;
    this.resolve = null;
    this.reject = null;
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }

  // Chunks that come at once are taken in a loop, not in a recursion.
  next() {
    this.again = true;
    if (this.reading) return;
    this.reading = true;
    while (this.again) {
      this.again = false;
      read(this.reader, this);
    }
    this.reading = false;
  }

  chunk(value) {
    let taken;
    try {
      taken = this.take(toBytes(value));
    } catch (reason) {
      this.abandon(reason);
      return;
    }
    if (taken === undefined) this.next();
    else PromisePrototypeThen(taken, () => this.next(), (reason) => this.abandon(reason));
  }

  close() { this.finish(); }
  error(reason) { this.fail(reason); }

  // Not the stream's fault: it is told that nobody reads any more.
  abandon(reason) {
    if (this.state.status === READABLE) {
      const cancelled = cancel(this.state, reason);
      if (cancelled !== undefined) markHandled(cancelled);
    }
    this.fail(reason);
  }
}

class ReadAll extends Drain {
  constructor(stream, maxBytes) {
    super(stream);
    this.chunks = [];
    this.size = 0;
    this.maxBytes = maxBytes;
  }

  take(bytes) {
    const size = TypedArrayPrototypeGetByteLength(bytes);
    if (size === 0) return;
    this.size += size;
    if (this.size > this.maxBytes) {
      throw new TypeError(
        `The body has more than ${this.maxBytes} bytes: too many to hold. Read it as a stream (body.getReader()).`);
    }
    this.chunks[this.chunks.length] = bytes;
  }

  finish() {
    const joined = new Uint8Array(this.size);
    let at = 0;
    for (let i = 0; i < this.chunks.length; ++i) {
      TypedArrayPrototypeSet(joined, this.chunks[i], at);
      at += TypedArrayPrototypeGetByteLength(this.chunks[i]);
    }
    this.resolve({ __proto__: null, bytes: joined }); // nothing that a worker could make a thenable
  }

  fail(reason) { this.reject(reason); }
}

class Pump extends Drain {
  constructor(stream, handle) {
    super(stream);
    this.handle = handle;
  }

  take(bytes) {
    if (TypedArrayPrototypeGetByteLength(bytes) > 0) return ops.pipeWrite(this.handle, bytes);
  }

  finish() {
    ops.pipeClose(this.handle);
    this.resolve(undefined);
  }

  fail(reason) {
    ops.pipeError(this.handle, errorMessage(reason));
    this.reject(reason);
  }
}

function errorMessage(reason) {
  try {
    return typeof reason === "object" && reason !== null && reason.message !== undefined ? `${reason.message}`
      : `${reason}`;
  } catch {
    return "The stream failed.";
  }
}

// Gives a promise of {bytes}.
function readAllBytes(stream, maxBytes) {
  const all = new ReadAll(stream, maxBytes);
  all.next();
  return all.promise;
}

function pumpToPipe(stream, handle) {
  const pump = new Pump(stream, handle);
  pump.next();
  return pump.promise;
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
  const stream = createReadableStream({ type: "bytes" });
  const state = readableState(stream);
  state.controller.close();
  state.disturbed = true;
  state.reader = new ReaderState(state, false);
  return stream;
}

function createErroredStream(reason) {
  const stream = createReadableStream({ type: "bytes" });
  errorStream(stream, reason);
  return stream;
}

function errorStream(stream, reason) {
  readableState(stream).controller.error(reason);
}

function throwIfErrored(stream) {
  const state = readableState(stream);
  if (state.status === ERRORED) throw state.storedError;
}

// Cancels a stream, locked or not, if there is anything left to cancel.
function dropStream(stream, reason) {
  const state = readableState(stream);
  if (state.status !== READABLE) return;
  const cancelled = cancel(state, reason);
  if (cancelled !== undefined) markHandled(cancelled);
}

// A byte stream over a body handle.
class NativeSource {
  constructor(handle) {
    this.type = "bytes";
    this.handle = handle;
    this.state = null;
  }

  pull(controller) {
    const { handle } = this;
    this.state.nativeHandle = 0;
    return PromisePrototypeThen(ops.bodyRead(handle), (chunk) => {
      if (chunk !== null) {
        controller.enqueueOwned(chunk);
        return;
      }
      controller.close();
      if (controller.getByobRequest() !== null) controller.respond(0);
    });
  }

  cancel() {
    this.state.nativeHandle = 0;
    dropHandle(this.handle);
  }
}

function createNativeStream(handle) {
  const source = new NativeSource(handle);
  const stream = createReadableStream(source);
  const state = source.state = readableState(stream);
  state.nativeHandle = handle;
  state.expectedLength = ops.bodyLength(handle);
  return stream;
}

// The handle behind a native stream that nobody has touched; 0 for others. The stream is used up then.
function takeNativeHandle(stream) {
  const state = readableState(stream);
  const handle = state.nativeHandle;
  if (handle === 0 || state.disturbed || state.reader !== null || state.status !== READABLE) return 0;
  state.nativeHandle = 0;
  state.disturbed = true;
  state.reader = new ReaderState(state, false);
  state.controller.close();
  return handle;
}

// Tells a native source that nobody reads it. It may be gone already.
function dropHandle(handle) {
  try {
    ops.bodyCancel(handle);
  } catch { /* a stale handle has nothing to cancel */ }
}

// A stream that gives what `stream` gives, which is locked and disturbed from now on.
function createProxy(stream) {
  const source = readableState(stream);
  const identity = createTransformState({ transform: passOn });
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
exports.takeNativeHandle = takeNativeHandle;
exports.dropHandle = dropHandle;
