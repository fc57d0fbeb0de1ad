// SPDX-License-Identifier: Apache-2.0
// The matchers of expect() on mock functions: how often they were called, with what, and what they returned.
"use strict";

const { ArrayPrototypePush, ArrayPrototypeSlice, MathMin, ReflectApply, TypeError } = primordials;

const { equal } = require("testing/equal");
const { explain } = require("testing/diff");
const { print } = require("testing/print");
const { stateOf } = require("testing/mock");

const kMaxShown = 3; // calls in a message

function mockState(actual) {
  const state = stateOf(actual);
  if (state === undefined) {
    throw new TypeError(`this matcher needs a mock function (mock.fn(), mock.method()), not ${print(actual)}`);
  }
  return state;
}

function equalArguments(call, expected) {
  return equal(ArrayPrototypeSlice(call), expected) && call.length === expected.length;
}

function printArguments(args) {
  if (args.length === 0) return "called without arguments";
  let result = print(args[0]);
  for (let i = 1; i < args.length; ++i) result += `, ${print(args[i])}`;
  return result;
}

// The first of many, by number.
function list(items, printItem) {
  let result = "";
  for (let i = 0; i < MathMin(items.length, kMaxShown); ++i) result += `\n  ${i + 1}: ${printItem(items[i])}`;
  return items.length > kMaxShown ? `${result}\n  \u2026 ${items.length - kMaxShown} more` : result;
}

function countOf(what, found) {
  return `Number of ${what}: ${found}`;
}

function toHaveBeenCalled(actual) {
  const { calls } = mockState(actual);
  return { pass: calls.length > 0, message: () => this.isNot
    ? `Expected number of calls: 0\nReceived number of calls: ${calls.length}\n${list(calls, printArguments)}`
    : "Expected number of calls: at least 1\nReceived number of calls: 0" };
}

function numberOf(what, listFrom) {
  return function (actual, expected) {
    if (typeof expected !== "number") throw new TypeError(`this matcher takes a number, not ${print(expected)}`);
    const found = listFrom(mockState(actual)).length;
    return { pass: found === expected, message: () =>
      `Expected number of ${what}: ${this.isNot ? "not " : ""}${expected}\nReceived number of ${what}: ${found}` };
  };
}

function returned(state) {
  return filter(state.results, "return");
}

function fulfilled(state) {
  return filter(state.settledResults, "fulfilled");
}

function filter(results, type) {
  const found = [];
  for (let i = 0; i < results.length; ++i) {
    if (results[i].type === type) ArrayPrototypePush(found, results[i].value);
  }
  return found;
}

function someCall(calls, expected) {
  for (let i = 0; i < calls.length; ++i) {
    if (equalArguments(calls[i], expected)) return true;
  }
  return false;
}

function explainCalls(isNot, calls, expected) {
  const head = `Expected: ${isNot ? "not " : ""}${printArguments(expected)}`;
  if (!isNot && calls.length === 1) {
    const only = ArrayPrototypeSlice(calls[0]);
    const single = only.length === 1 && expected.length === 1;
    return `${single ? explain(expected[0], only[0]) : explain(expected, only)}\n\n${countOf("calls", 1)}`;
  }
  return `${head}\nReceived:${calls.length === 0 ? " no call" : list(calls, printArguments)}\n\n${
    countOf("calls", calls.length)}`;
}

function toHaveBeenCalledWith(actual, ...expected) {
  const { calls } = mockState(actual);
  return { pass: someCall(calls, expected), message: () => explainCalls(this.isNot, calls, expected) };
}

function toHaveBeenCalledExactlyOnceWith(actual, ...expected) {
  const { calls } = mockState(actual);
  return { pass: calls.length === 1 && equalArguments(calls[0], expected), message: () =>
    calls.length === 1 ? explainCalls(this.isNot, calls, expected)
      : `Expected number of calls: 1\nReceived number of calls: ${calls.length}${list(calls, printArguments)}` };
}

// One call by its number (1 is the first), or the last one.
function oneCall(isNot, calls, number, expected) {
  const call = calls[number - 1];
  const pass = call !== undefined && equalArguments(call, expected);
  return { pass, message: () => {
    const received = call === undefined ? "no such call" : printArguments(call);
    const shown = call === undefined || isNot
      ? `Expected: ${isNot ? "not " : ""}${printArguments(expected)}\nReceived: ${received}`
      : explain(expected, ArrayPrototypeSlice(call));
    return `${number > 0 ? `n: ${number}\n` : ""}${shown}\n\n${countOf("calls", calls.length)}`;
  } };
}

function checkNumber(number) {
  if (typeof number !== "number" || number < 1) throw new TypeError("n is a number from 1 on: the first call is 1");
}

function toHaveBeenLastCalledWith(actual, ...expected) {
  const { calls } = mockState(actual);
  return oneCall(this.isNot, calls, calls.length, expected);
}

