// SPDX-License-Identifier: Apache-2.0
// Runs what a test file registered, one test after the other in the order of the file, and reports each. Hooks run in
// jest's order: beforeAll when the first test of its suite is about to run; beforeEach from outside in; afterEach from
// inside out; those of one suite in the order in which they are written.
"use strict";

const {
  ArrayPrototypePush, ArrayPrototypeSlice, FunctionPrototypeCall, ObjectPrototypeToString, Promise,
  PromisePrototypeThen, RegExpPrototypeExec, TypeError,
} = primordials;

const { queueTask } = require("html/timers");
const { setConsoleSink } = require("console/console");
const { hasRejections, setUncaughtSink } = require("html/report_error");
const { beginTest, endTest, isThenable, pendingExpectations } = require("testing/expect");
const { levels } = require("testing/capture");
const { describeFailure } = require("testing/failure");
const { append, select } = require("testing/selection");
const { close, registerPending, sortArguments, optionsOf, Suite, TestCase } = require("testing/suite");
const context = require("testing/test_context");
const { within } = require("testing/wait");

const kTurnMs = 10;         // the loop gets its turn at least so often
const kMaxOutput = 1000;    // lines of console that are kept of one test

// What surrounds each test, given by setEnvironment(): functions that may return promises.
let environment = { __proto__: null, beforeTest: undefined, afterTest: undefined };

class Runner {
  constructor(report, options) {
    this.report = report;
    this.timeoutMs = options?.timeoutMs ?? 5000;
    this.bail = !!options?.bail;
    this.totals = { passed: 0, failed: 0, skipped: 0, todo: 0 };
    this.isBailed = false;
    this.running = undefined; // the test that runs
    this.lastTurn = ops.testNow();
  }

  async runSuite(suite, path, outerFailure) {
    let failure = outerFailure;
    const runs = suite.runs > 0 && !this.isBailed;
    if (suite.failure !== undefined) this.reportHook(path, "describe", suite.failure.error);
    if (runs && failure === undefined) failure = await this.openSuite(suite, path);
    for (let i = 0; i < suite.children.length; ++i) {
      const child = suite.children[i];
      const childPath = append(path, child.name);
      if (child instanceof Suite) await this.runSuite(child, childPath, failure);
      else if (child.isSelected && !this.isBailed) await this.runTest(child, childPath, failure);
      else this.skip(child, childPath);
    }
    if (runs && outerFailure === undefined) await this.closeSuite(suite, path);
  }

  // Runs beforeAll; gives what failed, if anything: its tests fail with it.
  async openSuite(suite, path) {
    const cleanups = suite.cleanups = [];
    await environment.beforeSuite?.();
    const { beforeAll } = suite.hooks;
    for (let i = 0; i < beforeAll.length; ++i) {
      try {
        const cleanup = await this.call(beforeAll[i], undefined, suiteContext(path));
        if (typeof cleanup === "function") ArrayPrototypePush(cleanups, cleanup);
      } catch (error) {
        return { error };
      }
    }
    return undefined;
  }

  async closeSuite(suite, path) {
    const { afterAll } = suite.hooks;
    for (let i = 0; i < afterAll.length; ++i) {
      try {
        await this.call(afterAll[i], undefined, suiteContext(path));
      } catch (error) {
        this.reportHook(path, "afterAll", error);
      }
    }
    for (let i = suite.cleanups.length - 1; i >= 0; --i) {
      try {
        await this.call({ fn: suite.cleanups[i], word: "what beforeAll returned" }, undefined, undefined);
      } catch (error) {
        this.reportHook(path, "afterAll", error);
      }
    }
    try {
      await environment.afterSuite?.(this.timeoutMs);
    } catch (error) {
      this.reportHook(path, "afterAll", error);
    }
  }

  reportHook(path, word, error) {
    this.fail();
    this.report({ path: append(path, word), status: "fail", durationMs: 0, output: [], hook: true, error,
      ...describeFailure([error]) });
  }

