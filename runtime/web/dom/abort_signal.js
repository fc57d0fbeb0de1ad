// SPDX-License-Identifier: Apache-2.0
// AbortSignal: https://dom.spec.whatwg.org/#interface-AbortSignal. A signal that nobody watches is an object
// with two fields; everything else is made on first use.
"use strict";

const webidl = require("webidl/webidl");
const { removeAt } = require("script/lists");
const { DOMException } = require("dom/dom_exception");
const { Event, trusted } = require("dom/event");
const {
  EventTarget, defineEventHandler, dispatch, hasListeners, setAbortSupport,
} = require("dom/event_target");
const {
  ArrayPrototypeIndexOf, ArrayPrototypePush, Error, SafeSet, SetPrototypeForEach,
  WeakRef, WeakRefPrototypeDeref,
} = primordials;
const { constructKey, converters } = webidl;
const kEnforceRange = { __proto__: null, enforceRange: true };

// startTimer(milliseconds, callback) -> id, which cancelTimer takes.
let startTimer = () => {
  throw new Error("AbortSignal.timeout() is not available before the runtime has started.");
};
let cancelTimer;

// A timer holds its signal. A signal that times out later than this has one only while somebody waits for its abort;
// else who asks looks at the clock. So the timeouts of requests that are long over hold nothing.
const kLongDelayMs = 1000;

class Watch {
  constructor() {
    this.algorithms = null; // array of (reason) => void
    this.dependent = false;
    this.sources = null; // set of the signals that abort this one
    this.dependents = null; // array of WeakRef: what this one aborts
    this.pruneAt = 16; // length of `dependents` at which the dead ones are dropped
    this.observed = null; // set: the dependents that must live, because somebody listens to them
    this.deadline = Infinity; // of a signal with a long timeout: monotonic milliseconds
    this.timer = 0; // of such a signal: see kLongDelayMs
  }
}

webidl.detachRecord(Watch);

let watchOf; // (signal) => Watch or null
let ensureWatch;
let reasonOf; // undefined: not aborted
let storedReason; // the same without a look at the clock
let setReason;
let isAbortSignal;

class AbortSignal extends EventTarget {
  #reason = undefined;
  #watch = null;

  constructor(key = undefined) {
    if (key !== constructKey) webidl.illegalConstructor();
    super();
  }

  get aborted() { return reasonOf(this) !== undefined; }
  get reason() { return reasonOf(this); }

  throwIfAborted() {
    const reason = reasonOf(this);
    if (reason !== undefined) throw reason;
  }

  static abort(reason = undefined) {
    const signal = new AbortSignal(constructKey);
    signal.#reason = reason === undefined ? defaultReason() : reason;
    return signal;
  }

  static timeout(milliseconds) {
    const context = "Failed to execute 'timeout' on 'AbortSignal'";
    webidl.requiredArguments(arguments.length, 1, context);
    const delay = converters["unsigned long long"](milliseconds, `${context}: parameter 1`, kEnforceRange);
    const signal = new AbortSignal(constructKey);
    const watch = ensureWatch(signal);
    if (delay < kLongDelayMs) startTimer(delay, () => timeOut(signal, watch));
    else watch.deadline = ops.now() + delay;
    return signal;
  }

  static any(signals) {
    const context = "Failed to execute 'any' on 'AbortSignal'";
    webidl.requiredArguments(arguments.length, 1, context);
    return createDependentSignal(convertSignals(signals, `${context}: parameter 1`));
  }

