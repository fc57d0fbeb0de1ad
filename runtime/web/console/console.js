// SPDX-License-Identifier: Apache-2.0
// The console namespace: https://console.spec.whatwg.org/. Text goes to the log of the worker through
// ops.consoleWrite.
"use strict";

const {
  ArrayPrototypePush, ArrayPrototypeUnshift, ErrorCaptureStackTrace, NumberPrototypeToFixed, ObjectCreate,
  ObjectDefineProperty, ReflectOwnKeys, SafeMap, StringPrototypeIndexOf, StringPrototypeRepeat,
  StringPrototypeSlice, SymbolToStringTag,
} = primordials;

const { inspect } = require("console/inspect");
const { indentLines, read } = require("console/inspect_text");
const { format } = require("console/format");
const webidl = require("webidl/webidl");

// Severities, in the order of ops.consoleWrite.
const kDebug = 0;
const kLog = 1;
const kInfo = 2;
const kWarn = 3;
const kError = 4;

const kGroupIndent = 2;  // columns
const kMaxGroupDepth = 64;
const kMaxLabels = 1000; // of counters and of timers

let groupDepth = 0;
let counts; // label -> number
let timers; // label -> start, monotonic milliseconds
let sink;

// While set, the sink gets (level, text) instead of the log. Gives the one that was there before.
function setConsoleSink(write) {
  const before = sink;
  sink = write;
  return before;
}

function write(level, message) {
  if (groupDepth > 0) {
    const width = groupDepth * kGroupIndent;
    message = StringPrototypeRepeat(" ", width) + indentLines(message, width);
  }
  if (sink !== undefined) sink(level, message);
  else ops.consoleWrite(level, message);
}

function labelOf(label, method) {
  return label === undefined ? "default"
    : webidl.converters.DOMString(label, `Failed to execute '${method}' on 'console': parameter 1`);
}

function duration(milliseconds) {
  if (milliseconds >= 60_000) return `${NumberPrototypeToFixed(milliseconds / 60_000, 3)}min`;
  if (milliseconds >= 1000) return `${NumberPrototypeToFixed(milliseconds / 1000, 3)}s`;
  return `${+NumberPrototypeToFixed(milliseconds, 3)}ms`;
}

function elapsed(label, method, args) {
  const start = timers?.get(label);
  if (start === undefined) {
    write(kWarn, `Timer '${label}' does not exist: console.${method}() has nothing to report`);
    return false;
  }
  const text = `${label}: ${duration(ops.now() - start)}`;
  write(kLog, args.length === 0 ? text : `${text} ${format(args)}`);
  return true;
}

function openGroup(args) {
  if (args.length > 0) write(kLog, format(args));
  if (groupDepth < kMaxGroupDepth) ++groupDepth;
}

// Methods of an object literal: they are no constructors, and they have the names and lengths that Web IDL
// asks for.
const methods = {
  assert(condition = false, ...data) {
    if (condition) return;
    if (data.length === 0) ArrayPrototypePush(data, "Assertion failed");
    else if (typeof data[0] === "string") data[0] = `Assertion failed: ${data[0]}`;
    else ArrayPrototypeUnshift(data, "Assertion failed");
    write(kError, format(data));
  },
  clear() {
    groupDepth = 0;
  },
  debug(...data) {
    if (data.length > 0) write(kDebug, format(data));
  },
  error(...data) {
    if (data.length > 0) write(kError, format(data));
  },
  info(...data) {
    if (data.length > 0) write(kInfo, format(data));
  },
  log(...data) {
    if (data.length > 0) write(kLog, format(data));
  },
  table(tabularData = undefined, properties = undefined) {
    const asked = properties === undefined ? undefined
      : columnNames(properties, "Failed to execute 'table' on 'console': parameter 2");
    const text = require("console/table").table(tabularData, asked);
    write(kLog, text ?? format([tabularData]));
  },
  trace(...data) {
    const holder = { __proto__: null };
    ErrorCaptureStackTrace(holder, methods.trace);
    const stack = read(holder, "stack"); // whatever Error.prepareStackTrace and stackTraceLimit make of it
    const end = typeof stack === "string" ? StringPrototypeIndexOf(stack, "\n") : -1;
    const frames = end < 0 ? "" : StringPrototypeSlice(stack, end);
    write(kLog, `Trace${data.length > 0 ? `: ${format(data)}` : ""}${frames}`);
  },
  warn(...data) {
    if (data.length > 0) write(kWarn, format(data));
  },
  dir(item = undefined, options = undefined) {
    const asked = webidl.isObject(options) ? options : { __proto__: null };
    const { depth, showHidden } = asked;
    write(kLog, inspect(item, { __proto__: null, depth, showHidden, customInspect: false }));
  },
  dirxml(...data) {
    if (data.length > 0) write(kLog, format(data));
  },
  count(label = "default") {
    const key = labelOf(label, "count");
    counts ??= new SafeMap();
    const count = (counts.get(key) ?? 0) + 1;
    if (count > 1 || counts.size < kMaxLabels) counts.set(key, count);
    write(kInfo, `${key}: ${count}`);
  },
  countReset(label = "default") {
    const key = labelOf(label, "countReset");
    if (counts === undefined || !counts.has(key)) write(kWarn, `Count for '${key}' does not exist`);
    else counts.set(key, 0);
  },
  group(...data) {
    openGroup(data);
  },
  groupCollapsed(...data) {
    openGroup(data);
  },
  groupEnd() {
    if (groupDepth > 0) --groupDepth;
  },
  time(label = "default") {
    const key = labelOf(label, "time");
    timers ??= new SafeMap();
    if (timers.has(key)) write(kWarn, `Timer '${key}' already exists`);
    else if (timers.size < kMaxLabels) timers.set(key, ops.now());
    else write(kWarn, `Timer '${key}' is not started: ${kMaxLabels} timers are running`);
  },
  // Marks for a profiler: nobody asks for them here, but scripts may call them.
  timeStamp() {},
  profile() {},
  profileEnd() {},
  timeLog(label = "default", ...data) {
    elapsed(labelOf(label, "timeLog"), "timeLog", data);
  },
  timeEnd(label = "default") {
    const key = labelOf(label, "timeEnd");
    if (elapsed(key, "timeEnd", [])) timers.delete(key);
  },
};

const columnNames = webidl.sequence(webidl.converters.DOMString);

// A namespace object whose prototype is an empty object, for the reason the standard gives (web
// compatibility).
const console = ObjectCreate(ObjectCreate(primordials.Object.prototype));
const names = ReflectOwnKeys(methods);
for (let i = 0; i < names.length; ++i) {
  ObjectDefineProperty(console, names[i],
    { __proto__: null, value: methods[names[i]], writable: true, enumerable: true, configurable: true });
}
ObjectDefineProperty(console, SymbolToStringTag,
  { __proto__: null, value: "console", writable: false, enumerable: false, configurable: true });

exports.console = console;
exports.setConsoleSink = setConsoleSink;
exports.print = write;
