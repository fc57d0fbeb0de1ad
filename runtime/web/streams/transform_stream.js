// SPDX-License-Identifier: Apache-2.0
// TransformStream: https://streams.spec.whatwg.org/#ts-class
"use strict";

const webidl = require("webidl/webidl");
const { TransformState } = require("streams/transform_state");
const { transformControllerOf } = require("streams/transform_stream_default_controller");
const { wrapReadable } = require("streams/readable_stream");
const { wrapWritable } = require("streams/writable_stream");
const { convertQueuingStrategy, highWaterMarkOf, sizeAlgorithmOf } = require("streams/queuing_strategy");
const { callAlgorithm1, callAlgorithm2, resolvedPromise, promiseResolvedWith } = require("streams/promises");
const { FunctionPrototypeCall, Promise, PromiseReject, RangeError } = primordials;
const { any, object, Function: convertFunction } = webidl.converters;

const convertTransformer = webidl.dictionary("Transformer", [
  { key: "cancel", converter: convertFunction },
  { key: "flush", converter: convertFunction },
  { key: "readableType", converter: any },
  { key: "start", converter: convertFunction },
  { key: "transform", converter: convertFunction },
  { key: "writableType", converter: any },
]);

// Without transform() chunks pass as they are.
function passOn(chunk, state) {
  try {
    state.enqueue(chunk);
    return undefined;
  } catch (error) {
    return PromiseReject(error);
  }
}

function setUpFromTransformer(state, transformer, dictionary, strategies) {
  const { start, transform, flush, cancel } = dictionary;
  const controllerObject = transformControllerOf(state);
  const algorithms = {
    transform: transform === undefined
      ? passOn : (chunk) => callAlgorithm2(transform, transformer, chunk, controllerObject),
    flush: flush === undefined
      ? undefined : () => promiseResolvedWith(callAlgorithm1(flush, transformer, controllerObject)),
    cancel: cancel === undefined
      ? undefined : (reason) => promiseResolvedWith(callAlgorithm1(cancel, transformer, reason)),
  };
  let started = resolvedPromise();
  let resolveStart;
  if (start !== undefined) {
    started = new Promise((resolve) => {
      resolveStart = resolve;
    });
  }
  const { writableMark, writableSize, readableMark, readableSize } = strategies;
  state.setUp(
    promiseResolvedWith(started), algorithms, writableMark, writableSize, readableMark, readableSize);
  if (start !== undefined) resolveStart(FunctionPrototypeCall(start, transformer, controllerObject));
}

let stateOf;

class TransformStream {
  #s;

  constructor(transformer = undefined, writableStrategy = undefined, readableStrategy = undefined) {
    if (transformer === webidl.constructKey) {
      this.#s = writableStrategy;
      return;
    }
    const context = "Failed to construct 'TransformStream'";
    if (transformer !== undefined) object(transformer, `${context}: parameter 1`);
    const forWritable = convertQueuingStrategy(writableStrategy, `${context}: parameter 2`);
    const forReadable = convertQueuingStrategy(readableStrategy, `${context}: parameter 3`);
    const dictionary = convertTransformer(transformer, `${context}: parameter 1`);
    if (dictionary.readableType !== undefined) {
      throw new RangeError(`${context}: 'readableType' must be absent.`);
    }
    if (dictionary.writableType !== undefined) {
      throw new RangeError(`${context}: 'writableType' must be absent.`);
    }
    const readableMark = highWaterMarkOf(forReadable, 0);
    const readableSize = sizeAlgorithmOf(forReadable);
    const writableMark = highWaterMarkOf(forWritable, 1);
    const writableSize = sizeAlgorithmOf(forWritable);
    this.#s = new TransformState();
    setUpFromTransformer(
      this.#s, transformer, dictionary, { __proto__: null, readableMark, readableSize, writableMark, writableSize });
  }

  get readable() {
    const s = stateOf(this);
    return s.readableObject ??= wrapReadable(s.readable);
  }

  get writable() {
    const s = stateOf(this);
    return s.writableObject ??= wrapWritable(s.writable);
  }

  static {
    stateOf = (stream) => webidl.isObject(stream) && #s in stream ? stream.#s : webidl.illegalInvocation();
  }
}

webidl.defineInterface(TransformStream);

// A transform of the runtime's own: { transform(chunk, controller), flush?(controller), cancel?(reason),
// readableMark?, writableMark? }, where controller has enqueue(chunk), error(reason), terminate(). They give
// undefined or a native promise and do not throw. The result is the record for `new
// TransformStream(constructKey, record)`, or for the `readable` and `writable` of another class
// (CompressionStream).
function createTransformState(algorithms) {
  const state = new TransformState();
  state.setUp(undefined, algorithms, algorithms.writableMark ?? 1, null, algorithms.readableMark ?? 0, null);
  return state;
}

exports.TransformStream = TransformStream;
exports.createTransformState = createTransformState;
exports.transformReadable = (s) => s.readableObject ??= wrapReadable(s.readable);
exports.transformWritable = (s) => s.writableObject ??= wrapWritable(s.writable);
