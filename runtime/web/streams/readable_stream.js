// SPDX-License-Identifier: Apache-2.0
// ReadableStream: https://streams.spec.whatwg.org/#rs-class, and what the rest of the runtime does with one.
"use strict";

const webidl = require("webidl/webidl");
const { CLOSED, ReadableState, ReaderState, brand, cancel } = require("streams/readable_state");
const { DefaultControllerState } = require("streams/default_controller_state");
const { ByteControllerState } = require("streams/byte_controller_state");
const { ReadableStreamDefaultReader } = require("streams/readable_stream_default_reader");
const { ReadableStreamBYOBReader, isByteStream } = require("streams/readable_stream_byob_reader");
const { defaultControllerOf } = require("streams/readable_stream_default_controller");
const { byteControllerOf } = require("streams/readable_byte_stream_controller");
const { createAsyncIterator } = require("streams/readable_stream_iterator");
const { createAsyncSource } = require("streams/async_source");
const { DefaultTee } = require("streams/tee");
const { ByteTee } = require("streams/byte_tee");
const { convertQueuingStrategy, highWaterMarkOf, sizeAlgorithmOf } = require("streams/queuing_strategy");
const { callAlgorithm1, illegalInvocation, markHandled, promiseResolvedWith } = require("streams/promises");
const { pipeTo } = require("streams/pipe");
const writable = require("streams/writable_state");
const { isAbortSignal } = require("dom/abort_signal");
const {
  FunctionPrototypeCall, ObjectDefineProperty, PromiseReject, PromiseResolve, RangeError, SymbolAsyncIterator,
  TypeError, TypedArrayPrototypeGetByteLength,
} = primordials;
const {
  boolean, object, Function: convertFunction, "unsigned long long": unsignedLongLong,
} = webidl.converters;

const convertUnderlyingSource = webidl.dictionary("UnderlyingSource", [
  {
    key: "autoAllocateChunkSize",
    converter: (V, context) => unsignedLongLong(V, context, { __proto__: null, enforceRange: true }),
  },
  { key: "cancel", converter: convertFunction },
  { key: "pull", converter: convertFunction },
  { key: "start", converter: convertFunction },
  { key: "type", converter: webidl.enumeration("ReadableStreamType", ["bytes"]) },
]);

const convertGetReaderOptions = webidl.dictionary("ReadableStreamGetReaderOptions", [
  { key: "mode", converter: webidl.enumeration("ReadableStreamReaderMode", ["byob"]) },
]);

const convertIteratorOptions = webidl.dictionary("ReadableStreamIteratorOptions", [
  { key: "preventCancel", converter: boolean, defaultValue: () => false },
]);

const convertPipeOptions = webidl.dictionary("StreamPipeOptions", [
  { key: "preventAbort", converter: boolean, defaultValue: () => false },
  { key: "preventCancel", converter: boolean, defaultValue: () => false },
  { key: "preventClose", converter: boolean, defaultValue: () => false },
  { key: "signal", converter: webidl.iface("AbortSignal", isAbortSignal), defaultValue: () => null },
]);

const isReadableStream = (V) => brand.isReadableStream(V);

const convertPair = webidl.dictionary("ReadableWritablePair", [
  { key: "readable", converter: webidl.iface("ReadableStream", isReadableStream), required: true },
  {
    key: "writable",
    converter: webidl.iface("WritableStream", (V) => writable.brand.isWritableStream(V)),
    required: true,
  },
]);

function setUpFromSource(state, source, dictionary, strategy) {
  const { start, pull, cancel: cancelMethod } = dictionary;
  let controllerObject;
  const pullAlgorithm = pull === undefined ? null : () => callAlgorithm1(pull, source, controllerObject);
  const cancelAlgorithm =
    cancelMethod === undefined ? null : (reason) => callAlgorithm1(cancelMethod, source, reason);
  let controller;
  if (dictionary.type === "bytes") {
    if (strategy.size !== undefined) {
      throw new RangeError("Failed to construct 'ReadableStream': a byte stream's strategy has no size().");
    }
    const highWaterMark = highWaterMarkOf(strategy, 0);
    const { autoAllocateChunkSize } = dictionary;
    if (autoAllocateChunkSize === 0) {
      throw new TypeError("Failed to construct 'ReadableStream': autoAllocateChunkSize must not be 0.");
    }
    controller = new ByteControllerState(
      state, pullAlgorithm, cancelAlgorithm, highWaterMark, autoAllocateChunkSize ?? 0);
    controllerObject = byteControllerOf(controller);
  } else {
    const size = sizeAlgorithmOf(strategy);
    const highWaterMark = highWaterMarkOf(strategy, 1);
    controller = new DefaultControllerState(state, pullAlgorithm, cancelAlgorithm, highWaterMark, size);
    controllerObject = defaultControllerOf(controller);
  }
  const started = start === undefined ? undefined : FunctionPrototypeCall(start, source, controllerObject);
  controller.start(promiseResolvedWith(started));
}

