// SPDX-License-Identifier: Apache-2.0
// The module node:assert. https://nodejs.org/api/assert.html
"use strict";

const {
  Error, ErrorCaptureStackTrace, FunctionPrototypeCall, NumberIsNaN, ObjectDefineProperty, ObjectIs,
  PromisePrototypeThen, PromiseResolve, ReflectApply, TypeError,
} = primordials;

const kinds = require("script/value_kind");
const { AssertionError, prepareFailure } = require("testing/assertion_error");
const { checkThrown } = require("testing/assert_thrown");
const { coversStrictly, looseEqual, strictEqual: deepEqualStrictly } = require("testing/equal");
const { countAssertion, isThenable } = require("testing/expect");
const { print } = require("testing/print");
const { isFound } = require("testing/text_pattern");

function coded(Class, code, message) {
  const error = new Class(message);
  ObjectDefineProperty(error, "code",
    { __proto__: null, value: code, writable: true, enumerable: true, configurable: true });
  return error;
}

function missing(names) {
  return coded(TypeError, "ERR_MISSING_ARGS", `The ${names} arguments must be specified`);
}

// Throws what a failed assertion throws: the caller's own error, or one with the caller's message or ours.
function fail(caller, actual, expected, message, operator, isGenerated = message === undefined) {
  if (kinds.valueKind(message) === kinds.kError) throw message;
  if (typeof message === "function") message = message(actual, expected);
  const error = new AssertionError({ message, actual, expected, operator, stackStartFn: caller });
  error.generatedMessage = isGenerated;
  throw error;
}

// An assertion of two values: holds(actual, expected).
function comparison(operator, holds) {
  const assertion = (...args) => {
    countAssertion();
    if (args.length < 2) throw missing("\"actual\" and \"expected\"");
    if (!holds(args[0], args[1])) fail(assertion, args[0], args[1], args[2] ?? undefined, operator);
  };
  ObjectDefineProperty(assertion, "name", { __proto__: null, value: operator, configurable: true });
  return assertion;
}

// == of the language, but NaN equals itself.
function isLooselyEqual(a, b) {
  return a == b || (NumberIsNaN(a) && NumberIsNaN(b)); // what `equal` is about
}

function ok(...args) {
  countAssertion();
  if (args.length === 0) {
    fail(ok, undefined, true, "No value argument passed to `assert.ok()`", "==", true);
  }
  if (!args[0]) {
    const message = args[1] ?? `The expression evaluated to a falsy value: ${print(args[0])}`;
    fail(ok, args[0], true, message, "==", args[1] === undefined);
  }
}

function assertMatch(caller, string, regexp, message, wants) {
  countAssertion();
  if (kinds.valueKind(regexp) !== kinds.kRegExp) {
    throw coded(TypeError, "ERR_INVALID_ARG_TYPE",
      `The "regexp" argument must be a regular expression. Received ${print(regexp)}`);
  }
  const operator = wants ? "match" : "doesNotMatch";
  if (typeof string !== "string") {
    fail(caller, string, regexp,
      message ?? `The "string" argument must be of type string. Received ${print(string)}`, operator);
  }
  if (isFound(regexp, string) !== wants) {
    const claim = wants ? "did not match" : "was expected not to match";
    fail(caller, string, regexp, message ??
      `The input ${claim} the regular expression ${print(regexp)}. Input:\n\n${print(string)}`, operator);
  }
}

function match(string, regexp, message) {
  assertMatch(match, string, regexp, message, true);
}

function doesNotMatch(string, regexp, message) {
  assertMatch(doesNotMatch, string, regexp, message, false);
}

const kNothing = { __proto__: null }; // was thrown

function thrownBy(fn, name) {
  if (typeof fn !== "function") {
    throw coded(TypeError, "ERR_INVALID_ARG_TYPE",
      `The "fn" argument of assert.${name}() must be a function. Received ${print(fn)}`);
  }
  try {
    fn();
  } catch (error) {
    return error;
  }
  return kNothing;
}

function notFunction(promise, name) {
  return coded(TypeError, "ERR_INVALID_ARG_TYPE",
    `The "promiseFn" argument of assert.${name}() must be a function or a promise. Received ${print(promise)}`);
}

// Resolves to what a promise, or that of a function, is rejected with.
async function rejectionOf(promiseFn, name) {
  let promise = promiseFn;
  if (typeof promiseFn === "function") {
    promise = promiseFn();
    if (!isThenable(promise)) {
      throw coded(TypeError, "ERR_INVALID_RETURN_VALUE",
        `The function given to assert.${name}() returned no promise, but ${print(promise)}`);
    }
  } else if (!isThenable(promise)) {
    throw notFunction(promiseFn, name);
  }
  return PromisePrototypeThen(PromiseResolve(promise), () => kNothing, (error) => [error]);
}

// throws(fn, expected?, message?): a string in the place of `expected` is the message.
function judge(raise, operator, error, args) {
  let expected = args[0];
  let message = args[1];
  if (typeof expected === "string") {
    if (args.length > 1) {
      throw coded(TypeError, "ERR_INVALID_ARG_TYPE",
        `The "error" argument of assert.${operator}() must be a function, an object, an error or a regular expression`);
    }
    message = expected;
    expected = undefined;
    if (error !== kNothing && (error?.message === message || error === message)) {
      throw coded(TypeError, "ERR_AMBIGUOUS_ARGUMENT",
        `The "message" argument is ambiguous: the error's message is the same: ${print(message)}`);
    }
  }
  if (error === kNothing) {
    const name = typeof expected === "function" && expected.name ? ` (${expected.name})` : "";
    const what = operator === "rejects" ? "rejection" : "exception";
    raise(undefined, expected, `Missing expected ${what}${name}${message === undefined ? "." : `: ${message}`}`);
  }
  if (expected !== undefined) checkThrown(raise, error, expected, message);
}

