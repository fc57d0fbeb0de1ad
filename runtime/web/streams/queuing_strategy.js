// SPDX-License-Identifier: Apache-2.0
// Queuing strategies as constructors take them: https://streams.spec.whatwg.org/#qs-abstract-ops
"use strict";

const webidl = require("webidl/webidl");
const { FunctionPrototypeCall, RangeError } = primordials;
const { converters } = webidl;

const unrestrictedDouble = converters["unrestricted double"];

const convertQueuingStrategy = webidl.dictionary("QueuingStrategy", [
  { key: "highWaterMark", converter: unrestrictedDouble },
  { key: "size", converter: converters.Function },
]);

const convertQueuingStrategyInit = webidl.dictionary("QueuingStrategyInit", [
  { key: "highWaterMark", converter: unrestrictedDouble, required: true },
]);

function highWaterMarkOf(strategy, defaultValue) {
  const { highWaterMark } = strategy;
  if (highWaterMark === undefined) return defaultValue;
  if (!(highWaterMark >= 0)) {
    throw new RangeError(`highWaterMark must be a number that is not negative; it is ${highWaterMark}.`);
  }
  return highWaterMark;
}

// null means that every chunk counts 1.
function sizeAlgorithmOf(strategy) {
  const { size } = strategy;
  if (size === undefined) return null;
  return (chunk) => unrestrictedDouble(FunctionPrototypeCall(size, undefined, chunk), "The size of a chunk");
}

exports.convertQueuingStrategy = convertQueuingStrategy;
exports.convertQueuingStrategyInit = convertQueuingStrategyInit;
exports.highWaterMarkOf = highWaterMarkOf;
exports.sizeAlgorithmOf = sizeAlgorithmOf;
