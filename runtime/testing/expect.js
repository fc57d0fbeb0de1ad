// SPDX-License-Identifier: Apache-2.0
// expect(value): the matchers as methods, .not, .resolves and .rejects, and what hangs from expect itself.
"use strict";

const {
  ArrayPrototypePush, Error, ObjectDefineProperty, ObjectGetPrototypeOf, ObjectSetPrototypeOf, PromisePrototypeThen,
  PromiseReject, PromiseResolve, ReflectApply, ReflectOwnKeys, TypeError,
} = primordials;

const { AssertionError, prepareFailure } = require("testing/assertion_error");
const asymmetric = require("testing/asymmetric");
const { equal } = require("testing/equal");
const { explain } = require("testing/diff");
const { print, printLines } = require("testing/print");

const kDefaultPoll = { interval: 50, timeout: 1000 }; // milliseconds, of expect.poll

// Of the test that runs: how many expectations it made, how many it has to make, and the failures that were to be
// told at its end.
let tally = newTally();

function newTally() {
  return { count: 0, wanted: undefined, wantsSome: undefined, soft: [], pending: [] };
}

// For the end of the test: an expectation that is known later, by what start() gives. A promise that rejects before
// the end without anybody to handle it is told of by itself.
function track(start) {
  const entry = { __proto__: null, promise: undefined, isSettled: false };
  ArrayPrototypePush(tally.pending, entry);
  entry.promise = start(() => {
    entry.isSettled = true;
  });
  return entry.promise;
}

class Expectation {
  #actual;
  #isNot;
  #promise; // "", "resolves" or "rejects"
  #options; // { message, isSoft }

  constructor(actual, isNot, promise, options) {
    this.#actual = actual;
    this.#isNot = isNot;
    this.#promise = promise;
    this.#options = options;
  }

