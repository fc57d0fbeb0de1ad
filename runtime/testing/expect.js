// SPDX-License-Identifier: Apache-2.0
// expect(value) of the module "sedge:test": the matchers that tests written for other runners use most.
"use strict";

const {
  ArrayIsArray, ArrayPrototypeConcat, ArrayPrototypeIncludes, Error, ErrorCaptureStackTrace, MathAbs, Object,
  ObjectDefineProperty, ObjectIs, ObjectKeys, PromisePrototypeThen, PromiseResolve, ReflectApply,
  ReflectOwnKeys, RegExpPrototypeExec, SetPrototypeHas, StringPrototypeIncludes, StringPrototypeSplit,
} = primordials;

const { inspect } = require("console/inspect");
const { equal, strictEqual } = require("worker/test_equal");
const { diff } = require("worker/test_diff");
const kinds = require("script/value_kind");

class AssertionError extends Error {
  constructor(message) { // written out: V8 10.2 iterates over the arguments of one that is not
    super(message);
  }
}
ObjectDefineProperty(AssertionError.prototype, "name",
  { __proto__: null, value: "AssertionError", writable: true, enumerable: false, configurable: true });

function print(value) {
  return inspect(value, { __proto__: null, depth: 4 });
}

function messageOf(error) {
  return `${error !== null && typeof error === "object" ? error.message : error}`;
}

// Whether an exception is what toThrow(wanted) asks for.
function matchesError(error, wanted) {
  if (wanted === undefined) return true;
  if (typeof wanted === "string") return StringPrototypeIncludes(messageOf(error), wanted);
  if (kinds.valueKind(wanted) === kinds.kRegExp) {
    return RegExpPrototypeExec(wanted, messageOf(error)) !== null;
  }
  if (typeof wanted === "function") return error instanceof wanted;
  return messageOf(error) === messageOf(wanted) &&
    (wanted.name === undefined || wanted.name === "Error" || error?.name === wanted.name);
}

function contains(container, item) {
  if (typeof container === "string") return StringPrototypeIncludes(container, item);
  if (ArrayIsArray(container)) return ArrayPrototypeIncludes(container, item);
  if (kinds.valueKind(container) === kinds.kSet) return SetPrototypeHas(container, item);
  for (const element of container) {
    if (ObjectIs(element, item)) return true;
  }
  return false;
}

function containsEqual(container, item) {
  for (const element of container) {
    if (equal(element, item)) return true;
  }
  return false;
}

// Every property of the pattern is in the value, recursively.
function covers(value, pattern) {
  if (typeof pattern !== "object" || pattern === null || kinds.valueKind(pattern) !== kinds.kOrdinary) {
    return equal(value, pattern);
  }
  if (typeof value !== "object" || value === null) return false;
  const keys = ObjectKeys(pattern);
  for (let i = 0; i < keys.length; ++i) {
    if (!covers(value[keys[i]], pattern[keys[i]])) return false;
  }
  return true;
}

function propertyAt(value, path) {
  const keys = ArrayIsArray(path) ? path : StringPrototypeSplit(path, ".");
  for (let i = 0; i < keys.length; ++i) {
    if (value === null || value === undefined || !(keys[i] in Object(value))) return { found: false };
    value = value[keys[i]];
  }
  return { found: true, value };
}

