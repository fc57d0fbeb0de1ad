// SPDX-License-Identifier: Apache-2.0
// AssertionError: what failed expectations and node:assert throw.
// https://nodejs.org/api/assert.html#class-assertassertionerror
"use strict";

const {
  Error, ErrorCaptureStackTrace, ObjectDefineProperty, StringPrototypeIndexOf, StringPrototypeSlice, TypeError,
} = primordials;

const { read } = require("console/inspect_text");

function define(object, key, value) {
  ObjectDefineProperty(object, key, { __proto__: null, value, writable: true, enumerable: false, configurable: true });
}

class AssertionError extends Error {
  // { message, actual, expected, operator, stackStartFn }
  constructor(options) {
    if (typeof options !== "object" || options === null) {
      throw new TypeError("AssertionError: the argument is no object of options");
    }
    super(options.message === undefined ? require("testing/assert_text").describe(options) : `${options.message}`);
    this.generatedMessage = options.message === undefined;
    this.code = "ERR_ASSERTION";
    this.actual = options.actual;
    this.expected = options.expected;
    this.operator = options.operator;
    if (typeof options.stackStartFn === "function") ErrorCaptureStackTrace(this, options.stackStartFn);
  }

  toString() {
    return `${this.name} [${this.code}]: ${this.message}`;
  }
}
define(AssertionError.prototype, "name", "AssertionError");

// An error for a failure that will be known later: its stack is that of now, without `caller` and what it called.
function prepareFailure(caller) {
  const holder = { __proto__: null };
  ErrorCaptureStackTrace(holder, caller);
  return (options) => {
    const error = new AssertionError(options);
    const frames = framesOf(read(holder, "stack"));
    if (frames !== "") define(error, "stack", `AssertionError: ${error.message}${frames}`);
    return error;
  };
}

// From the line end before the first frame on; "" when there is none.
function framesOf(stack) {
  if (typeof stack !== "string") return "";
  const at = StringPrototypeIndexOf(stack, "\n    at ");
  return at < 0 ? "" : StringPrototypeSlice(stack, at);
}

exports.AssertionError = AssertionError;
exports.prepareFailure = prepareFailure;
exports.framesOf = framesOf;
