// SPDX-License-Identifier: Apache-2.0
// The matchers of expect() on values, by the names and with the meaning that jest and vitest give them. Each is called
// with the context { isNot } as `this` and returns { pass, message() }: what is said when the claim does not hold.
"use strict";

const {
  ArrayIsArray, ArrayPrototypeIncludes, ArrayPrototypeIndexOf, ArrayPrototypePush, MathAbs, Object, ObjectIs,
  RegExpPrototypeExec, SetPrototypeHas, StringPrototypeIncludes, StringPrototypeSplit, SymbolIterator, TypeError,
} = primordials;

const kinds = require("script/value_kind");
const { covers, equal, strictEqual } = require("testing/equal");
const { explain, explainPattern } = require("testing/diff");
const { print } = require("testing/print");
const { isFound } = require("testing/text_pattern");

function received(value) {
  return `Received: ${print(value)}`;
}

// Expected and received, or "Expected: not ..." for a claim that is turned around.
function compare(isNot, expected, actual, explainDifference = explain) {
  return () => {
    if (!isNot) return explainDifference(expected, actual);
    const shown = print(expected);
    return shown === print(actual) ? `Expected: not ${shown}`
      : `Expected: not ${shown}\nReceived:     ${print(actual)}`;
  };
}

// Of a matcher that is used in a way that can never hold, with .not or without.
function misuse(text) {
  throw new TypeError(text);
}

function toBe(actual, expected) {
  const pass = ObjectIs(actual, expected);
  const hint = !pass && typeof actual === "object" && typeof expected === "object" && strictEqual(actual, expected)
    ? "\n\nThey are equal but not the same object: toEqual and toStrictEqual compare contents." : "";
  const explanation = compare(this.isNot, expected, actual);
  return { pass, detail: "Object.is equality", message: () => hint === "" ? explanation()
    : `Expected: ${print(expected)}\nReceived: ${print(actual)}${hint}` };
}

function toEqual(actual, expected) {
  return { pass: equal(actual, expected), detail: "deep equality", message: compare(this.isNot, expected, actual) };
}

function toStrictEqual(actual, expected) {
  return { pass: strictEqual(actual, expected), detail: "deep equality, with classes",
    message: compare(this.isNot, expected, actual) };
}

function toMatchObject(actual, pattern) {
  if (typeof pattern !== "object" || pattern === null) misuse("toMatchObject() takes an object");
  const pass = typeof actual === "object" && actual !== null && covers(actual, pattern);
  return { pass, message: compare(this.isNot, pattern, actual, explainPattern) };
}

// A matcher without an argument: what it claims is in its name.
function predicate(holds) {
  return (actual) => ({ pass: holds(actual), message: () => received(actual) });
}

function toBeInstanceOf(actual, Class) {
  if (typeof Class !== "function") misuse("toBeInstanceOf() takes a constructor");
  return {
    pass: actual instanceof Class,
    message: () => `Expected constructor: ${this.isNot ? "not " : ""}${Class.name}\nReceived value: ${print(actual)}`,
  };
}

function toBeTypeOf(actual, type) {
  return { pass: typeof actual === type, message: () => `Expected type: ${this.isNot ? "not " : ""}${print(type)}\n` +
    `Received type: ${print(typeof actual)}\n${received(actual)}` };
}

function indexOfItem(container, matches) {
  const items = ArrayIsArray(container) ? container : listOf(container);
  for (let i = 0; i < items.length; ++i) {
    if (matches(items[i])) return i;
  }
  return -1;
}

function isIterable(value) {
  return value !== null && value !== undefined && typeof value[SymbolIterator] === "function";
}

function listOf(iterable) {
  const list = [];
  for (const item of iterable) ArrayPrototypePush(list, item);
  return list;
}

function contains(container, item) {
  if (ArrayIsArray(container)) {
    return ArrayPrototypeIndexOf(container, item) >= 0 || ArrayPrototypeIncludes(container, item);
  }
  if (kinds.valueKind(container) === kinds.kSet) return SetPrototypeHas(container, item);
  return indexOfItem(container, (element) => ObjectIs(element, item)) >= 0;
}

