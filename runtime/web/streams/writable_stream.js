// SPDX-License-Identifier: Apache-2.0
// WritableStream: https://streams.spec.whatwg.org/#ws-class
"use strict";

const webidl = require("webidl/webidl");
const writable = require("streams/writable_state");
const { WritableControllerState } = require("streams/writable_controller_state");
const { WritableStreamDefaultWriter } = require("streams/writable_stream_default_writer");
const { writableControllerOf } = require("streams/writable_stream_default_controller");
const { convertQueuingStrategy, highWaterMarkOf, sizeAlgorithmOf } = require("streams/queuing_strategy");
const {
  callAlgorithm0, callAlgorithm1, callAlgorithm2, illegalInvocation, promiseResolvedWith,
} = require("streams/promises");
const { FunctionPrototypeCall, PromiseReject, PromiseResolve, RangeError, TypeError } = primordials;
const { any, object, Function: convertFunction } = webidl.converters;

const convertUnderlyingSink = webidl.dictionary("UnderlyingSink", [
  { key: "abort", converter: convertFunction },
  { key: "close", converter: convertFunction },
  { key: "start", converter: convertFunction },
  { key: "type", converter: any },
  { key: "write", converter: convertFunction },
]);

function setUpFromSink(state, sink, dictionary, highWaterMark, size) {
  const { start, write, close, abort } = dictionary;
  const controller = new WritableControllerState(state, {
    write: write === undefined ? undefined : (chunk) => callAlgorithm2(write, sink, chunk, controllerObject),
    close: close === undefined ? undefined : () => callAlgorithm0(close, sink),
    abort: abort === undefined ? undefined : (reason) => callAlgorithm1(abort, sink, reason),
  }, highWaterMark, size);
  const controllerObject = writableControllerOf(controller);
  const started = start === undefined ? undefined : FunctionPrototypeCall(start, sink, controllerObject);
  controller.start(promiseResolvedWith(started));
}

let stateOf; // throws "Illegal invocation" for anything but a WritableStream
let isWritableStream;

class WritableStream {
  #s;

  constructor(underlyingSink = undefined, strategy = undefined) {
    if (underlyingSink === webidl.constructKey) {
      this.#s = strategy;
      return;
    }
    const context = "Failed to construct 'WritableStream'";
    if (underlyingSink !== undefined) object(underlyingSink, `${context}: parameter 1`);
    const convertedStrategy = convertQueuingStrategy(strategy, `${context}: parameter 2`);
    const dictionary = convertUnderlyingSink(underlyingSink, `${context}: parameter 1`);
    if (dictionary.type !== undefined) throw new RangeError(`${context}: a sink's 'type' must be absent.`);
    const size = sizeAlgorithmOf(convertedStrategy);
    const highWaterMark = highWaterMarkOf(convertedStrategy, 1);
    this.#s = new writable.WritableState();
    setUpFromSink(this.#s, underlyingSink, dictionary, highWaterMark, size);
  }

  get locked() {
    return stateOf(this).writer !== null;
  }

  abort(reason = undefined) {
    if (!isWritableStream(this)) return illegalInvocation();
    if (this.#s.writer !== null) {
      return PromiseReject(
        new TypeError("Failed to execute 'abort' on 'WritableStream': the stream is locked."));
    }
    return writable.abort(this.#s, reason) ?? PromiseResolve(undefined);
  }

  close() {
    if (!isWritableStream(this)) return illegalInvocation();
    if (this.#s.writer !== null) {
      return PromiseReject(
        new TypeError("Failed to execute 'close' on 'WritableStream': the stream is locked."));
    }
    return writable.tryClose(this.#s, "'close' on 'WritableStream'").get();
  }

  getWriter() {
    if (!isWritableStream(this)) webidl.illegalInvocation();
    return new WritableStreamDefaultWriter(this);
  }

  static {
    stateOf = (stream) => webidl.isObject(stream) && #s in stream ? stream.#s : webidl.illegalInvocation();
    isWritableStream = (V) => webidl.isObject(V) && #s in V;
    writable.brand.isWritableStream = isWritableStream;
    writable.brand.stateOf = stateOf;
  }
}

webidl.defineInterface(WritableStream);

function wrap(state) {
  return new WritableStream(webidl.constructKey, state);
}

// A stream of the runtime's own: { write?(chunk), close?(), abort?(reason), highWaterMark?, size? }. Each
// gives undefined or a native promise and does not throw.
function createWritableStream(sink) {
  const state = new writable.WritableState();
  new WritableControllerState(state, sink, sink.highWaterMark ?? 1, sink.size ?? null).start(undefined);
  return wrap(state);
}

exports.WritableStream = WritableStream;
exports.isWritableStream = isWritableStream;
exports.writableState = stateOf;
exports.wrapWritable = wrap;
exports.createWritableStream = createWritableStream;
