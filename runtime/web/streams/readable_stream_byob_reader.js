// SPDX-License-Identifier: Apache-2.0
// ReadableStreamBYOBReader: https://streams.spec.whatwg.org/#byob-reader-class, with Workers' readAtLeast().
"use strict";

const webidl = require("webidl/webidl");
const { ReaderState, brand, cancel, readInto, release } = require("streams/readable_state");
const { ByteControllerState } = require("streams/byte_controller_state");
const { ReadAtLeastRequest, ReadIntoRequest } = require("streams/read_request");
const buffers = require("streams/buffers");
const { illegalInvocation } = require("streams/promises");
const {
  ArrayBufferPrototypeGetByteLength, FunctionPrototypeSymbolHasInstance, MathFloor, PromiseReject, PromiseResolve,
  RangeError, TypeError,
} = primordials;

const contextOf = (method) => `Failed to execute '${method}' on 'ReadableStreamBYOBReader'`;
const readContext = contextOf("read");
const readAtLeastContext = contextOf("readAtLeast");

const convertMin = (V, context) =>
  webidl.converters["unsigned long long"](V, context, { __proto__: null, enforceRange: true });

const convertOptions = webidl.dictionary("ReadableStreamBYOBReaderReadOptions", [
  { key: "min", converter: convertMin, defaultValue: () => 1 },
]);

let isReader;

function released(method) {
  return new TypeError(`${contextOf(method)}: the reader was released.`);
}

// The checks of read(view, { min }) up to the point where the view is taken.
function checkView(view, min, context) {
  if (buffers.byteLengthOf(view) === 0) throw new TypeError(`${context}: the view is empty.`);
  const buffer = buffers.bufferOf(view);
  if (ArrayBufferPrototypeGetByteLength(buffer) === 0) {
    throw new TypeError(`${context}: the view's buffer is empty.`);
  }
  if (buffers.isDetached(buffer)) throw new TypeError(`${context}: the view's buffer is detached.`);
  if (min === 0) throw new TypeError(`${context}: 'min' must be at least 1.`);
  const { size } = buffers.elementTypeOf(view);
  const length = buffers.byteLengthOf(view) / size;
  if (min > length) throw new RangeError(`${context}: 'min' is ${min}, but the view has ${length} elements.`);
}

// Where the last bytes of the stream are queued already, no more than those can be waited for.
function atMostWhatIsLeft(stream, view, min) {
  const { closeRequested, totalSize } = stream.controller;
  if (!closeRequested) return min;
  const left = MathFloor(totalSize / buffers.elementTypeOf(view).size);
  return left > 0 && left < min ? left : min;
}

class ReadableStreamBYOBReader {
  #s;

  constructor(stream) {
    webidl.requiredArguments(arguments.length, 1, "Failed to construct 'ReadableStreamBYOBReader'");
    if (!brand.isReadableStream(stream)) {
      webidl.fail(
        "Failed to construct 'ReadableStreamBYOBReader': parameter 1", "is not of type 'ReadableStream'.");
    }
    this.#s = acquireByobReader(brand.stateOf(stream));
  }

  get closed() {
    return isReader(this) ? this.#s.closed.get() : illegalInvocation();
  }

  cancel(reason = undefined) {
    if (!isReader(this)) return illegalInvocation();
    const { stream } = this.#s;
    if (stream === null) return PromiseReject(released("cancel"));
    return cancel(stream, reason) ?? PromiseResolve(undefined);
  }

  read(view, options = undefined) {
    if (!isReader(this)) return illegalInvocation();
    const context = readContext;
    try {
      webidl.requiredArguments(arguments.length, 1, context);
      webidl.converters.ArrayBufferView(view, `${context}: parameter 1`);
      const { min } = convertOptions(options, `${context}: parameter 2`);
      checkView(view, min, context);
      const s = this.#s;
      if (s.stream === null) throw released("read");
      const request = new ReadIntoRequest();
      readInto(s, view, min, request);
      return request.promise;
    } catch (error) {
      return PromiseReject(error);
    }
  }

  readAtLeast(minElements, view) {
    if (!isReader(this)) return illegalInvocation();
    const context = readAtLeastContext;
    try {
      webidl.requiredArguments(arguments.length, 2, context);
      const min = convertMin(minElements, `${context}: parameter 1`);
      webidl.converters.ArrayBufferView(view, `${context}: parameter 2`);
      checkView(view, min, context);
      const s = this.#s;
      if (s.stream === null) throw released("readAtLeast");
      const request = new ReadAtLeastRequest();
      readInto(s, view, atMostWhatIsLeft(s.stream, view, min), request);
      return request.promise;
    } catch (error) {
      return PromiseReject(error);
    }
  }

  releaseLock() {
    if (!isReader(this)) webidl.illegalInvocation();
    if (this.#s.stream !== null) release(this.#s);
  }

  static {
    isReader = (V) => webidl.isObject(V) && #s in V;
  }
}

function isByteStream(stream) {
  return FunctionPrototypeSymbolHasInstance(ByteControllerState, stream.controller);
}

function acquireByobReader(stream) {
  if (stream.reader === null && !isByteStream(stream)) {
    throw new TypeError("A BYOB reader needs a ReadableStream of type 'bytes'.");
  }
  return new ReaderState(stream, true);
}

webidl.defineInterface(ReadableStreamBYOBReader);

exports.ReadableStreamBYOBReader = ReadableStreamBYOBReader;
exports.acquireByobReader = acquireByobReader;
exports.isByteStream = isByteStream;