function toContain(actual, item) {
  const not = this.isNot ? "not " : "";
  if (typeof actual === "string") {
    if (typeof item !== "string") misuse(`toContain() on a string takes a string, not ${print(item)}`);
    return { pass: StringPrototypeIncludes(actual, item), message: () =>
      `Expected substring: ${not}${print(item)}\nReceived string:    ${print(actual)}` };
  }
  if (!isIterable(actual)) {
    misuse(`toContain() needs a string or something with items, not ${print(actual)}`);
  }
  return { pass: contains(actual, item), message: () => {
    const hint = !this.isNot && indexOfItem(actual, (element) => equal(element, item)) >= 0
      ? "\n\nAn item is equal but not the same object: toContainEqual compares contents." : "";
    return `Expected item: ${not}${print(item)}\nReceived:      ${print(actual)}${hint}`;
  } };
}

function toContainEqual(actual, item) {
  if (!isIterable(actual)) misuse(`toContainEqual() needs something with items, not ${print(actual)}`);
  return { pass: indexOfItem(actual, (element) => equal(element, item)) >= 0, message: () =>
    `Expected item: ${this.isNot ? "not " : ""}${print(item)}\nReceived:      ${print(actual)}` };
}

function toMatch(actual, pattern) {
  if (typeof actual !== "string") misuse(`toMatch() needs a string, not ${print(actual)}`);
  const not = this.isNot ? "not " : "";
  if (typeof pattern === "string") {
    return { pass: StringPrototypeIncludes(actual, pattern), message: () =>
      `Expected substring: ${not}${print(pattern)}\nReceived string:    ${print(actual)}` };
  }
  if (kinds.valueKind(pattern) !== kinds.kRegExp) misuse("toMatch() takes a string or a regular expression");
  return { pass: isFound(pattern, actual), message: () =>
    `Expected pattern: ${not}${print(pattern)}\nReceived string:  ${print(actual)}` };
}

function ordering(sign, holds) {
  return function (actual, limit) {
    const isNumber = (value) => typeof value === "number" || typeof value === "bigint";
    if (!isNumber(actual) || !isNumber(limit)) {
      misuse(`a comparison by ${sign} needs numbers or bigints, not ${print(actual)} and ${print(limit)}`);
    }
    const not = this.isNot ? "not " : "";
    return { pass: holds(actual, limit), message: () => `Expected: ${not}${sign} ${print(limit)}\n` +
      `Received: ${this.isNot ? "    " : ""}${sign.length === 2 ? "  " : " "} ${print(actual)}` };
  };
}

function toBeCloseTo(actual, expected, digits = 2) {
  if (typeof actual !== "number" || typeof expected !== "number") {
    misuse(`toBeCloseTo() compares numbers, not ${print(actual)} and ${print(expected)}`);
  }
  const limit = 10 ** -digits / 2;
  const not = this.isNot ? "not " : "";
  return { pass: actual === expected || MathAbs(actual - expected) < limit, message: () =>
    `Expected: ${not}${print(expected)}\nReceived: ${this.isNot ? "    " : ""}${print(actual)}\n\n` +
    `Expected difference: ${not}< ${limit} (${digits} digits)\n` +
    `Received difference: ${MathAbs(actual - expected)}` };
}

function toHaveLength(actual, length) {
  const found = actual === null || actual === undefined ? undefined : actual.length;
  if (typeof found !== "number") misuse(`toHaveLength() needs a value with a length, not ${print(actual)}`);
  return { pass: found === length, message: () =>
    `Expected length: ${this.isNot ? "not " : ""}${print(length)}\nReceived length: ${found}\n${received(actual)}` };
}