function throws(fn, ...args) {
  countAssertion();
  const raise = (actual, expected, message) => fail(throws, actual, expected, message, "throws");
  judge(raise, "throws", thrownBy(fn, "throws"), args);
}

// For a failure that is known later than the call.
function raiseWith(place, operator) {
  return (actual, expected, message) => {
    if (kinds.valueKind(message) === kinds.kError) throw message;
    throw place({ message, actual, expected, operator });
  };
}

async function rejects(promiseFn, ...args) {
  countAssertion();
  const raise = raiseWith(prepareFailure(rejects), "rejects");
  const result = await rejectionOf(promiseFn, "rejects");
  judge(raise, "rejects", result === kNothing ? kNothing : result[0], args);
}

// doesNotThrow(fn, expected?, message?): what is thrown and is not `expected` is thrown on.
function judgeUnwanted(raise, operator, error, args) {
  if (error === kNothing) return;
  let expected = args[0];
  let message = args[1];
  if (typeof expected === "string") {
    message = expected;
    expected = undefined;
  }
  const isWanted = expected === undefined || (typeof expected === "function"
    ? error instanceof expected || (!(expected.prototype instanceof Error) && expected !== Error &&
        FunctionPrototypeCall(expected, {}, error) === true)
    : isFound(expected, `${error}`));
  if (!isWanted) throw error;
  const what = operator === "doesNotReject" ? "rejection" : "exception";
  raise(error, expected, `Got unwanted ${what}${message === undefined ? "." : `: ${message}`}\n` +
    `Actual message: ${print(error?.message ?? error)}`);
}

function doesNotThrow(fn, ...args) {
  countAssertion();
  const raise = (actual, expected, message) => fail(doesNotThrow, actual, expected, message, "doesNotThrow");
  judgeUnwanted(raise, "doesNotThrow", thrownBy(fn, "doesNotThrow"), args);
}

async function doesNotReject(promiseFn, ...args) {
  countAssertion();
  const raise = raiseWith(prepareFailure(doesNotReject), "doesNotReject");
  const result = await rejectionOf(promiseFn, "doesNotReject");
  judgeUnwanted(raise, "doesNotReject", result === kNothing ? kNothing : result[0], args);
}

// fail(message?), or the older form fail(actual, expected, message?, operator?, caller?)
function failNow(...args) {
  countAssertion();
  if (args.length <= 1) fail(failNow, undefined, undefined, args[0] ?? "Failed", "fail");
  const operator = args[3] ?? "!=";
  fail(typeof args[4] === "function" ? args[4] : failNow, args[0], args[1],
    args[2] ?? `${print(args[0])} ${operator} ${print(args[1])}`, operator);
}
ObjectDefineProperty(failNow, "name", { __proto__: null, value: "fail", configurable: true });

function ifError(value) {
  countAssertion();
  if (value === null || value === undefined) return;
  const message = typeof value === "object" && typeof value.message === "string"
    ? value.message || value.constructor?.name : print(value);
  fail(ifError, value, null, `ifError got unwanted exception: ${message}`, "ifError");
}

const table = {
  fail: failNow,
  ok,
  equal: comparison("equal", isLooselyEqual),
  notEqual: comparison("notEqual", (a, b) => !isLooselyEqual(a, b)),
  strictEqual: comparison("strictEqual", ObjectIs),
  notStrictEqual: comparison("notStrictEqual", (a, b) => !ObjectIs(a, b)),
  deepEqual: comparison("deepEqual", looseEqual),
  notDeepEqual: comparison("notDeepEqual", (a, b) => !looseEqual(a, b)),
  deepStrictEqual: comparison("deepStrictEqual", deepEqualStrictly),
  notDeepStrictEqual: comparison("notDeepStrictEqual", (a, b) => !deepEqualStrictly(a, b)),
  partialDeepStrictEqual: comparison("partialDeepStrictEqual", coversStrictly),
  throws, rejects, doesNotThrow, doesNotReject, match, doesNotMatch, ifError,
  AssertionError,
};

function addAll(assert, replaced) {
  for (const name in table) assert[name] = table[name];
  for (const name in replaced) assert[name] = replaced[name];
  return assert;
}

// assert(value, message) is assert.ok, as a function of its own, so that it can have its own properties.
function makeAssert(replaced) {
  const assert = (...args) => {
    try {
      return ReflectApply(ok, undefined, args);
    } catch (error) {
      if (error instanceof AssertionError && error !== args[1]) ErrorCaptureStackTrace(error, assert);
      throw error;
    }
  };
  return addAll(assert, replaced);
}

const assert = makeAssert({ __proto__: null });
const strict = makeAssert({
  __proto__: null,
  equal: table.strictEqual,
  notEqual: table.notStrictEqual,
  deepEqual: table.deepStrictEqual,
  notDeepEqual: table.notDeepStrictEqual,
});
assert.strict = strict;
strict.strict = strict;

exports.assert = assert;