  static {
    watchOf = (signal) => signal.#watch;
    ensureWatch = (signal) => signal.#watch ??= new Watch();
    storedReason = (signal) => signal.#reason;
    reasonOf = (signal) => {
      if (!webidl.isObject(signal) || !(#reason in signal)) webidl.illegalInvocation();
      if (signal.#reason === undefined && signal.#watch !== null) checkDeadlines(signal, signal.#watch);
      return signal.#reason;
    };
    setReason = (signal, reason) => {
      signal.#reason = reason;
    };
    isAbortSignal = (V) => typeof V === "object" && V !== null && #reason in V;
  }
}

webidl.defineInterface(AbortSignal);
defineEventHandler(AbortSignal.prototype, "abort", { isInstance: isAbortSignal });

const convertSignals = webidl.sequence(webidl.iface("AbortSignal", isAbortSignal));

function defaultReason() {
  return new DOMException("The operation was aborted", "AbortError");
}

function createAbortSignal() {
  return new AbortSignal(constructKey);
}

function isAborted(signal) {
  return reasonOf(signal) !== undefined;
}

// Aborts the signal when its time, or that of one that it depends on, is over. Where a timer runs it decides when.
function checkDeadlines(signal, watch) {
  if (watch.deadline !== Infinity && watch.timer === 0 && ops.now() >= watch.deadline) timeOut(signal, watch);
  if (watch.sources !== null) SetPrototypeForEach(watch.sources, reasonOf);
}

function timeOut(signal, watch) {
  watch.deadline = Infinity;
  watch.timer = 0;
  signalAbort(signal, new DOMException("The operation was aborted due to timeout", "TimeoutError"));
}

function isObserved(signal, watch) {
  return storedReason(signal) === undefined &&
    (watch.algorithms?.length > 0 || hasListeners(signal, "abort") || watch.observed?.size > 0);
}

function updateTimer(signal, watch) {
  if (watch.deadline === Infinity) return;
  if (isObserved(signal, watch)) {
    if (watch.timer !== 0) return;
    const rest = watch.deadline - ops.now();
    watch.timer = startTimer(rest > 0 ? rest : 0, () => timeOut(signal, watch));
  } else if (watch.timer !== 0) {
    cancelTimer(watch.timer);
    watch.timer = 0;
  }
}

// Runs fn(reason) when the signal aborts. Does nothing on an aborted signal: ask isAborted() first.
function addAbortAlgorithm(signal, fn) {
  if (isAborted(signal)) return;
  const watch = ensureWatch(signal);
  if (watch.algorithms === null) watch.algorithms = [fn];
  else ArrayPrototypePush(watch.algorithms, fn);
  retentionChanged(signal);
}

function removeAbortAlgorithm(signal, fn) {
  const algorithms = watchOf(signal)?.algorithms;
  if (algorithms === undefined || algorithms === null) return;
  const index = ArrayPrototypeIndexOf(algorithms, fn);
  if (index < 0) return;
  removeAt(algorithms, index);
  retentionChanged(signal);
}

// A dependent signal is held weakly by its sources, and strongly while somebody waits for its abort.
function retentionChanged(signal) {
  if (!isAbortSignal(signal)) return;
  const watch = watchOf(signal);
  if (watch === null) return;
  updateTimer(signal, watch);
  if (watch.sources === null) return;
  const observed = isObserved(signal, watch);
  SetPrototypeForEach(watch.sources, (source) => {
    const sourceWatch = ensureWatch(source);
    if (observed) (sourceWatch.observed ??= new SafeSet()).add(signal);
    else sourceWatch.observed?.delete(signal);
    updateTimer(source, sourceWatch);
  });
}

function addDependent(source, signal) {
  const watch = ensureWatch(source);
  watch.dependents ??= [];
  if (watch.dependents.length >= watch.pruneAt) {
    const alive = [];
    for (let i = 0; i < watch.dependents.length; ++i) {
      if (WeakRefPrototypeDeref(watch.dependents[i]) !== undefined) {
        ArrayPrototypePush(alive, watch.dependents[i]);
      }
    }
    watch.dependents = alive;
    watch.pruneAt = alive.length * 2 + 16;
  }
  ArrayPrototypePush(watch.dependents, new WeakRef(signal));
}

function link(sources, source, signal) {
  if (sources.has(source)) return;
  sources.add(source);
  addDependent(source, signal);
}

// https://dom.spec.whatwg.org/#create-a-dependent-abort-signal
function createDependentSignal(signals) {
  const result = createAbortSignal();
  for (let i = 0; i < signals.length; ++i) {
    const reason = reasonOf(signals[i]);
    if (reason !== undefined) {
      setReason(result, reason);
      return result;
    }
  }
  const watch = ensureWatch(result);
  watch.dependent = true;
  const sources = watch.sources = new SafeSet();
  for (let i = 0; i < signals.length; ++i) {
    const signal = signals[i];
    const signalWatch = watchOf(signal);
    if (signalWatch === null || !signalWatch.dependent) link(sources, signal, result);
    else SetPrototypeForEach(signalWatch.sources, (source) => link(sources, source, result));
  }
  return result;
}

function runAbortSteps(signal) {
  const watch = watchOf(signal);
  if (watch !== null) {
    const { algorithms } = watch;
    watch.algorithms = null;
    if (algorithms !== null) {
      const reason = reasonOf(signal);
      for (let i = 0; i < algorithms.length; ++i) algorithms[i](reason);
    }
  }
  if (hasListeners(signal, "abort")) dispatch(signal, trusted(new Event("abort")));
  if (watch !== null && watch.sources !== null) {
    retentionChanged(signal);
    watch.sources = null;
  }
}

// https://dom.spec.whatwg.org/#abortsignal-signal-abort
function signalAbort(signal, reason) {
  if (storedReason(signal) !== undefined) return;
  setReason(signal, reason === undefined ? defaultReason() : reason);
  const toAbort = [];
  const dependents = watchOf(signal)?.dependents;
  if (dependents !== undefined && dependents !== null) {
    for (let i = 0; i < dependents.length; ++i) {
      const dependent = WeakRefPrototypeDeref(dependents[i]);
      if (dependent === undefined || storedReason(dependent) !== undefined) continue;
      setReason(dependent, storedReason(signal));
      ArrayPrototypePush(toAbort, dependent);
    }
    watchOf(signal).dependents = null;
  }
  runAbortSteps(signal);
  for (let i = 0; i < toAbort.length; ++i) runAbortSteps(toAbort[i]);
}

setAbortSupport({
  isAbortSignal, isAborted, addAlgorithm: addAbortAlgorithm, removeAlgorithm: removeAbortAlgorithm, retentionChanged,
});

exports.AbortSignal = AbortSignal;
exports.isAbortSignal = isAbortSignal;
exports.isAborted = isAborted;
exports.abortReason = reasonOf;
exports.createAbortSignal = createAbortSignal;
exports.createDependentSignal = createDependentSignal;
exports.signalAbort = signalAbort;
exports.addAbortAlgorithm = addAbortAlgorithm;
exports.removeAbortAlgorithm = removeAbortAlgorithm;
exports.setTimerHooks = (hooks) => {
  ({ startTimer, cancelTimer } = hooks);
};
