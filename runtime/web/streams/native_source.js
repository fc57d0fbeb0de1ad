// SPDX-License-Identifier: Apache-2.0
// Between ReadableStreams and native bytes: a stream over a body handle (web/README.md, "Ops"), and a
// stream's way back into native code. A body that no script reads never enters JavaScript: its handle is
// simply handed on.
"use strict";

const { createReadableStream, readableState } = require("streams/readable_stream");
const { READABLE, ReaderState, cancel, read } = require("streams/readable_state");
const { byteLengthOf, byteOffsetOf } = require("streams/buffers");
const { markHandled } = require("streams/promises");
const { addAbortAlgorithm, abortReason, isAborted, removeAbortAlgorithm } = require("dom/abort_signal");
const webidl = require("webidl/webidl");
const {
  ArrayBufferIsView, Promise, PromisePrototypeThen, String, TypeError, Uint8Array,
} = primordials;

class NativeSource {
  constructor(handle) {
    this.type = "bytes";
    this.highWaterMark = 0; // nothing is read before somebody asks
    this.start = undefined;
    this.handle = handle;
    this.stream = null; // the ReadableState
    // Once somebody has read, the next chunk is read ahead: an end or a failure shows without another read, and the
    // end gives a connection back.
    this.isReading = false;
    this.isWanted = false; // somebody waits for what is being read
    this.ahead = null; // a chunk that nobody asked for yet
  }

  pull(controller) {
    this.stream.nativeHandle = 0;
    const chunk = this.ahead;
    if (chunk !== null) {
      this.ahead = null;
      this.give(controller, chunk);
      return;
    }
    this.isWanted = true;
    if (!this.isReading) this.read(controller);
  }

  give(controller, chunk) {
    this.isWanted = false;
    controller.enqueueOwned(chunk);
    // Meanwhile the chunk's reader may have asked for more, or have cancelled the stream.
    if (!this.isReading && this.ahead === null && this.stream.status === READABLE) this.read(controller);
  }

  read(controller) {
    this.isReading = true;
    const reading = PromisePrototypeThen(ops.bodyRead(this.handle), (box) => {
      this.isReading = false;
      if (this.stream.status !== READABLE) return;
      if (box === null) {
        controller.close();
        if (controller.pendingPullIntos.length > 0) controller.respond(0);
      } else if (this.isWanted) {
        this.give(controller, box[0]);
      } else {
        this.ahead = box[0];
      }
    });
    PromisePrototypeThen(reading, undefined, (reason) => controller.error(reason));
  }

  cancel() {
    this.stream.nativeHandle = 0;
    ops.bodyCancel(this.handle);
    return undefined;
  }
}

webidl.detachRecord(NativeSource);

// A byte stream that owns the handle from now on.
function createNativeReadableStream(handle) {
  const source = new NativeSource(handle);
  const stream = createReadableStream(source);
  const state = readableState(stream);
  source.stream = state;
  state.nativeHandle = handle;
  state.expectedLength = ops.bodyLength(handle);
  return stream;
}

// The handle of a native stream that is neither disturbed nor locked, now the caller's; 0 for any other
// stream. The stream is locked, disturbed and closed afterwards.
function takeNativeHandle(stream) {
  const state = readableState(stream);
  const handle = state.nativeHandle;
  if (handle === 0 || state.disturbed || state.reader !== null || state.status !== READABLE) return 0;
  state.nativeHandle = 0;
  state.disturbed = true;
  new ReaderState(state, false);
  state.controller.close();
  return handle;
}

// The standard wants Uint8Arrays; Workers take every view and buffer.
function toBytes(chunk) {
  if (webidl.isUint8Array(chunk)) return chunk;
  if (ArrayBufferIsView(chunk)) {
    return new Uint8Array(webidl.bufferOf(chunk), byteOffsetOf(chunk), byteLengthOf(chunk));
  }
  if (webidl.isArrayBuffer(chunk) || webidl.isSharedArrayBuffer(chunk)) return new Uint8Array(chunk);
  throw new TypeError(`This ReadableStream did not return bytes: it gave a value of type ${typeof chunk}; a` +
    " body is made of Uint8Arrays. Encode text first, for example with a TextEncoderStream.");
}