// "a.b[0].c" as its keys; an array is its keys already.
function keysOf(path) {
  if (ArrayIsArray(path)) return path;
  if (typeof path !== "string") return [path];
  const keys = [];
  const parts = StringPrototypeSplit(path, ".");
  for (let i = 0; i < parts.length; ++i) {
    let rest = parts[i];
    for (let match; (match = RegExpPrototypeExec(/^(.*?)\[(\d+)\](.*)$/, rest)) !== null; rest = match[3]) {
      if (match[1] !== "") ArrayPrototypePush(keys, match[1]);
      ArrayPrototypePush(keys, match[2]);
      if (match[3] === "") {
        rest = undefined;
        break;
      }
    }
    if (rest !== undefined) ArrayPrototypePush(keys, rest);
  }
  return keys;
}

function propertyAt(value, keys) {
  for (let i = 0; i < keys.length; ++i) {
    if (value === null || value === undefined || !(keys[i] in Object(value))) return { found: false, depth: i, value };
    value = value[keys[i]];
  }
  return { found: true, depth: keys.length, value };
}

function toHaveProperty(actual, path, ...rest) {
  if (actual === null || actual === undefined) misuse(`toHaveProperty() needs an object, not ${actual}`);
  let keys = keysOf(path);
  // a key with dots in it
  const place = typeof path === "string" && path in Object(actual) ? propertyAt(actual, keys = [path])
    : propertyAt(actual, keys);
  const not = this.isNot ? "not " : "";
  const hasValue = rest.length > 0;
  const pass = place.found && (!hasValue || equal(place.value, rest[0]));
  return { pass, message: () => {
    const head = `Expected path: ${not}${print(path)}\n`;
    if (place.found) {
      if (!hasValue) return `${head}Received value: ${print(place.value)}`;
      return this.isNot ? `${head}Expected value: not ${print(rest[0])}` : `${head}\n${explain(rest[0], place.value)}`;
    }
    const reached = place.depth === 0 ? "" : `Received path: ${print(keysUpTo(keys, place.depth))}\n`;
    const wanted = hasValue ? `Expected value: ${print(rest[0])}\n` : "";
    return `${head}${reached}${wanted}Received value: ${print(place.value)}`;
  } };
}

function keysUpTo(keys, depth) {
  let result = `${keys[0]}`;
  for (let i = 1; i < depth; ++i) result += `.${keys[i]}`;
  return result;
}

function toSatisfy(actual, holds, message = undefined) {
  if (typeof holds !== "function") misuse("toSatisfy() takes a function");
  return { pass: !!holds(actual), message: () =>
    `${message === undefined ? "" : `${message}\n`}Expected: ${this.isNot ? "not " : ""}${print(holds)} to hold\n${
      received(actual)}` };
}

function toBeOneOf(actual, choices) {
  return { pass: indexOfItem(choices, (choice) => equal(actual, choice)) >= 0, message: () =>
    `Expected: ${this.isNot ? "none" : "one"} of ${print(choices)}\n${received(actual)}` };
}

exports.matchers = {
  __proto__: null,
  toBe, toEqual, toStrictEqual, toMatchObject,
  toBeNull: predicate((actual) => actual === null),
  toBeUndefined: predicate((actual) => actual === undefined),
  toBeDefined: predicate((actual) => actual !== undefined),
  toBeNullable: predicate((actual) => actual === null || actual === undefined),
  toBeNaN: predicate((actual) => typeof actual === "number" && actual !== actual),
  toBeTruthy: predicate((actual) => !!actual),
  toBeFalsy: predicate((actual) => !actual),
  toBeInstanceOf, toBeTypeOf, toContain, toContainEqual, toMatch,
  toBeGreaterThan: ordering(">", (a, b) => a > b),
  toBeGreaterThanOrEqual: ordering(">=", (a, b) => a >= b),
  toBeLessThan: ordering("<", (a, b) => a < b),
  toBeLessThanOrEqual: ordering("<=", (a, b) => a <= b),
  toBeCloseTo, toHaveLength, toHaveProperty, toSatisfy, toBeOneOf,
};