// Each returns [holds, what is said when it does not, a function that shows how the values differ].
const matchers = {
  toBe: (actual, expected) =>
    [ObjectIs(actual, expected), `to be ${print(expected)}`, () => diff(expected, actual)],
  toEqual: (actual, expected) =>
    [equal(actual, expected), `to equal ${print(expected)}`, () => diff(expected, actual)],
  toStrictEqual: (actual, expected) =>
    [strictEqual(actual, expected), `to equal strictly ${print(expected)}`, () => diff(expected, actual)],
  toMatchObject: (actual, pattern) =>
    [covers(actual, pattern), `to match ${print(pattern)}`, () => diff(pattern, actual)],
  toBeInstanceOf: (actual, Class) => [actual instanceof Class, `to be an instance of ${Class.name}`],
  toBeNull: (actual) => [actual === null, "to be null"],
  toBeUndefined: (actual) => [actual === undefined, "to be undefined"],
  toBeDefined: (actual) => [actual !== undefined, "to be defined"],
  toBeNaN: (actual) => [actual !== actual, "to be NaN"],
  toBeTruthy: (actual) => [!!actual, "to be truthy"],
  toBeFalsy: (actual) => [!actual, "to be falsy"],
  toContain: (actual, item) => [contains(actual, item), `to contain ${print(item)}`],
  toContainEqual: (actual, item) => [containsEqual(actual, item), `to contain what equals ${print(item)}`],
  toMatch(actual, pattern) {
    const matches = typeof pattern === "string"
      ? StringPrototypeIncludes(actual, pattern) : RegExpPrototypeExec(pattern, actual) !== null;
    return [matches, `to match ${print(pattern)}`];
  },
  toBeGreaterThan: (actual, limit) => [actual > limit, `to be greater than ${print(limit)}`],
  toBeGreaterThanOrEqual: (actual, limit) => [actual >= limit, `to be at least ${print(limit)}`],
  toBeLessThan: (actual, limit) => [actual < limit, `to be less than ${print(limit)}`],
  toBeLessThanOrEqual: (actual, limit) => [actual <= limit, `to be at most ${print(limit)}`],
  toBeCloseTo(actual, expected, digits = 2) {
    const isClose = actual === expected || MathAbs(actual - expected) < 10 ** -digits / 2;
    return [isClose, `to be close to ${print(expected)}`];
  },
  toHaveLength: (actual, length) =>
    [actual?.length === length, `to have length ${length}, not ${print(actual?.length)}`],
  toHaveProperty(actual, path, ...rest) {
    const { found, value } = propertyAt(actual, path);
    return [found && (rest.length === 0 || equal(value, rest[0])),
      `to have the property ${print(path)}${rest.length === 0 ? "" : ` equal to ${print(rest[0])}`}`];
  },
  toThrow(actual, wanted) {
    if (typeof actual !== "function") return [false, "to be a function that throws"];
    try {
      actual();
    } catch (error) {
      const claim = `to throw ${wanted === undefined ? "" : print(wanted)}; it threw ${print(error)}`;
      return [matchesError(error, wanted), claim];
    }
    return [false, `to throw${wanted === undefined ? "" : ` ${print(wanted)}`}; it did not throw`];
  },
};
matchers.toThrowError = matchers.toThrow;

function verify(name, actual, args, isNegated, caller) {
  const verdict = ReflectApply(matchers[name], undefined, ArrayPrototypeConcat([actual], args));
  if (verdict[0] !== isNegated) return;
  const claim = verdict[1];
  const explain = verdict[2];
  const details = isNegated || explain === undefined ? "" : `\n${explain()}`;
  const subject = name === "toThrow" || name === "toThrowError" ? "the function" : print(actual);
  const error = new AssertionError(`expected ${subject} ${isNegated ? "not " : ""}${claim}${details}`);
  ErrorCaptureStackTrace(error, caller);
  throw error;
}

function settle(promise, wantsRejection) {
  return PromisePrototypeThen(PromiseResolve(promise),
    (value) => {
      if (!wantsRejection) return value;
      throw new AssertionError(`expected a rejection; the promise was resolved with ${print(value)}`);
    },
    (error) => {
      if (wantsRejection) return error;
      throw new AssertionError(`expected no rejection; the promise was rejected with ${print(error)}`);
    });
}

// The matchers on a value, or when `mode` says so on what a promise becomes.
function makeExpectation(actual, isNegated, mode) {
  const result = { __proto__: null };
  const names = ReflectOwnKeys(matchers);
  for (let i = 0; i < names.length; ++i) {
    const name = names[i];
    const method = mode === undefined
      ? (...args) => verify(name, actual, args, isNegated, method)
      : async (...args) => {
        const isRejection = mode === "rejects";
        const settled = await settle(typeof actual === "function" ? actual() : actual, isRejection);
        const isThrow = isRejection && (name === "toThrow" || name === "toThrowError");
        verify(name, isThrow ? () => { throw settled; } : settled, args, isNegated, method);
      };
    result[name] = method;
  }
  return result;
}

function expect(actual) {
  const result = makeExpectation(actual, false, undefined);
  const later = (mode) => {
    const expectation = makeExpectation(actual, false, mode);
    expectation.not = makeExpectation(actual, true, mode);
    return expectation;
  };
  result.not = makeExpectation(actual, true, undefined);
  ObjectDefineProperty(result, "resolves", { __proto__: null, get: () => later("resolves") });
  ObjectDefineProperty(result, "rejects", { __proto__: null, get: () => later("rejects") });
  return result;
}

exports.expect = expect;
exports.AssertionError = AssertionError;