  get not() {
    return new Expectation(this.#actual, !this.#isNot, this.#promise, this.#options);
  }

  get resolves() {
    return new Expectation(this.#actual, this.#isNot, "resolves", this.#options);
  }

  get rejects() {
    return new Expectation(this.#actual, this.#isNot, "rejects", this.#options);
  }

  static check(self, name, matcher, args, caller) {
    ++tally.count;
    const call = { name, matcher, args, isNot: self.#isNot, promise: self.#promise, options: self.#options, caller };
    if (self.#promise === "") return verify(call, self.#actual, undefined);
    const fail = prepareFailure(caller);
    return checkSettled(call, self.#actual, fail);
  }
}

// "expect(received).not.toBe(expected) // Object.is equality"
function titleOf(call, detail) {
  const { args, name, options } = call;
  const promise = call.promise === "" ? "" : `.${call.promise}`;
  const text = `expect(received)${promise}${call.isNot ? ".not" : ""}.${name}(${args.length > 0 ? "expected" : ""})`;
  const comment = detail === undefined ? "" : ` // ${detail}`;
  return `${options.message === undefined ? "" : `${options.message}\n\n`}${text}${comment}`;
}

function isThenable(value) {
  return typeof value === "object" && value !== null && typeof value.then === "function";
}

// `fail` makes the error when the place of the call would else be lost.
function verify(call, actual, fail) {
  const context = contextOf(call);
  let result;
  let args = [actual];
  for (let i = 0; i < call.args.length; ++i) ArrayPrototypePush(args, call.args[i]);
  try {
    result = ReflectApply(call.matcher, context, args);
  } catch (error) {
    if (fail === undefined) throw error;
    throw fail({ message: `${titleOf(call)}\n\n${error?.message ?? print(error)}`, operator: call.name });
  }
  args = undefined;
  if (isThenable(result)) {
    const later = fail ?? prepareFailure(call.caller);
    return track((settled) => PromisePrototypeThen(PromiseResolve(result), (value) => {
      settled();
      return settle(call, actual, value, later);
    }, (error) => {
      settled();
      throw error;
    }));
  }
  return settle(call, actual, result, fail);
}

function settle(call, actual, result, fail) {
  if (typeof result !== "object" || result === null || typeof result.message !== "function") {
    throw new TypeError(`the matcher ${call.name} returned ${print(result)} instead of { pass, message() }`);
  }
  if (!!result.pass !== call.isNot) return;
  const explanation = `${result.message()}`;
  const message = call.matcher.isCustom
    ? `${call.options.message === undefined ? "" : `${call.options.message}\n\n`}${explanation}`
    : `${titleOf(call, result.detail)}\n\n${explanation}`;
  const hasExpected = "expected" in result;
  const options = { message, operator: call.name, actual: "actual" in result ? result.actual : actual,
    expected: hasExpected ? result.expected : call.args[0] };
  const error = fail === undefined ? new AssertionError({ ...options, stackStartFn: call.caller }) : fail(options);
  const { actual: found, expected } = options;
  error.matcherResult = { pass: !!result.pass, message: explanation, actual: found, expected };
  if (!call.options.isSoft) throw error;
  ArrayPrototypePush(tally.soft, error);
}

// What a matcher gets as `this`.
function contextOf(call) {
  return {
    isNot: call.isNot,
    promise: call.promise,
    equals: equal,
    utils,
    customTesters: [],
    dontThrow() {},
    get currentTestName() {
      return tally.name;
    },
  };
}

const utils = {
  stringify: print,
  printExpected: print,
  printReceived: print,
  diff: explain,
  matcherHint: (name, received = "received", expected = "expected") => `expect(${received}).${name}(${expected})`,
  EXPECTED_COLOR: (text) => text,
  RECEIVED_COLOR: (text) => text,
  printLines,
};

function checkSettled(call, actual, fail) {
  const isRejection = call.promise === "rejects";
  let promise;
  try {
    promise = typeof actual === "function" ? actual() : actual;
  } catch (error) {
    promise = PromiseReject(error);
  }
  if (!isThenable(promise)) {
    const claim = "received value must be a promise or a function that returns one";
    return PromiseReject(fail({ operator: call.name,
      message: `${titleOf(call)}\n\n${claim}\nReceived: ${print(promise)}` }));
  }
  return track((settled) => PromisePrototypeThen(PromiseResolve(promise), (value) => {
    settled();
    if (!isRejection) return verify(call, value, fail);
    const claim = "Received promise resolved instead of rejected\nResolved to value";
    throw fail({ operator: call.name, actual: value, message: `${titleOf(call)}\n\n${claim}: ${print(value)}` });
  }, (error) => {
    settled();
    if (isRejection) return verify(call, error, fail);
    const claim = "Received promise rejected instead of resolved\nRejected to value";
    throw fail({ operator: call.name, actual: error, message: `${titleOf(call)}\n\n${claim}: ${print(error)}` });
  }));
}

const matcherNames = [];

function defineMatcher(name, matcher) {
  const method = function (...args) {
    return Expectation.check(this, name, matcher, args, method);
  };
  ObjectDefineProperty(method, "name", { __proto__: null, value: name, configurable: true });
  ObjectDefineProperty(Expectation.prototype, name,
    { __proto__: null, value: method, writable: true, enumerable: false, configurable: true });
  ArrayPrototypePush(matcherNames, name);
}

function defineAll(table) {
  const names = ReflectOwnKeys(table);
  for (let i = 0; i < names.length; ++i) defineMatcher(names[i], table[names[i]]);
}
defineAll(require("testing/matchers").matchers);
defineAll(require("testing/matchers_throw").matchers);
defineAll(require("testing/matchers_mock").matchers);
defineAll(require("testing/matchers_snapshot").matchers);
ObjectSetPrototypeOf(Expectation.prototype,
  require("testing/unknown_matcher").refusing(ObjectGetPrototypeOf(Expectation.prototype), matcherNames));

const kPlain = { message: undefined, isSoft: false };

function expect(actual, message = undefined) {
  return new Expectation(actual, false, "", message === undefined ? kPlain : { message, isSoft: false });
}

expect.soft = (actual, message = undefined) => new Expectation(actual, false, "", { message, isSoft: true });
expect.not = { ...asymmetric.negative };
const positiveNames = ReflectOwnKeys(asymmetric.positive);
for (let i = 0; i < positiveNames.length; ++i) expect[positiveNames[i]] = asymmetric.positive[positiveNames[i]];

// expect.extend({ name(received, ...args) { return { pass, message() } } })
expect.extend = (table) => {
  const names = ReflectOwnKeys(table);
  for (let i = 0; i < names.length; ++i) {
    const name = names[i];
    const given = table[name];
    if (typeof given !== "function") throw new TypeError(`expect.extend(): the matcher ${name} is no function`);
    const matcher = function (...args) {
      return ReflectApply(given, this, args);
    };
    matcher.isCustom = true;
    defineMatcher(name, matcher);
    const matches = (isNot) => (value, args) => {
      const context = contextOf({ isNot, promise: "" });
      const list = [value];
      for (let k = 0; k < args.length; ++k) ArrayPrototypePush(list, args[k]);
      return ReflectApply(given, context, list).pass;
    };
    expect[name] = (...args) => asymmetric.custom(name, args, false, matches(false));
    expect.not[name] = (...args) => asymmetric.custom(name, args, true, matches(true));
  }
};

// The place of a call of expect.assertions, for when the test ends.
function placed(caller, value) {
  return { value, fail: prepareFailure(caller) };
}

expect.assertions = (count) => {
  if (typeof count !== "number") throw new TypeError("expect.assertions() takes the number of expectations");
  tally.wanted = placed(expect.assertions, count);
};
expect.hasAssertions = () => {
  tally.wantsSome = placed(expect.hasAssertions, true);
};
expect.getState = () => ({ assertionCalls: tally.count, currentTestName: tally.name, isExpectingAssertions:
  tally.wantsSome !== undefined, expectedAssertionsNumber: tally.wanted?.value ?? null });
expect.unreachable = (message = undefined) => {
  throw new AssertionError({ message: message ?? "expected not to reach this line", stackStartFn: expect.unreachable });
};
expect.addEqualityTesters = () => {
  throw new Error("expect.addEqualityTesters() is not supported: use expect.extend() with a matcher of your own");
};
expect.addSnapshotSerializer = (serializer) => require("testing/snapshot_text").addSerializer(serializer);

// expect.poll(fn, { interval, timeout }): matchers that are tried until they hold.
expect.poll = (fn, options = undefined) => {
  const { interval = kDefaultPoll.interval, timeout = kDefaultPoll.timeout } = options ?? kDefaultPoll;
  return pollWith(fn, interval, timeout, false);
};

function pollWith(fn, interval, timeout, isNot) {
  const poll = { __proto__: null };
  for (let i = 0; i < matcherNames.length; ++i) {
    const name = matcherNames[i];
    const method = (...args) => {
      const fail = prepareFailure(method);
      const attempt = async () => {
        const expectation = expect(await fn());
        return (isNot ? expectation.not : expectation)[name](...args);
      };
      const polling = require("testing/wait").retry(attempt, interval, timeout);
      return track((settled) => PromisePrototypeThen(polling, settled, (error) => {
        settled();
        throw fail({ message: `${error?.message ?? print(error)}\n\nTried for ${timeout} ms.`, operator: name });
      }));
    };
    poll[name] = method;
  }
  if (!isNot) {
    ObjectDefineProperty(poll, "not",
      { __proto__: null, get: () => pollWith(fn, interval, timeout, true) });
  }
  return poll;
}

exports.expect = expect;
exports.isThenable = isThenable;
// For the runner: a test begins; and the errors that it is known by only at its end.
exports.beginTest = (name) => {
  tally = newTally();
  tally.name = name;
};
exports.endTest = () => {
  const errors = tally.soft;
  const { count, wanted, wantsSome } = tally;
  const say = (place, message) => ArrayPrototypePush(errors, place.fail({ message, operator: "assertions" }));
  if (wanted !== undefined && wanted.value !== count) {
    say(wanted, `expect.assertions(${wanted.value})\n\nExpected number of expectations: ${wanted.value}\n` +
      `Received: ${count}`);
  } else if (wantsSome !== undefined && count === 0) {
    say(wantsSome, "expect.hasAssertions()\n\nExpected at least one expectation; there was none");
  }
  return errors;
};
// Expectations of the test that are not known yet and that it did not wait for: their promises.
exports.pendingExpectations = () => {
  const promises = [];
  for (let i = 0; i < tally.pending.length; ++i) {
    if (!tally.pending[i].isSettled) ArrayPrototypePush(promises, tally.pending[i].promise);
  }
  return promises;
};
exports.countAssertion = () => {
  ++tally.count;
};