let stateOf; // throws "Illegal invocation" for anything but a ReadableStream
let peek; // the same for what needs no controller: one that is still to be made is not made

class ReadableStream {
  #s;

  constructor(underlyingSource = undefined, strategy = undefined) {
    if (underlyingSource === webidl.constructKey) {
      this.#s = strategy;
      return;
    }
    const context = "Failed to construct 'ReadableStream'";
    if (underlyingSource !== undefined) object(underlyingSource, `${context}: parameter 1`);
    const convertedStrategy = convertQueuingStrategy(strategy, `${context}: parameter 2`);
    const dictionary = convertUnderlyingSource(underlyingSource, `${context}: parameter 1`);
    this.#s = new ReadableState();
    setUpFromSource(this.#s, underlyingSource, dictionary, convertedStrategy);
  }

  static from(asyncIterable) {
    webidl.requiredArguments(arguments.length, 1, "Failed to execute 'from' on 'ReadableStream'");
    const { pull, cancel: cancelSource } = createAsyncSource(asyncIterable);
    const state = new ReadableState();
    new DefaultControllerState(state, pull, cancelSource, 0, null).start(undefined);
    return wrap(state);
  }

  get locked() {
    return peek(this).reader !== null;
  }

  cancel(reason = undefined) {
    if (!isReadableStream(this)) return illegalInvocation();
    if (peek(this).reader !== null) {
      return PromiseReject(
        new TypeError("Failed to execute 'cancel' on 'ReadableStream': the stream is locked."));
    }
    return cancel(stateOf(this), reason) ?? PromiseResolve(undefined);
  }

  getReader(options = undefined) {
    if (!isReadableStream(this)) webidl.illegalInvocation();
    if (options !== undefined) {
      const { mode } = convertGetReaderOptions(
        options, "Failed to execute 'getReader' on 'ReadableStream': parameter 1");
      if (mode !== undefined) return new ReadableStreamBYOBReader(this);
    }
    return new ReadableStreamDefaultReader(this);
  }

  pipeThrough(transform, options = undefined) {
    const state = stateOf(this);
    const context = "Failed to execute 'pipeThrough' on 'ReadableStream'";
    webidl.requiredArguments(arguments.length, 1, context);
    const pair = convertPair(transform, `${context}: parameter 1`);
    const pipeOptions = convertPipeOptions(options, `${context}: parameter 2`);
    if (state.reader !== null) throw new TypeError(`${context}: the stream is locked.`);
    const destination = writable.brand.stateOf(pair.writable);
    if (destination.writer !== null) {
      throw new TypeError(`${context}: the transform's writable side is locked.`);
    }
    markHandled(pipeTo(state, destination, pipeOptions));
    return pair.readable;
  }

  pipeTo(destination, options = undefined) {
    if (!isReadableStream(this)) return illegalInvocation();
    const context = "Failed to execute 'pipeTo' on 'ReadableStream'";
    try {
      webidl.requiredArguments(arguments.length, 1, context);
      if (!writable.brand.isWritableStream(destination)) {
        webidl.fail(`${context}: parameter 1`, "is not of type 'WritableStream'.");
      }
      const pipeOptions = convertPipeOptions(options, `${context}: parameter 2`);
      const destinationState = writable.brand.stateOf(destination);
      if (peek(this).reader !== null) throw new TypeError(`${context}: the stream is locked.`);
      if (destinationState.writer !== null) throw new TypeError(`${context}: the destination is locked.`);
      return pipeTo(stateOf(this), destinationState, pipeOptions);
    } catch (error) {
      return PromiseReject(error);
    }
  }

  tee() {
    const tee = teeState(stateOf(this));
    return [wrap(tee.branch1), wrap(tee.branch2)];
  }

  values(options = undefined) {
    const state = stateOf(this);
    const { preventCancel } = convertIteratorOptions(
      options, "Failed to execute 'values' on 'ReadableStream': parameter 1");
    return createAsyncIterator(state, preventCancel);
  }

  static {
    peek = (stream) => webidl.isObject(stream) && #s in stream ? stream.#s : webidl.illegalInvocation();
    stateOf = (stream) => {
      const state = peek(stream);
      if (state.controller === null && state.content !== null) openContent(state);
      return state;
    };
    brand.isReadableStream = (V) => webidl.isObject(V) && #s in V;
    brand.stateOf = stateOf;
  }
}

webidl.defineInterface(ReadableStream);
ObjectDefineProperty(ReadableStream.prototype, SymbolAsyncIterator, {
  __proto__: null,
  value: ReadableStream.prototype.values,
  writable: true,
  enumerable: false,
  configurable: true,
});

function wrap(state) {
  return new ReadableStream(webidl.constructKey, state);
}

function teeState(state) {
  return isByteStream(state) ? new ByteTee(state) : new DefaultTee(state);
}

// A stream of the runtime's own: { start?, pull?, cancel?, highWaterMark?, type? }. pull(controller) and
// start(controller) get the controller's record: enqueue(chunk), close(), error(reason), desiredSize; a byte
// stream's enqueueOwned(uint8Array) takes a chunk without a transfer. Each gives undefined or a native
// promise and does not throw. Default highWaterMark: 0, which means that nothing is pulled before somebody
// reads.
function createReadableStream(source) {
  return wrap(startSource(new ReadableState(), source));
}

function startSource(state, source) {
  const pull = source.pull === undefined ? null : (controller) => source.pull(controller);
  const cancelSource = source.cancel === undefined ? null : (reason) => source.cancel(reason);
  const highWaterMark = source.highWaterMark ?? 0;
  const controller = source.type === "bytes"
    ? new ByteControllerState(state, pull, cancelSource, highWaterMark, 0)
    : new DefaultControllerState(state, pull, cancelSource, highWaterMark, null);
  if (source.start === undefined) controller.started = true;
  else controller.start(source.start(controller));
  if (highWaterMark > 0 && controller.started) controller.pullIfNeeded();
  return state;
}

// A byte stream of content that is there: a string, or an array of Uint8Arrays that nobody changes. Most are passed
// on whole, as the body of a response made of another's, and never have a controller.
function createContentStream(content) {
  const state = new ReadableState();
  state.content = content;
  return wrap(state);
}

let contentSource;

function openContent(state) {
  const source = contentSource(state.content);
  state.expectedLength = source.length;
  startSource(state, source);
  state.content = null; // last: what fails before leaves the stream as it was
}

// What a stream whose content was taken has in common with all others of them.
const taken = new ReadableState();
startSource(taken, { __proto__: null, type: "bytes" });
new ReaderState(taken, false);
taken.controller.close();

// Content comes in chunks of so many bytes at most. What would come as one is taken whole; more of it goes at the
// pace of who reads: a client's, or the script's memory.
const kContentChunkBytes = 64 * 1024;

function isOneChunk(content) {
  // A UTF-16 unit is three bytes at most.
  if (typeof content === "string") return content.length <= kContentChunkBytes / 3;
  let bytes = 0;
  for (let i = 0; i < content.length; ++i) bytes += TypedArrayPrototypeGetByteLength(content[i]);
  return bytes <= kContentChunkBytes;
}

// The short content of a stream that nobody touched, now the caller's; null for any other stream. The stream is
// locked, disturbed and closed afterwards.
function takeContent(stream) {
  const state = peek(stream);
  const { content } = state;
  if (content === null || state.controller !== null || state.reader !== null || !isOneChunk(content)) return null;
  state.content = null;
  state.disturbed = true;
  state.status = CLOSED;
  state.controller = taken.controller;
  state.reader = taken.reader;
  return content;
}

exports.ReadableStream = ReadableStream;
exports.isReadableStream = isReadableStream;
exports.readableState = stateOf;
exports.wrapReadable = wrap;
exports.createReadableStream = createReadableStream;
exports.createContentStream = createContentStream;
exports.kContentChunkBytes = kContentChunkBytes;
exports.takeContent = takeContent;
exports.peekState = peek;
// content -> a source as createReadableStream() takes it, with its `length` in bytes
exports.setContentSource = (make) => {
  contentSource = make;
};
exports.isDisturbed = (stream) => peek(stream).disturbed;
exports.isLocked = (stream) => peek(stream).reader !== null;
exports.isErrored = (stream) => peek(stream).status === 2;
exports.isByteStream = (stream) => isByteStream(stateOf(stream));
// Bytes that will come from the stream when they are known beforehand, or -1.
exports.expectedLength = (stream) => stateOf(stream).expectedLength;
// [branch, branch]
exports.tee = (stream) => {
  const tee = teeState(stateOf(stream));
  return [wrap(tee.branch1), wrap(tee.branch2)];
};
// Cancels even a locked stream; undefined or a promise.
exports.cancelStream = (stream, reason) => cancel(stateOf(stream), reason);
