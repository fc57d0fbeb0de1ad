// SPDX-License-Identifier: Apache-2.0
// The set algebra of Set.prototype: https://tc39.es/ecma262/#sec-set.prototype.union and its kin.
"use strict";

const {
  FunctionPrototypeCall, RangeError, Set, SetIteratorPrototypeNext, SetPrototypeAdd, SetPrototypeDelete,
  SetPrototypeForEach, SetPrototypeGetSize, SetPrototypeHas, SetPrototypeValues, TypeError,
} = primordials;

const { defineMissing } = require("script/define_missing");
const {
  closeIterator, isObject, kDone, requireCallable, stepValue, toIntegerOrInfinity,
} = require("script/language_support");

// GetSetRecord
function setRecord(object) {
  if (!isObject(object)) throw new TypeError("The argument is not a set-like object");
  const number = +object.size;
  if (number !== number) throw new TypeError("The argument is not set-like: its size is not a number");
  const size = toIntegerOrInfinity(number);
  if (size < 0) throw new RangeError(`The argument is not set-like: its size is ${size}`);
  const has = requireCallable(object.has, "The argument is not set-like: its has()");
  const keys = requireCallable(object.keys, "The argument is not set-like: its keys()");
  return { object, size, has, keys };
}

function contains(record, value) {
  return !!FunctionPrototypeCall(record.has, record.object, value);
}

function openKeys(record) {
  const iterator = FunctionPrototypeCall(record.keys, record.object);
  if (!isObject(iterator)) throw new TypeError("The result of keys() is not an object");
  return { iterator, next: iterator.next };
}

// fn(value) for the keys of the argument, until it returns true; then the iterator is closed.
function forEachKey(record, fn) {
  const { iterator, next } = openKeys(record);
  for (;;) {
    const value = stepValue(iterator, next);
    if (value === kDone) return false;
    if (fn(value)) {
      closeIterator(iterator);
      return true;
    }
  }
}

// fn(value) for the values of the set as it changes, until it returns true.
function someOf(set, fn) {
  const iterator = SetPrototypeValues(set);
  for (;;) {
    const { done, value } = SetIteratorPrototypeNext(iterator);
    if (done) return false;
    if (fn(value)) return true;
  }
}

function copyOf(set) {
  const result = new Set();
  SetPrototypeForEach(set, (value) => {
    SetPrototypeAdd(result, value);
  });
  return result;
}

defineMissing(Set.prototype, {
  union(other) {
    SetPrototypeGetSize(this);
    const record = setRecord(other);
    const { iterator, next } = openKeys(record);
    const result = copyOf(this);
    for (let value = stepValue(iterator, next); value !== kDone; value = stepValue(iterator, next)) {
      SetPrototypeAdd(result, value);
    }
    return result;
  },

  intersection(other) {
    const size = SetPrototypeGetSize(this);
    const record = setRecord(other);
    const result = new Set();
    if (size <= record.size) {
      someOf(this, (value) => {
        if (contains(record, value)) SetPrototypeAdd(result, value);
        return false;
      });
    } else {
      forEachKey(record, (value) => {
        if (SetPrototypeHas(this, value)) SetPrototypeAdd(result, value);
        return false;
      });
    }
    return result;
  },

  difference(other) {
    const size = SetPrototypeGetSize(this);
    const record = setRecord(other);
    const result = copyOf(this);
    if (size <= record.size) {
      someOf(this, (value) => {
        if (contains(record, value)) SetPrototypeDelete(result, value);
        return false;
      });
    } else {
      forEachKey(record, (value) => {
        SetPrototypeDelete(result, value);
        return false;
      });
    }
    return result;
  },

  symmetricDifference(other) {
    SetPrototypeGetSize(this);
    const record = setRecord(other);
    const { iterator, next } = openKeys(record);
    const result = copyOf(this);
    for (let value = stepValue(iterator, next); value !== kDone; value = stepValue(iterator, next)) {
      if (SetPrototypeHas(this, value)) SetPrototypeDelete(result, value);
      else SetPrototypeAdd(result, value);
    }
    return result;
  },

  isSubsetOf(other) {
    const size = SetPrototypeGetSize(this);
    const record = setRecord(other);
    return size <= record.size && !someOf(this, (value) => !contains(record, value));
  },

  isSupersetOf(other) {
    const size = SetPrototypeGetSize(this);
    const record = setRecord(other);
    return size >= record.size && !forEachKey(record, (value) => !SetPrototypeHas(this, value));
  },

  isDisjointFrom(other) {
    const size = SetPrototypeGetSize(this);
    const record = setRecord(other);
    return size <= record.size
      ? !someOf(this, (value) => contains(record, value))
      : !forEachKey(record, (value) => SetPrototypeHas(this, value));
  },
});