  fail() {
    ++this.totals.failed;
    if (this.bail) this.isBailed = true;
  }

  skip(test, path) {
    const status = test.mode === "todo" ? "todo" : "skip";
    ++this.totals[status === "todo" ? "todo" : "skipped"];
    this.report({ path, status, message: test.options.reason, durationMs: 0, output: [] });
  }

  // Calls a test's or hook's function; one that returns a promise has to be done in time.
  call(entry, timeoutMs, argument) {
    const result = FunctionPrototypeCall(entry.fn, undefined, argument);
    if (!isThenable(result)) {
      refuseGenerator(entry, result);
      return result;
    }
    const limit = entry.timeoutMs ?? timeoutMs ?? this.timeoutMs;
    return within(result, limit, () => {
      if (this.running !== undefined) this.running.isLate = true;
      const form = entry.word === undefined ? "test(name, fn, milliseconds)" : `${entry.word}(fn, milliseconds)`;
      const hint = entry.fail === undefined ? "" : ` ${form} allows more.`;
      const wait = environment.describeWait?.() ?? "";
      const message = `${entry.word ?? "The test"} took longer than ${limit} ms.${wait}${hint}`;
      return entry.fail === undefined ? new primordials.Error(message) : entry.fail({ message });
    });
  }

  async runTest(test, path, failure) {
    if (ops.testNow() - this.lastTurn > kTurnMs) {
      await new Promise((resolve) => queueTask(resolve));
      this.lastTurn = ops.testNow();
    }
    const start = ops.testNow();
    let run = this.newRun(test, path);
    if (failure !== undefined) {
      ArrayPrototypePush(run.errors, failure.error);
    } else {
      for (let left = test.options.retry; ; --left) {
        await this.attempt(test, run);
        if (run.errors.length === 0 || left <= 0) break;
        const { output } = run;
        run = this.newRun(test, path);
        run.output = output; // what it printed before tells why
      }
    }
    this.running = undefined;
    this.finish(test, run, ops.testNow() - start);
  }

  // `outer`: of the test that it is in.
  newRun(test, path, outer = undefined) {
    const run = { path, errors: [], finishers: [], failers: [], output: [], isTodo: false, reason: "", isSkipped: false,
      isLate: false, isOver: false, dropped: 0, lastSubtest: undefined,
      beforeEach: outer === undefined ? [] : ArrayPrototypeSlice(outer.beforeEach), // of the tests in it
      afterEach: outer === undefined ? [] : ArrayPrototypeSlice(outer.afterEach),
      before: (fn, context) => this.queueBefore(run, fn, context),
      subtest: (args) => this.queueSubtest(test, run, args) };
    return run;
  }

  finish(test, run, durationMs) {
    const { errors, path, output } = run;
    if (run.dropped > 0) ArrayPrototypePush(output, { level: "info", text: `... ${run.dropped} more lines` });
    const record = { path, status: "pass", message: run.reason, durationMs, output };
    if (run.isSkipped || (run.isTodo && errors.length > 0)) {
      record.status = run.isSkipped ? "skip" : "todo";
      ++this.totals[run.isSkipped ? "skipped" : "todo"];
    } else if (errors.length > 0) {
      record.status = "fail";
      record.error = errors[0];
      const told = describeFailure(errors);
      record.message = told.message;
      record.errorName = told.errorName;
      this.fail();
    } else {
      ++this.totals.passed;
    }
    this.report(record);
  }

