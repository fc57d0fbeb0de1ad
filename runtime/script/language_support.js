// SPDX-License-Identifier: Apache-2.0
// Abstract operations of ECMA-262 that the files of the language level share.
"use strict";

const {
  FunctionPrototypeCall, MathMax, MathMin, MathTrunc, NumberMAX_SAFE_INTEGER, String, SymbolIterator,
  TypeError,
} = primordials;

function isObject(value) {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

function toIntegerOrInfinity(value) {
  const number = +value;
  return number !== number ? 0 : MathTrunc(number) + 0;
}

function toLength(value) {
  return MathMin(MathMax(toIntegerOrInfinity(value), 0), NumberMAX_SAFE_INTEGER);
}

function requireCallable(value, what) {
  if (typeof value !== "function") throw new TypeError(`${what} is not a function`);
  return value;
}

function getMethod(object, key) {
  const method = object[key];
  if (method === undefined || method === null) return undefined;
  return requireCallable(method, String(key));
}

const kDone = { __proto__: null }; // what stepValue gives at the end

// IteratorStepValue
function stepValue(iterator, next) {
  const result = FunctionPrototypeCall(next, iterator);
  if (!isObject(result)) throw new TypeError("The iterator's result is not an object");
  return result.done ? kDone : result.value;
}

// IteratorClose for a normal completion.
function closeIterator(iterator) {
  const method = getMethod(iterator, "return");
  if (method === undefined) return;
  if (!isObject(FunctionPrototypeCall(method, iterator))) {
    throw new TypeError("The result of the iterator's return() is not an object");
  }
}

// IteratorClose for a throw completion: the caller's error counts, not this one's.
function closeQuietly(iterator) {
  try {
    const method = getMethod(iterator, "return");
    if (method !== undefined) FunctionPrototypeCall(method, iterator);
  } catch {
    // As said.
  }
}

// Calls fn(value, index) for every value of an iterable; closes the iterator when fn throws.
function forEachOf(iterable, fn) {
  const method = getMethod(iterable, SymbolIterator);
  if (method === undefined) throw new TypeError("The value is not iterable");
  const iterator = FunctionPrototypeCall(method, iterable);
  if (!isObject(iterator)) throw new TypeError("The result of [Symbol.iterator]() is not an object");
  const { next } = iterator;
  for (let index = 0; ; ++index) {
    const value = stepValue(iterator, next);
    if (value === kDone) return;
    try {
      fn(value, index);
    } catch (error) {
      closeQuietly(iterator);
      throw error;
    }
  }
}

exports.isObject = isObject;
exports.toIntegerOrInfinity = toIntegerOrInfinity;
exports.toLength = toLength;
exports.requireCallable = requireCallable;
exports.getMethod = getMethod;
exports.kDone = kDone;
exports.stepValue = stepValue;
exports.closeIterator = closeIterator;
exports.closeQuietly = closeQuietly;
exports.forEachOf = forEachOf;
