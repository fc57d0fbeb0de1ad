// SPDX-License-Identifier: Apache-2.0
// What an AssertionError of node:assert says when its caller gave no message.
"use strict";

const { explain } = require("testing/diff");
const { print } = require("testing/print");

// By operator: what comes before the two values.
const heads = {
  __proto__: null,
  "deepEqual": "Expected values to be loosely deep-equal:",
  "deepStrictEqual": "Expected values to be strictly deep-equal:",
  "partialDeepStrictEqual": "Expected values to be partially and strictly deep-equal:",
  "equal": "Expected values to be loosely equal:",
  "notDeepEqual": "Expected \"actual\" not to be loosely deep-equal to:",
  "notDeepStrictEqual": "Expected \"actual\" not to be strictly deep-equal to:",
  "notEqual": "Expected \"actual\" not to be loosely equal to:",
  "notStrictEqual": "Expected \"actual\" to be strictly unequal to:",
  "strictEqual": "Expected values to be strictly equal:",
};

// { operator, actual, expected }
exports.describe = ({ operator, actual, expected }) => {
  const head = heads[operator];
  if (head === undefined) return operator === undefined ? "Failed" : `${print(actual)} ${operator} ${print(expected)}`;
  if (operator === "notDeepEqual" || operator === "notDeepStrictEqual" || operator === "notEqual" ||
      operator === "notStrictEqual") {
    return `${head}\n\n${print(expected)}`;
  }
  return `${head}\n\n${explain(expected, actual)}`;
};