// Reads a stream to its end; it is its own read request. Subclasses: take(bytes), which gives undefined or a
// promise to wait for, finish() and fail(reason).
class Drain {
  constructor(stream) {
    this.stream = readableState(stream);
    this.reader = new ReaderState(this.stream, false);
    this.isReading = false;
    this.hasMore = false;
    this.isOver = false;
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }

  // A chunk that is there at once is taken in a loop, not in a recursion.
  next() {
    this.hasMore = true;
    if (this.isReading) return;
    this.isReading = true;
    while (this.hasMore && !this.isOver) {
      this.hasMore = false;
      read(this.reader, this);
    }
    this.isReading = false;
  }

  chunk(value) {
    if (this.isOver) return;
    try {
      const bytes = toBytes(value);
      const taken = byteLengthOf(bytes) === 0 ? undefined : this.take(bytes);
      if (taken === undefined) this.next();
      else PromisePrototypeThen(taken, () => this.next(), (reason) => this.abandon(reason));
    } catch (reason) {
      this.abandon(reason);
    }
  }

  close() {
    if (this.isOver) return;
    this.isOver = true;
    this.finish();
  }

  error(reason) {
    if (this.isOver) return;
    this.isOver = true;
    this.fail(reason);
    this.reject(reason);
  }

  // Ends it for a reason that is not the stream's own: the stream hears that nobody reads on.
  abandon(reason) {
    if (this.isOver) return;
    this.error(reason);
    const cancelled = cancel(this.stream, reason);
    if (cancelled !== undefined) markHandled(cancelled);
  }
}

webidl.detachRecord(Drain);

function messageOf(reason) {
  try {
    return webidl.isObject(reason) && reason.message !== undefined ? `${reason.message}` : String(reason);
  } catch {
    return "The body's stream failed.";
  }
}

class Pump extends Drain {
  constructor(stream, pipe) {
    super(stream);
    this.pipe = pipe;
  }

  take(bytes) {
    return ops.pipeWrite(this.pipe, bytes);
  }

  finish() {
    try {
      ops.pipeClose(this.pipe);
      this.resolve(undefined);
    } catch (reason) {
      this.reject(reason);
    }
  }

  fail(reason) {
    try {
      ops.pipeError(this.pipe, messageOf(reason));
    } catch { /* the pipe's reader went away first: nobody has to be told */ }
  }
}

// Writes a stream's chunks to a pipe, as fast as the pipe's reader takes them. The promise is fulfilled when
// all is written; it is rejected when the stream fails, the reader goes away (the stream is cancelled then)
// or the AbortSignal aborts. The stream must not be locked.
function pumpToPipe(stream, pipeHandle, signal = undefined) {
  const pump = new Pump(stream, pipeHandle);
  // A source that has nothing to give hears at once, too, that nobody waits for it any more.
  PromisePrototypeThen(ops.pipeWatch(pipeHandle), undefined, (reason) => pump.abandon(reason));
  if (signal === undefined || signal === null) {
    pump.next();
    return pump.promise;
  }
  if (isAborted(signal)) {
    pump.abandon(abortReason(signal));
    return pump.promise;
  }
  const onAbort = (reason) => pump.abandon(reason);
  addAbortAlgorithm(signal, onAbort);
  const stop = () => removeAbortAlgorithm(signal, onAbort);
  PromisePrototypeThen(pump.promise, stop, stop);
  pump.next();
  return pump.promise;
}

exports.Drain = Drain;
exports.createNativeReadableStream = createNativeReadableStream;
exports.takeNativeHandle = takeNativeHandle;
exports.messageOf = messageOf;
exports.pumpToPipe = pumpToPipe;
