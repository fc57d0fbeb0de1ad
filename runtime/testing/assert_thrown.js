// SPDX-License-Identifier: Apache-2.0
// Whether what was thrown is what throws() and rejects() of node:assert expect: a class, a function that decides, a
// regular expression, or an object or error whose properties it has.
"use strict";

const {
  ArrayPrototypePush, Error, FunctionPrototypeCall, ObjectKeys, TypeError,
} = primordials;

const kinds = require("script/value_kind");
const { strictEqual } = require("testing/equal");
const { explain } = require("testing/diff");
const { print } = require("testing/print");
const { isFound } = require("testing/text_pattern");

// The properties of the expected value: those that can be enumerated, and name and message of an error.
function keysOf(expected) {
  const keys = ObjectKeys(expected);
  if (kinds.valueKind(expected) === kinds.kError) ArrayPrototypePush(keys, "name", "message");
  return keys;
}

function holdsFor(wanted, value) {
  if (kinds.valueKind(wanted) === kinds.kRegExp && typeof value === "string") {
    return isFound(wanted, value);
  }
  return strictEqual(value, wanted);
}

function checkProperties(raise, error, expected, message) {
  const keys = keysOf(expected);
  if (keys.length === 0) throw new TypeError("the object that an error is to match has no properties");
  if ((typeof error !== "object" && typeof error !== "function") || error === null) {
    raise(error, expected, message ??
      `${print(error)} was thrown, which has no properties to compare with ${print(expected)}`);
  }
  const wanted = {};
  const found = {};
  let isEqual = true;
  for (let i = 0; i < keys.length; ++i) {
    const key = keys[i];
    wanted[key] = expected[key];
    if (key in error && holdsFor(expected[key], error[key])) {
      found[key] = wanted[key];
    } else {
      isEqual = false;
      if (key in error) found[key] = error[key];
    }
  }
  if (!isEqual) {
    raise(error, expected, message ?? `Expected values to be strictly deep-equal:\n\n${explain(wanted, found)}`);
  }
}

function checkFunction(raise, error, expected, message) {
  if (expected.prototype !== undefined && error instanceof expected) return;
  if (expected === Error || expected.prototype instanceof Error) {
    raise(error, expected, message ?? `The error is expected to be an instance of "${expected.name}". Received ${
      print(error)}\n\nError message:\n\n${print(error?.message)}`);
  }
  const result = FunctionPrototypeCall(expected, {}, error);
  if (result !== true) {
    const name = expected.name ? `"${expected.name}" ` : "";
    raise(error, expected, message ?? `The ${name}validation function is expected to return "true". Received ${
      print(result)}\n\nCaught error:\n\n${print(error)}`);
  }
}

// raise(actual, expected, message) throws.
exports.checkThrown = (raise, error, expected, message) => {
  if (kinds.valueKind(expected) === kinds.kRegExp) {
    const text = `${error}`;
    if (!isFound(expected, text)) {
      raise(error, expected, message ??
        `The input did not match the regular expression ${print(expected)}. Input:\n\n${print(text)}`);
    }
  } else if (typeof expected === "function") {
    checkFunction(raise, error, expected, message);
  } else if (typeof expected === "object" && expected !== null) {
    checkProperties(raise, error, expected, message);
  } else {
    throw new TypeError(`the expected error is ${print(expected)}: it must be a function, an object, an error or a ` +
      "regular expression");
  }
};
