// SPDX-License-Identifier: Apache-2.0
// What a test's function gets as its argument, after those of vitest and node:test.
"use strict";

const { ArrayPrototypePush, Error, ObjectDefineProperty, ReflectApply } = primordials;

const { expect } = require("testing/expect");
const { scopedMock } = require("testing/mock");

// Thrown by skip(): the rest of the test does not run.
class Skipped {
  constructor(reason) {
    this.reason = typeof reason === "string" ? reason : "";
  }
}

class TestContext {
  #run; // { path, errors, finishers, failers, notes, isTodo, subtest }
  #mock = undefined;
  #abort = undefined;

  constructor(run) {
    this.#run = run;
    this.name = run.path[run.path.length - 1];
    this.task = { name: this.name, type: "test", meta: {} };
    this.expect = expect;
  }

  get fullName() {
    return nameOf(this.#run.path, " > ");
  }

  get mock() {
    return this.#mock ??= scopedMock();
  }

  get assert() {
    return require("testing/assert").assert;
  }

  get signal() {
    this.#abort ??= new (require("dom/abort_controller").AbortController)();
    return this.#abort.signal;
  }

  skip(reason = undefined) {
    throw new Skipped(reason);
  }

  todo(reason = undefined) {
    this.#run.isTodo = true;
    this.#run.reason = typeof reason === "string" ? reason : "";
  }

  diagnostic(message) {
    ArrayPrototypePush(this.#run.output, { level: "info", text: `${message}` });
  }

  annotate(message) {
    this.diagnostic(message);
  }

  plan(count) {
    expect.assertions(count);
  }

  runOnly() {}

  after(fn) {
    ArrayPrototypePush(this.#run.finishers, fn);
  }

  // The hooks of node:test, for the tests in this one.
  before(fn) {
    this.#run.before(fn, this);
  }

  beforeEach(fn) {
    ArrayPrototypePush(this.#run.beforeEach, { fn, word: "t.beforeEach" });
  }

  afterEach(fn) {
    ArrayPrototypePush(this.#run.afterEach, { fn, word: "t.afterEach" });
  }

  onTestFinished(fn) {
    ArrayPrototypePush(this.#run.finishers, fn);
  }

  onTestFailed(fn) {
    ArrayPrototypePush(this.#run.failers, fn);
  }

  test(...args) {
    if (this.#run.isOver) throw new Error(`the test "${this.name}" is over: it can have no more tests in it`);
    return this.#run.subtest(args);
  }

  static close(context) {
    context.#mock?.reset();
    context.#abort?.abort();
  }
}
// A test may take them out of it: test("name", ({ skip, onTestFinished }) => ...).
const names = ["skip", "todo", "diagnostic", "annotate", "plan", "before", "beforeEach", "after", "afterEach",
  "onTestFinished", "onTestFailed", "test"];
for (let i = 0; i < names.length; ++i) {
  const method = TestContext.prototype[names[i]];
  ObjectDefineProperty(TestContext.prototype, names[i], { __proto__: null, configurable: true, get() {
    return (...args) => ReflectApply(method, this, args);
  } });
}
ObjectDefineProperty(TestContext.prototype, "it", { __proto__: null, get() {
  return this.test;
} });
const { close } = TestContext;
delete TestContext.close;

// "suite > test"
function nameOf(path, separator) {
  let name = path[0];
  for (let i = 1; i < path.length; ++i) name += separator + path[i];
  return name;
}

exports.Skipped = Skipped;
exports.TestContext = TestContext;
exports.close = close;
exports.nameOf = nameOf;
