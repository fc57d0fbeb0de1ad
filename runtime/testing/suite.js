// SPDX-License-Identifier: Apache-2.0
// What a test file registers while it is evaluated: suites, tests and hooks, as a tree that testing/runner.js runs.
"use strict";

const {
  ArrayIsArray, ArrayPrototypePush, Error, FunctionPrototypeToString, ObjectDefineProperty, ObjectPrototypeToString,
  Promise, PromisePrototypeThen, ReflectApply, ReflectOwnKeys, RegExpPrototypeExec, StringPrototypeSplit,
  StringPrototypeTrim, TypeError,
} = primordials;

const { prepareFailure } = require("testing/assertion_error");
const { print } = require("testing/print");
const { isThenable } = require("testing/expect");
const { within } = require("testing/wait");
const { format } = require("testing/title");

class Suite {
  constructor(name, parent, options) {
    this.name = name;
    this.parent = parent;
    this.options = options; // { mode: "run" | "skip" | "todo", isOnly, timeoutMs, retry }
    this.children = [];     // suites and tests, in the order of the file
    this.hooks = { beforeAll: [], beforeEach: [], afterEach: [], afterAll: [] };
    this.runs = 0;            // tests in it that are to be run
    this.failure = undefined; // of the function that registers what is in it, when that is asynchronous
  }
}

class TestCase {
  constructor(name, fn, suite, options, fail) {
    this.name = name;
    this.fn = fn;
    this.suite = suite;
    this.options = options; // as a suite's, and { fails, reason }
    this.fail = fail;       // makes an error that has the place where the test is written
    this.isSelected = false;
  }
}

// What is registered later: functions of describe() that are asynchronous.
const pending = []; // [suite, start] where start() gives a promise
const kRegisterMs = 30_000; // for each of them

const kDefaults = { mode: "run", isOnly: false, timeoutMs: undefined, retry: 0, fails: false, reason: "" };

let root = new Suite("", null, kDefaults);
let current = root;
let isClosed = false; // tests run: it is too late to register more

// A parameter `done`, the first or after the context: the function says by it when it is over, as tests for jest and
// node:test may.
const doneParameter = /^(?:function\s*[\w$]*\s*)?\(?\s*(?:([\w$]+)\s*,\s*)?done\s*(?:[,)]|=>)/;

function acceptDone(fn) {
  if (typeof fn !== "function" || fn.length === 0 || fn.length > 2) return fn;
  const match = RegExpPrototypeExec(doneParameter, FunctionPrototypeToString(fn));
  if (match === null) return fn;
  return (context) => new Promise((resolve, reject) => {
    const done = (error = undefined) => {
      if (error === undefined || error === null) resolve();
      else reject(error);
    };
    done.fail = (error) => reject(error ?? new TypeError("done.fail() was called"));
    if (match[1] === undefined) fn(done);
    else fn(context, done);
  });
}

function reasonOf(value) {
  return typeof value === "string" ? value : "";
}

// The options of a call: those that its form gives (`base`), and an object or a number from the test file, which is
// the timeout.
function optionsOf(base, given, what) {
  const options = { ...kDefaults, ...base };
  if (given === undefined || given === null) return options;
  if (typeof given === "number") {
    options.timeoutMs = given;
    return options;
  }
  if (typeof given !== "object") {
    throw new TypeError(`${what}: the options are ${print(given)}, no object and no number`);
  }
  if (given.timeout !== undefined) options.timeoutMs = given.timeout;
  if (given.retry !== undefined) options.retry = typeof given.retry === "number" ? given.retry : 0;
  if (given.fails !== undefined) options.fails = !!given.fails;
  if (given.only) options.isOnly = true;
  if (given.skip || given.todo) {
    options.mode = given.skip ? "skip" : "todo";
    options.reason = reasonOf(given.skip || given.todo);
  }
  return options;
}

// test(name, fn, timeout), test(name, options, fn), test(fn) -> [name, fn, options]
function sortArguments(what, args) {
  let name = args[0];
  let fn = args[1];
  let given = args[2];
  if (typeof name === "function" && args.length === 1) {
    fn = name;
    name = fn.name || "(no name)";
  } else if (typeof name === "function") { // a class or function under test as the name
    name = name.name;
  }
  if (typeof fn !== "function" && typeof given === "function") {
    const options = fn;
    fn = given;
    given = options;
  }
  if (typeof name !== "string") throw new TypeError(`${what}: the name is not a string: ${print(name)}`);
  return [name, fn, given];
}

function checkFunction(what, name, fn) {
  if (typeof fn !== "function") throw new TypeError(`${what}("${name}"): there is no function`);
}

function checkOpen(what) {
  if (isClosed) {
    throw new TypeError(`${what}() was called while tests run: tests are registered when the file is loaded, ` +
      "in describe() or at the top");
  }
}

function addTest(base, args, caller) {
  checkOpen("test");
  const sorted = sortArguments("test", args);
  const name = sorted[0];
  const options = optionsOf(base, sorted[2], `test("${name}")`);
  if (options.mode === "run") checkFunction("test", name, sorted[1]);
  ArrayPrototypePush(current.children, new TestCase(name, acceptDone(sorted[1]), current, options,
    prepareFailure(caller)));
}

