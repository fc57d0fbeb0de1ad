// SPDX-License-Identifier: Apache-2.0
// Timers: https://html.spec.whatwg.org/#timers. All of an isolate's timers share one native timer:
// ops.timerArm(delayMs) arms it anew (-1: not at all), and when it is due native code calls fireTimers().
"use strict";

const webidl = require("webidl/webidl");
const { TimerHeap } = require("html/timer_heap");
const { reportException } = require("html/report_error");
const {
  ArrayPrototypePush, FunctionPrototypeCall, MapPrototypeForEach, ReflectApply, SafeMap, globalThis:
  globalObject,
} = primordials;

const toLong = webidl.converters.long;

const kMinRepeatMs = 1; // an interval of 0 would never let the loop rest

class Timer {
  constructor(id, due, sequence, callback, args, interval, token) {
    this.id = id;
    this.due = due; // monotonic milliseconds
    this.sequence = sequence;
    this.callback = callback;
    this.args = args; // undefined: none
    this.interval = interval; // milliseconds; -1: runs once
    this.token = token;
    this.position = -1;
    this.isActive = true;
  }
}

webidl.detachRecord(Timer);

const heap = new TimerHeap();
let active; // id -> Timer
let lastId = 0;
let lastSequence = 0;
let armedFor = Infinity; // when the native timer is due
let isFiring = false;

// Requests: { current() -> token, run(token, fn) }. A timer runs on behalf of the request that made it.
let requests;

function setRequestContext(hooks) {
  requests = hooks;
}

function arm() {
  const { first } = heap;
  if (isFiring || first === undefined || first.due >= armedFor) return;
  armedFor = first.due;
  const delay = armedFor - ops.now();
  ops.timerArm(delay > 0 ? delay : 0);
}

function disarmWhenIdle() {
  if (isFiring || heap.size !== 0 || armedFor === Infinity) return;
  armedFor = Infinity;
  ops.timerArm(-1);
}

function start(callback, delay, args, isRepeating) {
  const id = ++lastId;
  const interval = !isRepeating ? -1 : delay < kMinRepeatMs ? kMinRepeatMs : delay;
  const token = requests === undefined ? undefined : requests.current();
  const timer = new Timer(id, ops.now() + delay, ++lastSequence, callback, args, interval, token);
  active ??= new SafeMap();
  active.set(id, timer);
  heap.add(timer);
  arm();
  return id;
}

function stop(timer) {
  timer.isActive = false;
  active.delete(timer.id);
  if (timer.position >= 0) heap.remove(timer);
}

function cancelTimer(id) {
  const timer = active?.get(id);
  if (timer === undefined) return;
  stop(timer);
  disarmWhenIdle();
}

// For the end of a request whose timers may not outlive it.
function cancelTimersOf(token) {
  if (active === undefined) return;
  const gone = [];
  MapPrototypeForEach(active, (timer) => {
    if (timer.token === token) ArrayPrototypePush(gone, timer);
  });
  for (let i = 0; i < gone.length; ++i) stop(gone[i]);
  disarmWhenIdle();
}

let running;       // the timer whose callback runs, and
let runMicrotasks; // what ends its task: both here, so that no closure is made per timer

function runOne() {
  try {
    if (running.args === undefined) FunctionPrototypeCall(running.callback, globalObject);
    else ReflectApply(running.callback, globalObject, running.args);
  } catch (error) {
    reportException(error);
  }
  runMicrotasks();
}

function fire(timer) {
  heap.remove(timer);
  if (timer.interval < 0) active.delete(timer.id);
  running = timer;
  if (requests === undefined || timer.token === undefined) runOne();
  else requests.run(timer.token, runOne);
  if (timer.interval < 0 || !timer.isActive) return;
  timer.due = ops.now() + timer.interval;
  timer.sequence = ++lastSequence;
  heap.add(timer);
}

// Runs every timer that is due, each as a task of its own: `checkpoint` runs the microtasks after each.
// Timers that start meanwhile wait for the next call.
function fireTimers(checkpoint) {
  armedFor = Infinity;
  isFiring = true;
  runMicrotasks = checkpoint;
  const now = ops.now();
  const newest = lastSequence;
  try {
    for (;;) {
      const { first } = heap;
      if (first === undefined || first.due > now || first.sequence > newest) break;
      fire(first);
    }
  } finally { // not when the worker is being terminated: native code calls this again then
    isFiring = false;
    running = undefined;
    arm();
  }
}

// The Web IDL type is (DOMString or Function), but strings are code, and workers may not make code of
// strings.
function convertHandler(handler, method) {
  if (typeof handler !== "function") {
    webidl.fail(`Failed to execute '${method}': parameter 1`,
      "is not a function. Strings are not evaluated as code.");
  }
  return handler;
}

function startFromWorker(method, handler, timeout, args, isRepeating) {
  convertHandler(handler, method);
  const delay = timeout === undefined ? 0 : toLong(timeout, `Failed to execute '${method}': parameter 2`);
  return start(handler, delay > 0 ? delay : 0, args.length === 0 ? undefined : args, isRepeating);
}

const functions = {
  setTimeout(handler, timeout = 0, ...args) {
    webidl.checkGlobal(this);
    webidl.requiredArguments(arguments.length, 1, "Failed to execute 'setTimeout'");
    return startFromWorker("setTimeout", handler, timeout, args, false);
  },
  setInterval(handler, timeout = 0, ...args) {
    webidl.checkGlobal(this);
    webidl.requiredArguments(arguments.length, 1, "Failed to execute 'setInterval'");
    return startFromWorker("setInterval", handler, timeout, args, true);
  },
  clearTimeout(id = 0) {
    webidl.checkGlobal(this);
    cancelTimer(typeof id === "number" ? id : toLong(id, "Failed to execute 'clearTimeout': parameter 1"));
  },
  clearInterval(id = 0) {
    webidl.checkGlobal(this);
    cancelTimer(typeof id === "number" ? id : toLong(id, "Failed to execute 'clearInterval': parameter 1"));
  },
};

exports.setTimeout = functions.setTimeout;
exports.setInterval = functions.setInterval;
exports.clearTimeout = functions.clearTimeout;
exports.clearInterval = functions.clearInterval;
exports.fireTimers = fireTimers;
exports.setRequestContext = setRequestContext;
exports.cancelTimersOf = cancelTimersOf;
// For other builtins: startTimer(delayMs, callback) -> id, to be given to cancelTimer.
exports.startTimer = (delay, callback) => start(callback, delay, undefined, false);
exports.cancelTimer = cancelTimer;
// Runs fn as a task of its own, after those queued before.
exports.queueTask = (fn) => {
  start(fn, 0, undefined, false);
};