  async attempt(test, run) {
    const { errors } = run;
    const chain = suitesOf(test.suite);
    const argument = new context.TestContext(run);
    const cleanups = [];
    this.running = run;
    beginTest(context.nameOf(run.path, " "));
    try {
      await environment.beforeTest?.(context.nameOf(run.path, "\0"), timeoutOf(test) ?? this.timeoutMs);
      for (let i = 0; i < chain.length; ++i) {
        const hooks = chain[i].hooks.beforeEach;
        for (let k = 0; k < hooks.length; ++k) {
          const cleanup = await this.call(hooks[k], undefined, argument);
          if (typeof cleanup === "function") ArrayPrototypePush(cleanups, cleanup);
        }
      }
      const timeoutMs = timeoutOf(test);
      const result = this.call({ fn: test.fn, timeoutMs, fail: test.fail }, undefined, argument);
      if (isThenable(result)) await result;
    } catch (error) {
      this.note(run, error);
    }
    await this.awaitSubtests(run);
    if (!run.isLate) await this.awaitExpectations(test, run);
    const soft = endTest();
    for (let i = 0; i < soft.length; ++i) ArrayPrototypePush(errors, soft[i]);
    if (test.options.fails && !run.isSkipped) {
      const message = "The test was expected to fail (test.fails), and it passed.";
      if (errors.length > 0) errors.length = 0;
      else ArrayPrototypePush(errors, test.fail({ message }));
    }
    await this.afterTest(chain, cleanups, argument, run);
    try {
      await environment.afterTest?.(this.timeoutMs, run.isLate);
    } catch (error) {
      this.note(run, error);
    }
  }

  // Those that the test did not wait for.
  async awaitExpectations(test, run) {
    for (let left; (left = pendingExpectations()).length > 0 && !run.isLate;) {
      for (let i = 0; i < left.length; ++i) {
        try {
          await within(left[i], this.timeoutMs, () => {
            run.isLate = true;
            return test.fail({ message: "The test is over, but an expectation of a promise is not: " +
              `it was waited for ${this.timeoutMs} ms more. Write await before expect().` });
          });
        } catch (error) {
          this.note(run, error);
        }
      }
    }
  }

  note(run, error) {
    if (error instanceof context.Skipped) {
      run.isSkipped = true;
      run.reason = error.reason;
    } else {
      ArrayPrototypePush(run.errors, error);
    }
  }

  async afterTest(chain, cleanups, argument, run) {
    const attempt = async (entry) => {
      try {
        await this.call(entry, undefined, argument);
      } catch (error) {
        this.note(run, error);
      }
    };
    for (let i = chain.length - 1; i >= 0; --i) {
      const hooks = chain[i].hooks.afterEach;
      for (let k = 0; k < hooks.length; ++k) await attempt(hooks[k]);
    }
    for (let i = cleanups.length - 1; i >= 0; --i) await attempt({ fn: cleanups[i], word: "what beforeEach returned" });
    if (run.errors.length > 0) {
      for (let i = 0; i < run.failers.length; ++i) await attempt({ fn: run.failers[i], word: "onTestFailed" });
    }
    // Rejections without a handler are told of when the microtasks have run.
    if (hasRejections()) await new Promise((resolve) => queueTask(resolve));
    for (let i = run.finishers.length - 1; i >= 0; --i) await attempt({ fn: run.finishers[i], word: "onTestFinished" });
    run.isOver = true;
    context.close(argument);
  }

  // Tests in it that it did not wait for; each has its own time limit.
  async awaitSubtests(run) {
    for (let last; last !== run.lastSubtest;) {
      last = run.lastSubtest;
      await last;
    }
  }

  // t.test(name, fn): a test within a test, which fails with it; one after the other.
  queueSubtest(test, outer, args) {
    const sorted = sortArguments("t.test", args);
    const start = () => this.runSubtest(test, outer, sorted);
    const running = outer.lastSubtest === undefined ? start() : PromisePrototypeThen(outer.lastSubtest, start);
    outer.lastSubtest = running;
    return running;
  }

  // t.before(fn): at once, and before the next of the tests in it.
  queueBefore(run, fn, argument) {
    const start = async () => {
      try {
        await this.call({ fn, word: "t.before" }, undefined, argument);
      } catch (error) {
        this.note(run, error);
      }
    };
    run.lastSubtest = run.lastSubtest === undefined ? start() : PromisePrototypeThen(run.lastSubtest, start);
  }