function addSuite(base, args) {
  checkOpen("describe");
  const sorted = sortArguments("describe", args);
  const name = sorted[0];
  const fn = sorted[1];
  const options = optionsOf(base, sorted[2], `describe("${name}")`);
  if (options.mode !== "todo") checkFunction("describe", name, fn);
  const suite = new Suite(name, current, options);
  ArrayPrototypePush(current.children, suite);
  if (typeof fn !== "function") return;
  if (isAsyncFunction(fn)) {
    ArrayPrototypePush(pending, [suite, fn]);
    return;
  }
  current = suite;
  try {
    const result = fn();
    if (!isThenable(result)) return;
    const settled = PromisePrototypeThen(result, undefined, (error) => { suite.failure = { error }; });
    ArrayPrototypePush(pending, [suite, () => settled]);
  } finally {
    current = suite.parent;
  }
}

function isAsyncFunction(fn) {
  return ObjectPrototypeToString(fn) === "[object AsyncFunction]";
}

// Calls the asynchronous functions of describe(), one after the other and also those in them: when the file is loaded,
// so that all that they register, after an await too, comes into their suite and nothing else does.
async function registerPending() {
  for (let i = 0; i < pending.length; ++i) {
    const suite = pending[i][0];
    current = suite;
    try {
      await within(pending[i][1](), kRegisterMs, () => new Error(
        `describe("${suite.name}"): its function did not come to its end within ${kRegisterMs} ms`));
    } catch (error) {
      suite.failure ??= { error };
    }
    current = root;
  }
  pending.length = 0;
}

function makeHook(list) {
  const word = (fn, given = undefined) => {
    checkOpen(list);
    checkFunction(list, list, fn);
    const timeoutMs = typeof given === "object" && given !== null ? given.timeout : given;
    ArrayPrototypePush(current.hooks[list], { fn: acceptDone(fn), timeoutMs, word: list, fail: prepareFailure(word) });
  };
  return word;
}

// The rows of each(): a list of lists, a list of values, or a template with a heading.
function rowsOf(table, values) {
  if (!ArrayIsArray(table)) throw new TypeError(`each(): the table is ${print(table)}, no array`);
  if (table.raw === undefined) return table;
  const heading = StringPrototypeSplit(StringPrototypeTrim(table[0]), "|");
  const rows = [];
  for (let i = 0; i + heading.length <= values.length; i += heading.length) {
    const row = {};
    for (let k = 0; k < heading.length; ++k) row[StringPrototypeTrim(heading[k])] = values[i + k];
    ArrayPrototypePush(rows, [row]);
  }
  return rows;
}

// each(table)(name, fn, timeout): fn gets the row spread; forEach's other form, for(), gets it whole.
function makeEach(add, base, isSpread) {
  return (table, ...values) => {
    const rows = rowsOf(table, values);
    const makeAll = (...args) => {
      const what = "each";
      const sorted = sortArguments(what, args);
      checkFunction(what, sorted[0], sorted[1]);
      for (let i = 0; i < rows.length; ++i) {
        const row = ArrayIsArray(rows[i]) ? rows[i] : [rows[i]];
        let fn = isSpread ? () => ReflectApply(sorted[1], undefined, row)
          : (context) => sorted[1](table.raw === undefined ? rows[i] : row[0], context);
        if (isAsyncFunction(sorted[1])) {
          const call = fn;
          fn = async (context) => call(context);
        }
        add(base, [format(sorted[0], row, i), fn, sorted[2]], makeAll);
      }
    };
    return makeAll;
  };
}

// The word itself and its forms: test.skip, test.only, test.only.each ...
const forms = {
  __proto__: null,
  skip: { mode: "skip" },
  only: { isOnly: true },
  todo: { mode: "todo" },
  fails: { fails: true },
  failing: { fails: true },
  concurrent: {}, // one after the other all the same
  sequential: {},
};

function makeWord(add, base, depth) {
  const word = (...args) => {
    add(base, args, word);
  };
  const define = (key, value) => ObjectDefineProperty(word, key,
    { __proto__: null, value, writable: true, enumerable: true, configurable: true });
  const names = ReflectOwnKeys(forms);
  for (let i = 0; i < names.length && depth < 3; ++i) {
    ObjectDefineProperty(word, names[i], { __proto__: null, configurable: true, enumerable: true, get() {
      const value = makeWord(add, { ...base, ...forms[names[i]] }, depth + 1);
      define(names[i], value);
      return value;
    } });
  }
  define("each", makeEach(add, base, true));
  define("for", makeEach(add, base, false));
  define("skipIf", (condition) => condition ? word.skip : word);
  define("runIf", (condition) => condition ? word : word.skip);
  return word;
}

exports.test = makeWord(addTest, {}, 0);
exports.describe = makeWord(addSuite, {}, 0);
exports.beforeAll = makeHook("beforeAll");
exports.beforeEach = makeHook("beforeEach");
exports.afterEach = makeHook("afterEach");
exports.afterAll = makeHook("afterAll");
exports.sortArguments = sortArguments;
exports.optionsOf = optionsOf;
exports.Suite = Suite;
exports.TestCase = TestCase;
exports.registerPending = registerPending;
// What was registered; from now on nothing can be.
exports.close = () => {
  isClosed = true;
  return root;
};
exports.reset = () => {
  root = new Suite("", null, kDefaults);
  current = root;
  isClosed = false;
};
