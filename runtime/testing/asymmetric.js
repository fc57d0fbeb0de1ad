// SPDX-License-Identifier: Apache-2.0
// Asymmetric matchers: expect.any(String) and the like, which stand in an expected value for many values. Those of
// other libraries work too: an object with asymmetricMatch() and the mark that jest gives them.
"use strict";

const {
  Array, ArrayIsArray, BigInt, Boolean, Error, Function, MathAbs, Number, Object, ObjectDefineProperty,
  ReflectGetOwnPropertyDescriptor, ReflectOwnKeys, RegExp, String, StringPrototypeIncludes,
  Symbol, SymbolFor, TypeError,
} = primordials;

const kinds = require("script/value_kind");
const { equal } = require("testing/equal");
const { isFound } = require("testing/text_pattern");

const kMark = SymbolFor("jest.asymmetricMatcher");

// What an asymmetric matcher prints as is `title`, and its sample after it, if there is one.
class AsymmetricMatcher {
  constructor(title, sample, isNot, matches) {
    this.title = isNot ? `Not${title}` : title;
    this.sample = sample;
    this.isNot = isNot;
    this.matches = matches;
  }

  asymmetricMatch(value) {
    return this.matches(value) !== this.isNot;
  }

  toString() {
    return this.title;
  }

  getExpectedType() {
    return typeof this.sample;
  }
}
ObjectDefineProperty(AsymmetricMatcher.prototype, "$$typeof", { __proto__: null, value: kMark });

function isA(value, Class) {
  switch (Class) {
    case String: return typeof value === "string" || value instanceof String;
    case Number: return typeof value === "number" || value instanceof Number;
    case Boolean: return typeof value === "boolean" || value instanceof Boolean;
    case BigInt: return typeof value === "bigint";
    case Symbol: return typeof value === "symbol";
    case Function: return typeof value === "function";
    case Object: return typeof value === "object";
    case Array: return ArrayIsArray(value);
    default: return value instanceof Class;
  }
}

function covers(value, sample) {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return false;
  const keys = ReflectOwnKeys(sample);
  for (let i = 0; i < keys.length; ++i) {
    if (!ReflectGetOwnPropertyDescriptor(sample, keys[i]).enumerable) continue;
    if (!(keys[i] in value) || !equal(value[keys[i]], sample[keys[i]])) return false;
  }
  return true;
}

function includesAll(value, sample) {
  if (!ArrayIsArray(value)) return false;
  for (let i = 0; i < sample.length; ++i) {
    let found = false;
    for (let j = 0; j < value.length && !found; ++j) found = equal(value[j], sample[i]);
    if (!found) return false;
  }
  return true;
}

function isObject(value) {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

function check(isRight, name, what) {
  if (!isRight) throw new TypeError(`expect.${name}() takes ${what}`);
}

function make(isNot) {
  const matcher = (title, sample, matches) => new AsymmetricMatcher(title, sample, isNot, matches);
  return {
    objectContaining(sample) {
      check(isObject(sample), "objectContaining", "an object");
      return matcher("ObjectContaining", sample, (value) => covers(value, sample));
    },
    arrayContaining(sample) {
      check(ArrayIsArray(sample), "arrayContaining", "an array");
      return matcher("ArrayContaining", sample, (value) => includesAll(value, sample));
    },
    arrayOf(sample) {
      return matcher("ArrayOf", sample, (value) => {
        if (!ArrayIsArray(value)) return false;
        for (let i = 0; i < value.length; ++i) {
          if (!equal(value[i], sample)) return false;
        }
        return true;
      });
    },
    stringContaining(sample) {
      check(typeof sample === "string", "stringContaining", "a string");
      return matcher("StringContaining", sample,
        (value) => typeof value === "string" && StringPrototypeIncludes(value, sample));
    },
    stringMatching(sample) {
      check(typeof sample === "string" || kinds.valueKind(sample) === kinds.kRegExp, "stringMatching",
        "a string or a regular expression");
      const expression = new RegExp(sample);
      return matcher("StringMatching", expression,
        (value) => typeof value === "string" && isFound(expression, value));
    },
    closeTo(sample, digits = 2) {
      check(typeof sample === "number", "closeTo", "a number");
      return matcher("NumberCloseTo", sample, (value) => typeof value === "number" &&
        (value === sample || MathAbs(value - sample) < 10 ** -digits / 2));
    },
  };
}

const positive = make(false);
const negative = make(true);

positive.any = (Class) => {
  if (typeof Class !== "function") {
    throw new TypeError("expect.any() takes a constructor, such as String; expect.anything() matches all values");
  }
  return new AsymmetricMatcher(`Any<${Class.name || "anonymous"}>`, undefined, false, (value) => isA(value, Class));
};
positive.anything = () =>
  new AsymmetricMatcher("Anything", undefined, false, (value) => value !== null && value !== undefined);

// expect.extend's matchers as asymmetric ones: matches(value, args) -> boolean.
function custom(name, args, isNot, matches) {
  return new AsymmetricMatcher(name, args, isNot, (value) => {
    const result = matches(value, args);
    if (typeof result !== "boolean") throw new Error(`expect.${name}() is asynchronous: it cannot stand in a value`);
    return result;
  });
}

exports.positive = positive;
exports.negative = negative;
exports.custom = custom;
exports.AsymmetricMatcher = AsymmetricMatcher;
exports.isA = isA;
