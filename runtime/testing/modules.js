// SPDX-License-Identifier: Apache-2.0
// The modules that a test file can import besides files: "sedge:test", the names under which other runners' tests
// import the same words, and node:assert. Each is made when it is first asked for.
"use strict";

const { ObjectDefineProperties, ObjectGetOwnPropertyDescriptors } = primordials;

// What is the same in all of them.
function words() {
  const suite = require("testing/suite");
  const { expect } = require("testing/expect");
  const { test, describe, beforeAll, beforeEach, afterEach, afterAll } = suite;
  const { onTestFinished, onTestFailed } = require("testing/runner");
  return { __proto__: null, test, it: test, describe, suite: describe, beforeAll, beforeEach, afterEach, afterAll,
    expect, onTestFinished, onTestFailed };
}

function sedgeTest() {
  const { vi, jest } = require("testing/vi");
  const { captureConsole, captureUncaught } = require("testing/capture");
  const { inspect } = require("console/inspect");
  return extend(words(), { mock: require("testing/mock").mock, vi, jest, inspect, captureConsole,
    captureUncaught });
}

function vitest() {
  const { vi } = require("testing/vi");
  const { assert } = require("testing/assert");
  return extend(words(), { vi, vitest: vi, expectTypeOf: typeOnly, assertType() {}, assert });
}

// Types are checked by a compiler: at run time there is nothing to do.
function typeOnly() {
  const anything = new primordials.Proxy(() => anything, { __proto__: null, get: () => anything });
  return anything;
}

function jestGlobals() {
  const all = words();
  return extend(all, { jest: require("testing/vi").jest, xit: all.test.skip, xtest: all.test.skip, fit: all.test.only,
    xdescribe: all.describe.skip, fdescribe: all.describe.only });
}

function nodeTest() {
  const all = words();
  const { test } = all;
  const { mock } = require("testing/mock");
  mock.timers = require("testing/fake_timers").nodeTimers;
  const given = { mock, before: all.beforeAll, after: all.afterAll, skip: test.skip,
    only: test.only, todo: test.todo };
  const named = extend(all, given);
  named.default = test;
  for (const name in named) {
    if (name !== "default" && !(name in test)) test[name] = named[name];
  }
  return named;
}

function nodeAssert(isStrict) {
  const { assert } = require("testing/assert");
  const chosen = isStrict ? assert.strict : assert;
  const all = extend({ __proto__: null }, chosen);
  all.default = chosen;
  return all;
}

function extend(object, properties) {
  return ObjectDefineProperties(object, ObjectGetOwnPropertyDescriptors(properties));
}

const makers = {
  "__proto__": null,
  "sedge:test": sedgeTest,
  "vitest": vitest,
  "@jest/globals": jestGlobals,
  "node:test": nodeTest,
  "node:assert": () => nodeAssert(false),
  "assert": () => nodeAssert(false),
  "node:assert/strict": () => nodeAssert(true),
  "assert/strict": () => nodeAssert(true),
};

// The exports of a module, or undefined.
exports.find = (specifier) => makers[specifier]?.();
// For what else a test can import: add("name", () => exports).
exports.add = (specifier, make) => {
  makers[specifier] = make;
};
// For what "sedge:test" has besides: extend("sedge:test", () => ({ SELF ... })).
exports.extend = (specifier, more) => {
  const make = makers[specifier];
  makers[specifier] = () => extend(make === undefined ? { __proto__: null } : make(), more());
};