  async runSubtest(test, outer, sorted) {
    const options = optionsOf({}, sorted[2], "t.test");
    const inner = new TestCase(sorted[0], sorted[1], new Suite("", null, options), options, test.fail);
    const path = append(outer.path, sorted[0]);
    if (options.mode !== "run") {
      inner.mode = options.mode;
      this.skip(inner, path);
      return;
    }
    const start = ops.testNow();
    const run = this.newRun(inner, path, outer);
    const argument = new context.TestContext(run);
    const { afterEach, beforeEach } = outer;
    try {
      for (let i = 0; i < beforeEach.length; ++i) await this.call(beforeEach[i], undefined, argument);
      await this.call({ fn: inner.fn, timeoutMs: options.timeoutMs, fail: test.fail }, undefined, argument);
    } catch (error) {
      this.note(run, error);
    }
    await this.awaitSubtests(run);
    await this.afterTest([{ hooks: { afterEach } }], [], argument, run);
    if (run.errors.length > 0) {
      ArrayPrototypePush(outer.errors, test.fail({ message: `The test in it failed: ${sorted[0]}` }));
    }
    this.finish(inner, run, ops.testNow() - start);
  }

  // Errors that nothing catches: those of the test that runs, or of the file.
  onUncaught(error) {
    if (this.running !== undefined) ArrayPrototypePush(this.running.errors, error);
    else this.reportHook([], "uncaught error", error);
  }
}

// What nobody would run.
function refuseGenerator(entry, result) {
  if (typeof result !== "object" || result === null) return;
  if (RegExpPrototypeExec(/^\[object (Async)?Generator\]$/, ObjectPrototypeToString(result)) === null) return;
  throw new TypeError(`${entry.word ?? "the test"} is a generator function (function*), of which nothing would run: ` +
    "write function or async function");
}

function suiteContext(path) {
  return { name: path.length === 0 ? "" : path[path.length - 1] };
}

// From the outermost in.
function suitesOf(suite) {
  const reversed = [];
  for (let s = suite; s !== null; s = s.parent) ArrayPrototypePush(reversed, s);
  const chain = [];
  for (let i = reversed.length - 1; i >= 0; --i) ArrayPrototypePush(chain, reversed[i]);
  return chain;
}

function timeoutOf(test) {
  if (test.options.timeoutMs !== undefined) return test.options.timeoutMs;
  for (let s = test.suite; s !== null; s = s.parent) {
    if (s.options.timeoutMs !== undefined) return s.options.timeoutMs;
  }
  return undefined;
}

// report({ path, status: "pass" | "fail" | "skip" | "todo", message, errorName, error, durationMs, output: [{ level,
// text }], hook }) for each; resolves to { passed, failed, skipped, todo }.
async function run(report, options) {
  const runner = new Runner(report, options);
  current = runner;
  setConsoleSink((level, text) => {
    const { running } = runner;
    if (running === undefined) {
      ops.consoleWrite(level, text);
      return;
    }
    environment.keepOutput?.(level, text);
    if (running.output.length < kMaxOutput) ArrayPrototypePush(running.output, { level: levels[level], text });
    else ++running.dropped;
  });
  setUncaughtSink((error) => runner.onUncaught(error));
  try {
    await registerPending();
    const root = close();
    select(root, options?.filter);
    await runner.runSuite(root, [], undefined);
  } finally {
    setConsoleSink(undefined);
    setUncaughtSink(undefined);
  }
  return runner.totals;
}

let current; // the runner, while it runs

// onTestFinished(fn) and onTestFailed(fn) without a test's context: of the test that runs.
function addTo(list, fn) {
  const running = current?.running;
  if (running === undefined) throw new TypeError("this can only be called while a test runs");
  ArrayPrototypePush(running[list], fn);
}

exports.run = run;
exports.onTestFinished = (fn) => addTo("finishers", fn);
exports.onTestFailed = (fn) => addTo("failers", fn);
// What failed in a function of the test that its worker called: the test's, even if the worker catches it.
exports.noteFailure = (error) => current?.onUncaught(error);
exports.setEnvironment = (hooks) => {
  environment = hooks;
};
