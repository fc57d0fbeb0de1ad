// SPDX-License-Identifier: Apache-2.0
// Deep equality for expect() and node:assert: values of the same kind with equal contents. toEqual takes a property
// that is undefined for one that is absent and does not ask for classes; the strict form does neither.
"use strict";

const {
  ArrayBufferPrototypeGetByteLength, ArrayPrototypePush, BigIntPrototypeValueOf, BooleanPrototypeValueOf,
  DatePrototypeGetTime, DataViewPrototypeGetBuffer, DataViewPrototypeGetByteLength,
  DataViewPrototypeGetByteOffset, MapPrototypeForEach, MapPrototypeGet, MapPrototypeGetSize, MapPrototypeHas,
  NumberPrototypeValueOf, ObjectGetPrototypeOf, ObjectHasOwn, ObjectIs, ObjectKeys,
  ReflectGetOwnPropertyDescriptor, ReflectOwnKeys, RegExpPrototypeToString, SetPrototypeForEach,
  SetPrototypeGetSize, SetPrototypeHas, StringPrototypeValueOf, SymbolFor, TypedArrayPrototypeGetLength,
  TypedArrayPrototypeGetSymbolToStringTag, Uint8Array,
} = primordials;

const { inspect, isRegistered } = require("console/inspect");
const kinds = require("script/value_kind");

const valueOf = {
  __proto__: null,
  [kinds.kDate]: DatePrototypeGetTime,
  [kinds.kRegExp]: RegExpPrototypeToString,
  [kinds.kBooleanObject]: BooleanPrototypeValueOf,
  [kinds.kNumberObject]: NumberPrototypeValueOf,
  [kinds.kStringObject]: StringPrototypeValueOf,
  [kinds.kBigIntObject]: BigIntPrototypeValueOf,
};

const kAsymmetric = SymbolFor("jest.asymmetricMatcher");

// expect.any(...) and the like.
function isAsymmetric(value) {
  return typeof value === "object" && value !== null && value.$$typeof === kAsymmetric &&
    typeof value.asymmetricMatch === "function";
}

// How strict a comparison is:
const kEqual = { ignoresUndefined: true, comparesClasses: false, isLoose: false };   // toEqual
const kStrict = { ignoresUndefined: false, comparesClasses: true, isLoose: false };  // toStrictEqual, deepStrictEqual
const kLoose = { ignoresUndefined: false, comparesClasses: false, isLoose: true };   // assert.deepEqual: 1 == "1"

class Comparison {
  constructor(rules) {
    this.rules = rules;
    this.pairs = []; // under comparison: a, b, a, b ...; in a cycle they count as equal
  }

