// SPDX-License-Identifier: Apache-2.0
// The source behind ReadableStream.from(): https://streams.spec.whatwg.org/#readable-stream-from-iterable
"use strict";

const webidl = require("webidl/webidl");
const { callAlgorithm0, callAlgorithm1 } = require("streams/promises");
const {
  FunctionPrototypeCall, PromisePrototypeThen, PromiseReject, PromiseResolve, SymbolAsyncIterator,
  SymbolIterator, TypeError,
} = primordials;

function getMethod(object, key) {
  const method = object[key];
  if (method === undefined || method === null) return undefined;
  if (typeof method !== "function") throw new TypeError("A method of the iterable is not a function.");
  return method;
}

function checkResult(result) {
  if (!webidl.isObject(result)) throw new TypeError("The iterator gave a result that is not an object.");
  return result;
}

// ECMAScript's async-from-sync iterator, as far as a stream uses it.
class AsyncFromSync {
  constructor(iterator) {
    this.iterator = iterator;
    this.nextMethod = iterator.next;
  }

  unwrap(result, closeOnRejection) {
    checkResult(result);
    const done = !!result.done;
    const unwrapped = (value) => ({ __proto__: null, value, done });
    return PromisePrototypeThen(PromiseResolve(result.value), unwrapped, (error) => {
      if (!done && closeOnRejection) {
        try {
          const method = getMethod(this.iterator, "return");
          if (method !== undefined) FunctionPrototypeCall(method, this.iterator);
        } catch { /* the first error is the one that counts */ }
      }
      throw error;
    });
  }

  next() {
    return this.unwrap(FunctionPrototypeCall(this.nextMethod, this.iterator), true);
  }

  get return() {
    const method = getMethod(this.iterator, "return");
    if (method === undefined) return undefined;
    return (value) => this.unwrap(FunctionPrototypeCall(method, this.iterator, value), false);
  }
}

webidl.detachRecord(AsyncFromSync);

function getIterator(iterable) {
  if (iterable === null || iterable === undefined) {
    throw new TypeError("Failed to execute 'from' on 'ReadableStream': parameter 1 is not iterable.");
  }
  let method = getMethod(iterable, SymbolAsyncIterator);
  const isAsync = method !== undefined;
  if (!isAsync) method = getMethod(iterable, SymbolIterator);
  if (method === undefined) {
    throw new TypeError("Failed to execute 'from' on 'ReadableStream': parameter 1 is not iterable.");
  }
  const iterator = FunctionPrototypeCall(method, iterable);
  if (!webidl.isObject(iterator)) {
    throw new TypeError("Failed to execute 'from' on 'ReadableStream': the iterator is not an object.");
  }
  return isAsync ? iterator : new AsyncFromSync(iterator);
}

// { pull(controller), cancel(reason) } that take chunks from an iterable.
function createAsyncSource(iterable) {
  const iterator = getIterator(iterable);
  const nextMethod = iterator.next;

  function pull(controller) {
    const next = callAlgorithm0(nextMethod, iterator) ?? PromiseResolve(undefined);
    return PromisePrototypeThen(next, (result) => {
      checkResult(result);
      if (result.done) controller.close();
      else controller.enqueue(result.value);
    });
  }

  function cancel(reason) {
    let returnMethod;
    try {
      returnMethod = getMethod(iterator, "return");
    } catch (error) {
      return PromiseReject(error);
    }
    if (returnMethod === undefined) return undefined;
    const result = callAlgorithm1(returnMethod, iterator, reason) ?? PromiseResolve(undefined);
    return PromisePrototypeThen(result, (value) => {
      checkResult(value);
    });
  }

  return { __proto__: null, pull, cancel };
}

exports.createAsyncSource = createAsyncSource;