function toHaveBeenNthCalledWith(actual, number, ...expected) {
  const { calls } = mockState(actual);
  checkNumber(number);
  return oneCall(this.isNot, calls, number, expected);
}

function some(listFrom, what) {
  return function (actual) {
    const found = listFrom(mockState(actual)).length;
    return { pass: found > 0, message: () =>
      `Expected number of ${what}: ${this.isNot ? "0" : "at least 1"}\nReceived number of ${what}: ${found}` };
  };
}

function someWith(listFrom, what) {
  return function (actual, expected) {
    const values = listFrom(mockState(actual));
    let pass = false;
    for (let i = 0; i < values.length && !pass; ++i) pass = equal(values[i], expected);
    return { pass, message: () => {
      if (!this.isNot && values.length === 1) return explain(expected, values[0]);
      return `Expected: ${this.isNot ? "not " : ""}${print(expected)}\nReceived:${
        values.length === 0 ? " nothing" : list(values, print)}\n\n${countOf(what, values.length)}`;
    } };
  };
}

function oneResult(isNot, results, number, expected, type) {
  const result = results[number - 1];
  const pass = result !== undefined && result.type === type && equal(result.value, expected);
  return { pass, message: () => {
    const received = result === undefined ? "no such call"
      : result.type === type ? print(result.value) : `${result.type === "throw" ? "threw " : ""}${print(result.value)}`;
    if (!isNot && result?.type === type) return explain(expected, result.value);
    return `Expected: ${isNot ? "not " : ""}${print(expected)}\nReceived: ${received}`;
  } };
}

function lastResult(resultsOf, type) {
  return function (actual, expected) {
    const results = resultsOf(mockState(actual));
    return oneResult(this.isNot, results, results.length, expected, type);
  };
}

function nthResult(resultsOf, type) {
  return function (actual, number, expected) {
    checkNumber(number);
    return oneResult(this.isNot, resultsOf(mockState(actual)), number, expected, type);
  };
}

function sequence(word, isOrdered) {
  return function (actual, other) {
    const mine = mockState(actual).invocationCallOrder;
    const theirs = mockState(other).invocationCallOrder;
    const pass = mine.length > 0 && theirs.length > 0 && isOrdered(mine, theirs);
    return { pass, message: () => `Expected: ${this.isNot ? "not " : ""}to be called ${word} ${
      other.getMockName()}\nCalls, in the order of all: ${print(mine)}; of the other: ${print(theirs)}` };
  };
}

const callsOf = (state) => state.calls;
const resultsOf = (state) => state.results;
const settledOf = (state) => state.settledResults;
const toHaveReturnedWith = someWith(returned, "returns");
const toHaveBeenCalledTimes = numberOf("calls", callsOf);
const toHaveReturned = some(returned, "returns");
const toHaveReturnedTimes = numberOf("returns", returned);
const toHaveLastReturnedWith = lastResult(resultsOf, "return");
const toHaveNthReturnedWith = nthResult(resultsOf, "return");

exports.matchers = {
  __proto__: null,
  toHaveBeenCalled, toBeCalled: toHaveBeenCalled,
  toHaveBeenCalledTimes, toBeCalledTimes: toHaveBeenCalledTimes,
  toHaveBeenCalledOnce(actual) {
    return ReflectApply(toHaveBeenCalledTimes, this, [actual, 1]);
  },
  toHaveBeenCalledWith, toBeCalledWith: toHaveBeenCalledWith,
  toHaveBeenCalledExactlyOnceWith,
  toHaveBeenLastCalledWith, lastCalledWith: toHaveBeenLastCalledWith,
  toHaveBeenNthCalledWith, nthCalledWith: toHaveBeenNthCalledWith,
  toHaveReturned, toReturn: toHaveReturned,
  toHaveReturnedTimes, toReturnTimes: toHaveReturnedTimes,
  toHaveReturnedWith, toReturnWith: toHaveReturnedWith,
  toHaveLastReturnedWith, lastReturnedWith: toHaveLastReturnedWith,
  toHaveNthReturnedWith, nthReturnedWith: toHaveNthReturnedWith,
  toHaveResolved: some(fulfilled, "resolved promises"),
  toHaveResolvedTimes: numberOf("resolved promises", fulfilled),
  toHaveResolvedWith: someWith(fulfilled, "resolved promises"),
  toHaveLastResolvedWith: lastResult(settledOf, "fulfilled"),
  toHaveNthResolvedWith: nthResult(settledOf, "fulfilled"),
  toHaveBeenCalledBefore: sequence("before", (mine, theirs) => mine[0] < theirs[theirs.length - 1]),
  toHaveBeenCalledAfter: sequence("after", (mine, theirs) => mine[mine.length - 1] > theirs[0]),
};