  equal(a, b) {
    if (isAsymmetric(b)) return isAsymmetric(a) ? a === b : !!b.asymmetricMatch(a);
    if (isAsymmetric(a)) return !!a.asymmetricMatch(b);
    if (ObjectIs(a, b)) return true;
    if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) {
      return this.rules.isLoose && equalLoosely(a, b);
    }
    const kind = kinds.valueKind(a);
    if (kind !== kinds.valueKind(b)) return false;
    if (this.rules.comparesClasses && ObjectGetPrototypeOf(a) !== ObjectGetPrototypeOf(b)) return false;
    return this.equalOnce(a, b, kind);
  }

  // Unless the two are under comparison already.
  equalOnce(a, b, kind) {
    for (let i = 0; i < this.pairs.length; i += 2) {
      if (this.pairs[i] === a && this.pairs[i + 1] === b) return true;
    }
    const depth = this.pairs.length;
    ArrayPrototypePush(this.pairs, a, b);
    const result = this.equalContents(a, b, kind);
    this.pairs.length = depth;
    return result;
  }

  // Whether b's properties are in a, in objects all the way down; everything else has to be equal.
  covered(a, b) {
    if (isAsymmetric(b) || typeof b !== "object" || b === null || typeof a !== "object" || a === null) {
      return this.equal(a, b);
    }
    const kind = kinds.valueKind(b);
    const isList = kind === kinds.kArray;
    if (!isList && kind !== kinds.kOrdinary && kind !== kinds.kError) return this.equal(a, b);
    if (isList && (kinds.valueKind(a) !== kind || a.length !== b.length)) return false;
    if (!isList && kinds.valueKind(a) === kinds.kArray) return false;
    for (let i = 0; i < this.pairs.length; i += 2) {
      if (this.pairs[i] === a && this.pairs[i + 1] === b) return true;
    }
    const depth = this.pairs.length;
    ArrayPrototypePush(this.pairs, a, b);
    const result = kind === kinds.kOrdinary && isPrivate(b) ? this.equal(a, b) : this.coveredProperties(a, b, kind);
    this.pairs.length = depth;
    return result;
  }

  coveredProperties(a, b, kind) {
    if (kind === kinds.kError && (a.message !== b.message || a.name !== b.name)) return false;
    const keys = ReflectOwnKeys(b);
    for (let i = 0; i < keys.length; ++i) {
      const key = keys[i];
      if (!ReflectGetOwnPropertyDescriptor(b, key)?.enumerable) continue;
      if (!(key in a) || !this.covered(a[key], b[key])) return false;
    }
    return true;
  }

  equalContents(a, b, kind) {
    const primitiveOf = valueOf[kind];
    if (primitiveOf !== undefined) {
      return ObjectIs(primitiveOf(a), primitiveOf(b)) && this.equalProperties(a, b);
    }
    switch (kind) {
      case kinds.kArray: return a.length === b.length && this.equalProperties(a, b);
      case kinds.kTypedArray: return equalTypedArrays(a, b);
      case kinds.kArrayBuffer:
        return equalBytes(new Uint8Array(a), new Uint8Array(b), ArrayBufferPrototypeGetByteLength(a),
          ArrayBufferPrototypeGetByteLength(b));
      case kinds.kDataView: return equalBytes(bytesOf(a), bytesOf(b), DataViewPrototypeGetByteLength(a),
        DataViewPrototypeGetByteLength(b));
      case kinds.kMap: return this.equalMaps(a, b) && this.equalProperties(a, b);
      case kinds.kSet: return this.equalSets(a, b) && this.equalProperties(a, b);
      case kinds.kError:
        return a.name === b.name && a.message === b.message && this.equal(a.cause, b.cause) &&
          this.equal(a.errors, b.errors) && this.equalProperties(a, b);
      case kinds.kPromise:
      case kinds.kWeakMap:
      case kinds.kWeakSet: return false; // only identical ones are equal
      default: return this.equalProperties(a, b) && equalHidden(a, b);
    }
  }

  equalProperties(a, b) {
    return this.covers(a, b, true) && this.covers(b, a, false);
  }

  // Every enumerable property of `from` is in `other` and, when `compares`, equal there.
  covers(from, other, compares) {
    const keys = ReflectOwnKeys(from);
    for (let i = 0; i < keys.length; ++i) {
      const key = keys[i];
      if (!ReflectGetOwnPropertyDescriptor(from, key)?.enumerable) continue;
      if (!ObjectHasOwn(other, key) && (!this.rules.ignoresUndefined || from[key] !== undefined)) return false;
      if (compares && !this.equal(from[key], other[key])) return false;
    }
    return true;
  }

  equalMaps(a, b) {
    if (MapPrototypeGetSize(a) !== MapPrototypeGetSize(b)) return false;
    let isEqual = true;
    const rest = []; // entries of `a` whose key is not itself a key of `b`
    MapPrototypeForEach(a, (value, key) => {
      if (!isEqual) return;
      if (MapPrototypeHas(b, key)) isEqual = this.equal(value, MapPrototypeGet(b, key));
      else ArrayPrototypePush(rest, [key, value]);
    });
    if (!isEqual) return false;
    const others = [];
    MapPrototypeForEach(b, (value, key) => {
      if (!MapPrototypeHas(a, key)) ArrayPrototypePush(others, [key, value]);
    });
    return this.match(rest, others);
  }

  equalSets(a, b) {
    if (SetPrototypeGetSize(a) !== SetPrototypeGetSize(b)) return false;
    const rest = [];
    const others = [];
    SetPrototypeForEach(a, (value) => {
      if (!SetPrototypeHas(b, value)) ArrayPrototypePush(rest, value);
    });
    SetPrototypeForEach(b, (value) => {
      if (!SetPrototypeHas(a, value)) ArrayPrototypePush(others, value);
    });
    return this.match(rest, others);
  }

  // Finds for each of `list` an equal one in `others`, each used once.
  match(list, others) {
    for (let i = 0; i < list.length; ++i) {
      let found = -1;
      for (let j = 0; j < others.length && found < 0; ++j) {
        if (this.equal(list[i], others[j])) found = j;
      }
      if (found < 0) return false;
      others[found] = others[others.length - 1];
      --others.length;
    }
    return true;
  }
}

// == of primitives, without running code of objects.
function equalLoosely(a, b) {
  const isObject = (value) => (typeof value === "object" && value !== null) || typeof value === "function";
  if (isObject(a) || isObject(b)) return a === b;
  return a == b; // as the standard's ==
}

function bytesOf(view) {
  return new Uint8Array(DataViewPrototypeGetBuffer(view), DataViewPrototypeGetByteOffset(view),
    DataViewPrototypeGetByteLength(view));
}

function equalBytes(a, b, lengthA, lengthB) {
  if (lengthA !== lengthB) return false;
  for (let i = 0; i < lengthA; ++i) {
    if (a[i] !== b[i]) return false;
  }
  return true;
}

function equalTypedArrays(a, b) {
  const length = TypedArrayPrototypeGetLength(a);
  if (TypedArrayPrototypeGetSymbolToStringTag(a) !== TypedArrayPrototypeGetSymbolToStringTag(b) ||
      length !== TypedArrayPrototypeGetLength(b)) {
    return false;
  }
  for (let i = 0; i < length; ++i) {
    if (!ObjectIs(a[i], b[i])) return false;
  }
  return true;
}

// Web objects keep everything in private fields.
function isPrivate(value) {
  const prototype = ObjectGetPrototypeOf(value);
  return prototype !== primordials.Object.prototype && prototype !== null && ObjectKeys(value).length === 0 &&
    isRegistered(value);
}

// Such objects are equal when they print the same.
function equalHidden(a, b) {
  if (!isPrivate(a) && !isPrivate(b)) return true;
  return inspect(a, { __proto__: null, depth: null }) === inspect(b, { __proto__: null, depth: null });
}

exports.equal = (a, b) => new Comparison(kEqual).equal(a, b);
exports.strictEqual = (a, b) => new Comparison(kStrict).equal(a, b);
exports.looseEqual = (a, b) => new Comparison(kLoose).equal(a, b);
// covers(value, pattern): every property of the pattern is in the value, recursively.
exports.covers = (value, pattern) => new Comparison(kEqual).covered(value, pattern);
exports.coversStrictly = (value, pattern) => new Comparison(kStrict).covered(value, pattern);
exports.isAsymmetric = isAsymmetric;
exports.isPrivate = isPrivate;
