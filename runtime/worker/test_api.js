// SPDX-License-Identifier: Apache-2.0
// The module "sedge:test": test, describe, hooks, expect. A test file registers its tests when it is
// evaluated; run() runs them one after the other and reports each.
"use strict";

const { ArrayPrototypePush, Error, FunctionPrototypeCall, Promise, TypeError, uncurryThis } = primordials;

const { expect } = require("worker/test_expect");
const { inspect } = require("console/inspect");
const { setConsoleSink } = require("console/console");
const { cancelTimer, startTimer } = require("html/timers");

const kDefaultTimeoutMs = 5000; // test(name, fn, timeoutMs) has another

class Suite {
  constructor(name, parent, isSkipped) {
    this.name = name;
    this.parent = parent;
    this.isSkipped = isSkipped || (parent !== null && parent.isSkipped);
    this.beforeEach = [];
    this.afterEach = [];
    this.beforeAll = [];
    this.afterAll = [];
    this.isOpen = false; // beforeAll has run
  }
}

const levels = ["debug", "log", "info", "warn", "error"];

let root = new Suite("", null, false);
let current = root;
let tests = [];
let hasOnly = false;

function checkArguments(what, name, fn) {
  if (typeof name !== "string") throw new TypeError(`${what}: the name is not a string: ${inspect(name)}`);
  if (typeof fn !== "function") throw new TypeError(`${what}("${name}"): there is no function`);
}

function addTest(name, fn, timeoutMs, isSkipped, isOnly) {
  checkArguments("test", name, fn);
  if (isOnly) hasOnly = true;
  ArrayPrototypePush(tests, {
    name,
    fn,
    timeoutMs: timeoutMs ?? kDefaultTimeoutMs,
    suite: current,
    isSkipped: isSkipped || current.isSkipped,
    isOnly,
  });
}

function test(name, fn, timeoutMs) {
  addTest(name, fn, timeoutMs, false, false);
}
test.skip = (name, fn = () => {}, timeoutMs = undefined) => addTest(name, fn, timeoutMs, true, false);
test.only = (name, fn, timeoutMs) => addTest(name, fn, timeoutMs, false, true);
test.todo = (name) => addTest(name, () => {}, undefined, true, false);

function openSuite(name, fn, isSkipped) {
  checkArguments("describe", name, fn);
  const outer = current;
  current = new Suite(name, outer, isSkipped);
  try {
    fn();
  } finally {
    current = outer;
  }
}

function describe(name, fn) {
  openSuite(name, fn, false);
}
describe.skip = (name, fn) => openSuite(name, fn, true);

function hook(list) {
  return (fn) => {
    checkArguments(list, list, fn);
    ArrayPrototypePush(current[list], fn);
  };
}

// Runs fn and gets what console prints meanwhile: [{ level, text } ...]
async function captureConsole(fn) {
  const lines = [];
  setConsoleSink((level, text) => ArrayPrototypePush(lines, { level: levels[level], text }));
  try {
    await fn();
  } finally {
    setConsoleSink(undefined);
  }
  return lines;
}

function fullName(suite, name) {
  for (let s = suite; s !== null && s.name !== ""; s = s.parent) name = `${s.name} > ${name}`;
  return name;
}

async function callAll(list) {
  for (let i = 0; i < list.length; ++i) await FunctionPrototypeCall(list[i], undefined);
}

async function openSuites(suite) {
  if (suite === null || suite.isOpen) return;
  await openSuites(suite.parent);
  suite.isOpen = true;
  await callAll(suite.beforeAll);
}

async function runBefore(suite) {
  if (suite === null) return;
  await runBefore(suite.parent);
  await callAll(suite.beforeEach);
}

async function runAfter(suite) {
  for (let s = suite; s !== null; s = s.parent) await callAll(s.afterEach);
}

// Rejects when the test takes longer than it may. It cannot be stopped: what it still does is its own affair.
function withTimeout(promise, timeoutMs) {
  return new Promise((resolve, reject) => {
    const late = `The test took longer than ${timeoutMs} ms. test(name, fn, timeoutMs) allows more.`;
    const timer = startTimer(timeoutMs, () => reject(new Error(late)));
    const done = (settle) => (value) => {
      cancelTimer(timer);
      settle(value);
    };
    then(promise, done(resolve), done(reject));
  });
}

const then = uncurryThis(Promise.prototype.then);

async function runBody(entry) {
  await openSuites(entry.suite);
  await runBefore(entry.suite);
  try {
    await FunctionPrototypeCall(entry.fn, undefined);
  } finally {
    await runAfter(entry.suite);
  }
}

function messageOf(error) {
  try {
    return inspect(error, { __proto__: null, depth: 4 });
  } catch {
    return "an error that cannot be printed";
  }
}

async function closeSuites(list) {
  const closed = [];
  for (let i = 0; i < list.length; ++i) {
    for (let s = list[i].suite; s !== null; s = s.parent) {
      if (!s.isOpen) continue;
      s.isOpen = false;
      ArrayPrototypePush(closed, s);
    }
  }
  for (let i = 0; i < closed.length; ++i) await callAll(closed[i].afterAll);
}

// Runs what was registered since the last run. report({ name, status: "pass" | "fail" | "skip", durationMs,
// message }); resolves to { passed, failed, skipped }.
async function run(report) {
  const list = tests;
  const totals = { passed: 0, failed: 0, skipped: 0 };
  const onlySome = hasOnly;
  tests = [];
  hasOnly = false;
  for (let i = 0; i < list.length; ++i) {
    const entry = list[i];
    const result = { name: fullName(entry.suite, entry.name), status: "pass", durationMs: 0, message: "" };
    if (entry.isSkipped || (onlySome && !entry.isOnly)) {
      result.status = "skip";
      ++totals.skipped;
      report(result);
      continue;
    }
    const start = ops.now();
    try {
      await withTimeout(runBody(entry), entry.timeoutMs);
      ++totals.passed;
    } catch (error) {
      result.status = "fail";
      result.message = messageOf(error);
      ++totals.failed;
    }
    result.durationMs = ops.now() - start;
    report(result);
  }
  try {
    await closeSuites(list);
  } catch (error) {
    ++totals.failed;
    report({ name: "afterAll", status: "fail", durationMs: 0, message: messageOf(error) });
  }
  root = new Suite("", null, false);
  current = root;
  return totals;
}

// What `import ... from "sedge:test"` gets.
exports.exports = {
  test,
  it: test,
  describe,
  beforeEach: hook("beforeEach"),
  afterEach: hook("afterEach"),
  beforeAll: hook("beforeAll"),
  afterAll: hook("afterAll"),
  expect,
  inspect,
  captureConsole,
};
exports.run = run;
