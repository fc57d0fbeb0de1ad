// SPDX-License-Identifier: Apache-2.0
// Iterator and its helpers: https://tc39.es/ecma262/#sec-iterator-objects
"use strict";

const {
  ArrayPrototypePush, AsyncIteratorPrototype, FunctionPrototypeCall, IteratorPrototype, ObjectDefineProperty,
  ObjectGetPrototypeOf, ObjectHasOwn, ObjectSetPrototypeOf, RangeError, ReflectDeleteProperty,
  ReflectGetOwnPropertyDescriptor, SymbolIterator, SymbolToStringTag, TypeError, globalThis: globalObject,
} = primordials;

const symbols = require("script/language_symbol");
const { defineMissing, whenInstalling } = require("script/define_missing");
const {
  closeIterator, closeQuietly, getMethod, isObject, kDone, stepValue, toIntegerOrInfinity,
} = require("script/language_support");

// States of a helper, as of a generator.
const kStart = 0;
const kYield = 1;
const kRunning = 2;
const kComplete = 3;

// What map, filter, take, drop and flatMap return. step() gives the next value or kDone; it closes the
// underlying iterator itself when it throws.
class IteratorHelper {
  #state = kStart;
  #underlying;
  #step;
  #closeInner; // closes what flatMap is in the middle of

  constructor(underlying, step, closeInner) {
    this.#underlying = underlying;
    this.#step = step;
    this.#closeInner = closeInner;
  }

