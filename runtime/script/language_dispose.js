// SPDX-License-Identifier: Apache-2.0
// SuppressedError, DisposableStack and AsyncDisposableStack, which compiled `using` declarations call:
// https://tc39.es/proposal-explicit-resource-management/
"use strict";

const {
  ArrayPrototypePop, ArrayPrototypePush, Error, FunctionPrototypeCall, ObjectCreate, ObjectDefineProperty,
  ObjectSetPrototypeOf, ReflectConstruct, PromiseReject, ReferenceError, SymbolToStringTag,
  TypeError,
} = primordials;

const symbols = require("script/language_symbol");
const { getMethod, isObject, requireCallable } = require("script/language_support");

function defineHidden(object, key, value) {
  ObjectDefineProperty(object, key,
    { __proto__: null, value, writable: true, enumerable: false, configurable: true });
}

// Not a class: it can be called without `new`, as every error can.
function SuppressedError(error, suppressed, message) {
  const args = message === undefined ? [] : [message];
  const result = ReflectConstruct(Error, args, new.target === undefined ? SuppressedError : new.target);
  defineHidden(result, "error", error);
  defineHidden(result, "suppressed", suppressed);
  return result;
}
ObjectSetPrototypeOf(SuppressedError, Error);
ObjectDefineProperty(SuppressedError, "prototype", { __proto__: null, value: ObjectCreate(Error.prototype),
  writable: false, enumerable: false, configurable: false });
defineHidden(SuppressedError.prototype, "constructor", SuppressedError);
defineHidden(SuppressedError.prototype, "name", "SuppressedError");
defineHidden(SuppressedError.prototype, "message", "");

// Of all the errors of a disposal the last one is thrown, with the ones before inside.
class Completion {
  hasError = false;
  error = undefined;
  add(error) {
    this.error = !this.hasError ? error
      : new SuppressedError(error, this.error, "An error was suppressed during disposal");
    this.hasError = true;
  }
}

class Resources {
  list = []; // functions without parameters
  isDisposed = false;
}

function checkOpen(resources) {
  if (resources.isDisposed) throw new ReferenceError("The stack is disposed already");
}


class DisposableStack {
  #resources = new Resources();

  get disposed() {
    return this.#resources.isDisposed;
  }

  dispose() {
    const resources = this.#resources;
    if (resources.isDisposed) return;
    resources.isDisposed = true;
    const completion = new Completion();
    while (resources.list.length > 0) {
      try {
        ArrayPrototypePop(resources.list)();
      } catch (error) {
        completion.add(error);
      }
    }
    if (completion.hasError) throw completion.error;
  }

  use(value) {
    const resources = this.#resources;
    checkOpen(resources);
    if (value === null || value === undefined) return value;
    if (!isObject(value)) throw new TypeError("The value is not disposable: it is not an object");
    const method = getMethod(value, symbols.dispose);
    if (method === undefined) throw new TypeError("The value has no [Symbol.dispose]()");
    ArrayPrototypePush(resources.list, () => FunctionPrototypeCall(method, value));
    return value;
  }

  adopt(value, onDispose) {
    const resources = this.#resources;
    checkOpen(resources);
    requireCallable(onDispose, "onDispose");
    ArrayPrototypePush(resources.list, () => onDispose(value));
    return value;
  }

  defer(onDispose) {
    const resources = this.#resources;
    checkOpen(resources);
    requireCallable(onDispose, "onDispose");
    ArrayPrototypePush(resources.list, () => onDispose());
  }

  move() {
    const resources = this.#resources;
    checkOpen(resources);
    const result = new DisposableStack();
    result.#resources.list = resources.list;
    resources.list = [];
    resources.isDisposed = true;
    return result;
  }
}

async function disposeAll(resources) {
  const completion = new Completion();
  while (resources.list.length > 0) {
    try {
      await ArrayPrototypePop(resources.list)();
    } catch (error) {
      completion.add(error);
    }
  }
  if (completion.hasError) throw completion.error;
}

// What an async stack calls for a resource: the async method, or the sync one without waiting for its result.
function asyncDisposer(value) {
  const asyncMethod = getMethod(value, symbols.asyncDispose);
  if (asyncMethod !== undefined) return () => FunctionPrototypeCall(asyncMethod, value);
  const method = getMethod(value, symbols.dispose);
  if (method === undefined) {
    throw new TypeError("The value has neither [Symbol.asyncDispose]() nor [Symbol.dispose]()");
  }
  return () => {
    FunctionPrototypeCall(method, value);
  };
}

class AsyncDisposableStack {
  #resources = new Resources();

  get disposed() {
    return this.#resources.isDisposed;
  }

  disposeAsync() {
    if (!isObject(this) || !(#resources in this)) {
      return PromiseReject(new TypeError("disposeAsync: this is not an AsyncDisposableStack"));
    }
    const resources = this.#resources;
    const isFirst = !resources.isDisposed;
    resources.isDisposed = true;
    return disposeAll(isFirst ? resources : new Resources());
  }

  use(value) {
    const resources = this.#resources;
    checkOpen(resources);
    if (value === null || value === undefined) {
      ArrayPrototypePush(resources.list, () => undefined);
      return value;
    }
    if (!isObject(value)) throw new TypeError("The value is not disposable: it is not an object");
    ArrayPrototypePush(resources.list, asyncDisposer(value));
    return value;
  }

  adopt(value, onDisposeAsync) {
    const resources = this.#resources;
    checkOpen(resources);
    requireCallable(onDisposeAsync, "onDisposeAsync");
    ArrayPrototypePush(resources.list, () => onDisposeAsync(value));
    return value;
  }

  defer(onDisposeAsync) {
    const resources = this.#resources;
    checkOpen(resources);
    requireCallable(onDisposeAsync, "onDisposeAsync");
    ArrayPrototypePush(resources.list, () => onDisposeAsync());
  }

  move() {
    const resources = this.#resources;
    checkOpen(resources);
    const result = new AsyncDisposableStack();
    result.#resources.list = resources.list;
    resources.list = [];
    resources.isDisposed = true;
    return result;
  }
}


function complete(Class, tag, symbol, method) {
  ObjectDefineProperty(Class.prototype, SymbolToStringTag,
    { __proto__: null, value: tag, writable: false, enumerable: false, configurable: true });
  defineHidden(Class.prototype, symbol, method);
}
complete(DisposableStack, "DisposableStack", symbols.dispose, DisposableStack.prototype.dispose);
complete(AsyncDisposableStack, "AsyncDisposableStack", symbols.asyncDispose,
  AsyncDisposableStack.prototype.disposeAsync);

exports.AsyncDisposableStack = AsyncDisposableStack;
exports.DisposableStack = DisposableStack;
exports.SuppressedError = SuppressedError;
