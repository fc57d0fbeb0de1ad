// SPDX-License-Identifier: Apache-2.0
// Change-array-by-copy for arrays and typed arrays (https://tc39.es/ecma262/#sec-array.prototype.toreversed
// and its kin) and Array.fromAsync (https://tc39.es/proposal-array-from-async/).
"use strict";

const {
  Array, ArrayPrototypeSort, BigInt, FunctionPrototypeCall, MathMax, MathMin, Object, ObjectDefineProperty,
  RangeError, ReflectConstruct, SymbolAsyncIterator, SymbolIterator, SymbolUnscopables, TypeError, TypedArray,
  TypedArrayPrototypeGetLength, TypedArrayPrototypeGetSymbolToStringTag, TypedArrayPrototypeKeys,
  TypedArrayPrototypeSort, NumberMAX_SAFE_INTEGER,
} = primordials;

const { defineMissing, whenInstalling } = require("script/define_missing");
const {
  closeQuietly, getMethod, isObject, requireCallable, toIntegerOrInfinity, toLength,
} = require("script/language_support");

function toObject(value, method) {
  if (value === undefined || value === null) {
    throw new TypeError(`Array.prototype.${method} called on null or undefined`);
  }
  return Object(value);
}

function relativeIndex(index, length) {
  const integer = toIntegerOrInfinity(index);
  return integer < 0 ? MathMax(length + integer, 0) : MathMin(integer, length);
}

function checkCompare(compare) {
  if (compare !== undefined) requireCallable(compare, "The comparison function");
}

defineMissing(Array.prototype, {
  toReversed() {
    const object = toObject(this, "toReversed");
    const length = toLength(object.length);
    const result = new Array(length);
    for (let i = 0; i < length; ++i) result[i] = object[length - 1 - i];
    return result;
  },

  toSorted(comparefn) {
    checkCompare(comparefn);
    const object = toObject(this, "toSorted");
    const length = toLength(object.length);
    const result = new Array(length);
    for (let i = 0; i < length; ++i) result[i] = object[i];
    return ArrayPrototypeSort(result, comparefn);
  },

  toSpliced(start, skipCount, ...items) {
    const object = toObject(this, "toSpliced");
    const length = toLength(object.length);
    const from = relativeIndex(start, length);
    let skipped = 0;
    if (arguments.length === 1) {
      skipped = length - from;
    } else if (arguments.length > 1) {
      skipped = MathMin(MathMax(toIntegerOrInfinity(skipCount), 0), length - from);
    }
    const newLength = length + items.length - skipped;
    if (newLength > NumberMAX_SAFE_INTEGER) throw new TypeError("The array would be too long");
    const result = new Array(newLength);
    let to = 0;
    for (; to < from; ++to) result[to] = object[to];
    for (let i = 0; i < items.length; ++i) result[to++] = items[i];
    for (let i = from + skipped; to < newLength; ++i) result[to++] = object[i];
    return result;
  },

  with(index, value) {
    const object = toObject(this, "with");
    const length = toLength(object.length);
    const integer = toIntegerOrInfinity(index);
    const actual = integer < 0 ? length + integer : integer;
    if (actual >= length || actual < 0) throw new RangeError(`Invalid index: ${integer}`);
    const result = new Array(length);
    for (let i = 0; i < length; ++i) result[i] = i === actual ? value : object[i];
    return result;
  },
});

whenInstalling(() => {
  const unscopables = Array.prototype[SymbolUnscopables];
  unscopables.toReversed = unscopables.toSorted = unscopables.toSpliced = true;
});

// ValidateTypedArray, which also refuses a detached buffer; -> length
function validLength(array) {
  TypedArrayPrototypeKeys(array);
  return TypedArrayPrototypeGetLength(array);
}

function sameType(array, argument) {
  return new primordials[TypedArrayPrototypeGetSymbolToStringTag(array)](argument);
}

