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
const kSweepSize = 1024; // so many timers are worth a look for those that nobody will run

class Timer {
  constructor(id, due, sequence, callback, args, interval, token) {
    this.id = id;
    this.due = due; // monotonic milliseconds
    this.sequence = sequence;
    this.callback = callback;
    this.args = args; // undefined: none
    this.interval = interval; // milliseconds; -1: runs once
    this.token = token;
    this.whenDropped = undefined; // a worker's: what to call if it goes without running; null: nothing
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
let sweepAt = kSweepSize;

// Requests: { current() -> token, run(token, fn), isDone(token) }. A timer runs on behalf of the request that made
// it. A worker's own timers go with that request, when it is answered and nothing that it was told to wait for is
// left: they are dropped when they are due, or when there are many.
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
  return timer;
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

function isOrphan(timer) {
  return timer.whenDropped !== undefined && requests !== undefined && requests.isDone(timer.token);
}

function drop(timer) {
  stop(timer);
  if (timer.whenDropped !== null) timer.whenDropped();
}

// What is long in coming would else be held until then: as often as the timers have doubled.
function sweep() {
  const orphans = [];
  MapPrototypeForEach(active, (timer) => {
    if (isOrphan(timer)) ArrayPrototypePush(orphans, timer);
  });
  for (let i = 0; i < orphans.length; ++i) drop(orphans[i]);
  sweepAt = heap.size * 2 > kSweepSize ? heap.size * 2 : kSweepSize;
}

// A timer that a worker asked for, as opposed to those that builtins need.
function startForWorker(callback, delay, args, isRepeating, whenDropped) {
  if (heap.size >= sweepAt) sweep();
  const timer = start(callback, delay, args, isRepeating);
  timer.whenDropped = whenDropped;
  return timer.id;
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
  if (isOrphan(timer)) {
    drop(timer);
    return;
  }
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
  return startForWorker(handler, delay > 0 ? delay : 0, args.length === 0 ? undefined : args, isRepeating, null);
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
// For tests, whose timers end with them: the youngest timer, and the end of those that scripts began after it.
exports.newestTimer = () => lastId;
exports.cancelTimersSince = (newest) => {
  if (active === undefined || lastId === newest) return;
  const late = [];
  MapPrototypeForEach(active, (timer) => {
    if (timer.id > newest && timer.whenDropped !== undefined) ArrayPrototypePush(late, timer);
  });
  for (let i = 0; i < late.length; ++i) drop(late[i]);
  disarmWhenIdle();
};
// For clocks that tests move: when the first timer is due, from now (undefined: there is none); the timers that wait;
// and a fireTimers() that may run inside of another, and inside of a script.
exports.nextTimerDelay = () => heap.first === undefined ? undefined : heap.first.due - ops.now();
exports.waitingTimers = () => {
  const list = [];
  if (active !== undefined) MapPrototypeForEach(active, (timer) => ArrayPrototypePush(list, timer));
  return list;
};
exports.fireNested = () => {
  const outer = { __proto__: null, isFiring, running, runMicrotasks };
  fireTimers(() => {});
  isFiring = outer.isFiring;
  running = outer.running;
  runMicrotasks = outer.runMicrotasks;
};
// For other builtins: startTimer(delayMs, callback) -> id, to be given to cancelTimer.
exports.startTimer = (delay, callback) => start(callback, delay, undefined, false).id;
exports.cancelTimer = cancelTimer;
// The same for a timer that goes with the request, of which whenDropped() tells.
exports.startRequestTimer = (delay, callback, whenDropped) =>
  startForWorker(callback, delay, undefined, false, whenDropped);
// Runs fn as a task of its own, after those queued before.
exports.queueTask = (fn) => {
  start(fn, 0, undefined, false);
};