  next() {
    if (this.#state === kRunning) throw new TypeError("The iterator is already running");
    if (this.#state === kComplete) return { value: undefined, done: true };
    this.#state = kRunning;
    let value = kDone;
    try {
      value = this.#step();
    } finally {
      this.#state = value === kDone ? kComplete : kYield;
    }
    return value === kDone ? { value: undefined, done: true } : { value, done: false };
  }

  return() {
    if (this.#state === kRunning) throw new TypeError("The iterator is already running");
    if (this.#state === kComplete) return { value: undefined, done: true };
    const closeInner = this.#state === kYield ? this.#closeInner : undefined;
    this.#state = kRunning;
    try {
      if (closeInner !== undefined) {
        try {
          closeInner();
        } catch (error) {
          closeQuietly(this.#underlying);
          throw error;
        }
      }
      closeIterator(this.#underlying);
    } finally {
      this.#state = kComplete;
    }
    return { value: undefined, done: true };
  }
}

class WrappedIterator {
  #iterator;
  #next;

  constructor(iterator, next) {
    this.#iterator = iterator;
    this.#next = next;
  }

  next() {
    return FunctionPrototypeCall(this.#next, this.#iterator);
  }

  return() {
    const iterator = this.#iterator;
    const method = getMethod(iterator, "return");
    return method === undefined ? { value: undefined, done: true } : FunctionPrototypeCall(method, iterator);
  }
}

function hide(Class, tag) {
  ReflectDeleteProperty(Class.prototype, "constructor");
  ObjectSetPrototypeOf(Class.prototype, IteratorPrototype);
  if (tag === undefined) return;
  ObjectDefineProperty(Class.prototype, SymbolToStringTag,
    { __proto__: null, value: tag, writable: false, enumerable: false, configurable: true });
}

// GetIteratorFlattenable -> { iterator, next }
function flattenable(value, takesStrings) {
  if (!isObject(value) && !(takesStrings && typeof value === "string")) {
    throw new TypeError("The value is not an object");
  }
  const method = getMethod(value, SymbolIterator);
  const iterator = method === undefined ? value : FunctionPrototypeCall(method, value);
  if (!isObject(iterator)) throw new TypeError("The result of [Symbol.iterator]() is not an object");
  return { iterator, next: iterator.next };
}

function checkThis(value, method) {
  if (!isObject(value)) throw new TypeError(`Iterator.prototype.${method}: this is not an object`);
}

function checkCallback(iterator, callback, method) {
  checkThis(iterator, method);
  if (typeof callback === "function") return;
  closeQuietly(iterator);
  throw new TypeError(`Iterator.prototype.${method}: the callback is not a function`);
}

// The count of take and drop.
function checkCount(iterator, limit, method) {
  checkThis(iterator, method);
  try {
    const number = +limit;
    if (number !== number) throw new RangeError(`Iterator.prototype.${method}: the limit is not a number`);
    const integer = toIntegerOrInfinity(number);
    if (integer < 0) throw new RangeError(`Iterator.prototype.${method}: the limit ${integer} is negative`);
    return integer;
  } catch (error) {
    closeQuietly(iterator);
    throw error;
  }
}

// callback(value, index); the iterator is closed when it throws.
function guarded(iterator, callback, value, index) {
  try {
    return callback(value, index);
  } catch (error) {
    closeQuietly(iterator);
    throw error;
  }
}

function flatMapSteps(iterator, next, mapper) {
  let counter = 0;
  let inner; // { iterator, next }
  const step = () => {
    for (;;) {
      if (inner === undefined) {
        const value = stepValue(iterator, next);
        if (value === kDone) return kDone;
        inner = guarded(iterator, (v, i) => flattenable(mapper(v, i), false), value, counter++);
      }
      const value = guarded(iterator, () => stepValue(inner.iterator, inner.next));
      if (value !== kDone) return value;
      inner = undefined;
    }
  };
  return new IteratorHelper(iterator, step, () => closeIterator(inner.iterator));
}

const lazyMethods = {
  map(mapper) {
    checkCallback(this, mapper, "map");
    const { next } = this;
    let counter = 0;
    return new IteratorHelper(this, () => {
      const value = stepValue(this, next);
      return value === kDone ? kDone : guarded(this, mapper, value, counter++);
    });
  },

  filter(predicate) {
    checkCallback(this, predicate, "filter");
    const { next } = this;
    let counter = 0;
    return new IteratorHelper(this, () => {
      for (;;) {
        const value = stepValue(this, next);
        if (value === kDone || guarded(this, predicate, value, counter++)) return value;
      }
    });
  },

  take(limit) {
    let remaining = checkCount(this, limit, "take");
    const { next } = this;
    return new IteratorHelper(this, () => {
      if (remaining === 0) {
        closeIterator(this);
        return kDone;
      }
      --remaining;
      return stepValue(this, next);
    });
  },

  drop(limit) {
    let remaining = checkCount(this, limit, "drop");
    const { next } = this;
    return new IteratorHelper(this, () => {
      for (; remaining > 0; --remaining) {
        if (stepValue(this, next) === kDone) return kDone;
      }
      return stepValue(this, next);
    });
  },

  flatMap(mapper) {
    checkCallback(this, mapper, "flatMap");
    return flatMapSteps(this, this.next, mapper);
  },
};

// Runs fn(value, index) until it returns true or the values end.
function consume(iterator, fn) {
  const { next } = iterator;
  for (let i = 0; ; ++i) {
    const value = stepValue(iterator, next);
    if (value === kDone) return;
    if (guarded(iterator, fn, value, i)) {
      closeIterator(iterator);
      return;
    }
  }
}

const eagerMethods = {
  reduce(reducer, ...rest) {
    checkCallback(this, reducer, "reduce");
    const { next } = this;
    let index = 0;
    let accumulator = rest[0];
    if (rest.length === 0) {
      accumulator = stepValue(this, next);
      if (accumulator === kDone) throw new TypeError("Reduce of an empty iterator with no initial value");
      index = 1;
    }
    for (;; ++index) {
      const value = stepValue(this, next);
      if (value === kDone) return accumulator;
      accumulator = guarded(this, (v, i) => reducer(accumulator, v, i), value, index);
    }
  },

  toArray() {
    checkThis(this, "toArray");
    const { next } = this;
    const result = [];
    for (let value = stepValue(this, next); value !== kDone; value = stepValue(this, next)) {
      ArrayPrototypePush(result, value);
    }
    return result;
  },

  forEach(fn) {
    checkCallback(this, fn, "forEach");
    consume(this, (value, i) => {
      fn(value, i);
      return false;
    });
  },

  some(predicate) {
    checkCallback(this, predicate, "some");
    let found = false;
    consume(this, (value, i) => found = !!predicate(value, i));
    return found;
  },

  every(predicate) {
    checkCallback(this, predicate, "every");
    let failed = false;
    consume(this, (value, i) => failed = !predicate(value, i));
    return !failed;
  },

  find(predicate) {
    checkCallback(this, predicate, "find");
    let result;
    consume(this, (value, i) => {
      if (!predicate(value, i)) return false;
      result = value;
      return true;
    });
    return result;
  },
};

function inheritsIterator(object) {
  for (let o = ObjectGetPrototypeOf(object); o !== null; o = ObjectGetPrototypeOf(o)) {
    if (o === IteratorPrototype) return true;
  }
  return false;
}

// Accessors where one expects data, because pages assign to these on objects that inherit:
// SetterThatIgnoresPrototypeProperties.
function defineWeird(key, value) {
  const accessors = ReflectGetOwnPropertyDescriptor({
    get [key]() {
      return value;
    },
    set [key](replacement) {
      if (!isObject(this)) throw new TypeError("Iterator.prototype: the receiver is not an object");
      if (this === IteratorPrototype) throw new TypeError("Iterator.prototype: the property is read-only");
      if (ObjectHasOwn(this, key)) this[key] = replacement;
      else {
        ObjectDefineProperty(this, key,
          { __proto__: null, value: replacement, writable: true, enumerable: true, configurable: true });
      }
    },
  }, key);
  ObjectDefineProperty(IteratorPrototype, key,
    { __proto__: null, get: accessors.get, set: accessors.set, enumerable: false, configurable: true });
}

function defineIterator() {
  function Iterator() {
    if (new.target === undefined || new.target === Iterator) {
      throw new TypeError("Iterator is abstract: it is for classes to extend");
    }
  }
  ObjectDefineProperty(Iterator, "prototype",
    { __proto__: null, value: IteratorPrototype, writable: false, enumerable: false, configurable: false });
  hide(IteratorHelper, "Iterator Helper");
  hide(WrappedIterator, undefined);
  defineMissing(Iterator, {
    from(value) {
      const { iterator, next } = flattenable(value, true);
      return inheritsIterator(iterator) ? iterator : new WrappedIterator(iterator, next);
    },
  });
  defineMissing(IteratorPrototype, lazyMethods);
  defineMissing(IteratorPrototype, eagerMethods);
  defineWeird("constructor", Iterator);
  defineWeird(SymbolToStringTag, "Iterator");
  ObjectDefineProperty(globalObject, "Iterator",
    { __proto__: null, value: Iterator, writable: true, enumerable: false, configurable: true });
}

async function closeAsync(iterator) {
  const method = getMethod(iterator, "return");
  if (method !== undefined) await FunctionPrototypeCall(method, iterator);
}

whenInstalling(() => {
  if (globalObject.Iterator === undefined) defineIterator();
  defineMissing(IteratorPrototype, {
    [symbols.dispose]() {
      const method = getMethod(this, "return");
      if (method !== undefined) FunctionPrototypeCall(method, this);
    },
  });
  defineMissing(AsyncIteratorPrototype, {
    [symbols.asyncDispose]() {
      return closeAsync(this);
    },
  });
});