defineMissing(TypedArray.prototype, {
  toReversed() {
    const length = validLength(this);
    const result = sameType(this, length);
    for (let i = 0; i < length; ++i) result[i] = this[length - 1 - i];
    return result;
  },

  toSorted(comparefn) {
    checkCompare(comparefn);
    validLength(this);
    return TypedArrayPrototypeSort(sameType(this, this), comparefn);
  },

  with(index, value) {
    const length = validLength(this);
    const integer = toIntegerOrInfinity(index);
    const actual = integer < 0 ? length + integer : integer;
    const tag = TypedArrayPrototypeGetSymbolToStringTag(this);
    const isBig = tag === "BigInt64Array" || tag === "BigUint64Array";
    const converted = isBig ? toBigInt(value) : +value;
    // The conversion may have detached the buffer, or made it shorter.
    if (!(actual >= 0 && actual < TypedArrayPrototypeGetLength(this))) {
      throw new RangeError(`Invalid index: ${integer}`);
    }
    const result = sameType(this, length);
    for (let i = 0; i < length; ++i) result[i] = i === actual ? converted : this[i];
    return result;
  },
});

// ToBigInt: unlike BigInt() it takes no numbers.
function toBigInt(value) {
  const primitive = isObject(value) ? value.valueOf() : value;
  if (typeof primitive === "number") throw new TypeError(`Cannot convert ${primitive} to a BigInt`);
  return BigInt(primitive);
}

function isConstructor(value) {
  if (typeof value !== "function") return false;
  try {
    ReflectConstruct(Object, [], value);
    return true;
  } catch {
    return false;
  }
}

function createData(target, index, value) {
  ObjectDefineProperty(target, index,
    { __proto__: null, value, writable: true, enumerable: true, configurable: true });
}

async function fromArrayLike(C, items, mapfn, thisArg) {
  const arrayLike = Object(items);
  const length = toLength(arrayLike.length);
  const result = isConstructor(C) ? new C(length) : new Array(length);
  for (let k = 0; k < length; ++k) {
    let value = await arrayLike[k];
    if (mapfn !== undefined) value = await FunctionPrototypeCall(mapfn, thisArg, value, k);
    createData(result, k, value);
  }
  result.length = length;
  return result;
}

async function closeAsync(iterator, isAsync) {
  if (!isAsync) {
    closeQuietly(iterator);
    return;
  }
  try {
    const method = getMethod(iterator, "return");
    if (method !== undefined) await FunctionPrototypeCall(method, iterator);
  } catch {
    // The error that closes the iterator counts, not this one.
  }
}

async function fromIterator(C, iterator, isAsync, mapfn, thisArg) {
  const result = isConstructor(C) ? new C() : [];
  const { next } = iterator;
  for (let k = 0; ; ++k) {
    let step = FunctionPrototypeCall(next, iterator);
    if (isAsync) step = await step;
    if (!isObject(step)) throw new TypeError("The iterator's result is not an object");
    if (step.done) {
      if (!isAsync) await undefined;
      result.length = k;
      return result;
    }
    let { value } = step;
    try {
      if (!isAsync) value = await value;
      if (mapfn !== undefined) value = await FunctionPrototypeCall(mapfn, thisArg, value, k);
      createData(result, k, value);
    } catch (error) {
      await closeAsync(iterator, isAsync);
      throw error;
    }
  }
}

async function fromAsync(C, asyncItems, mapfn, thisArg) {
  if (mapfn !== undefined) requireCallable(mapfn, "The mapping function");
  const asyncMethod = getMethod(asyncItems, SymbolAsyncIterator);
  const method = asyncMethod ?? getMethod(asyncItems, SymbolIterator);
  if (method === undefined) return fromArrayLike(C, asyncItems, mapfn, thisArg);
  const iterator = FunctionPrototypeCall(method, asyncItems);
  if (!isObject(iterator)) throw new TypeError("The iterator is not an object");
  return fromIterator(C, iterator, asyncMethod !== undefined, mapfn, thisArg);
}

defineMissing(Array, {
  fromAsync(asyncItems, mapfn = undefined, thisArg = undefined) {
    return fromAsync(this, asyncItems, mapfn, thisArg);
  },
});
