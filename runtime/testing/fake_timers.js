// SPDX-License-Identifier: Apache-2.0
// The fake timers of jest, vitest and node:test over the clock of the tests. Those of their functions that do not wait
// run the timers of this isolate at once, without the microtasks in between; the others wait for all that timers set
// going.
"use strict";

const { Date, DatePrototypeGetTime, Error, MathMax } = primordials;

const { cancelTimer, fireNested, nextTimerDelay, waitingTimers } = require("html/timers");
const { clock } = require("testing/environment").exports;

const kSlackMs = 0.001;    // times are sums of floating point numbers
const kMaxRounds = 10_000; // of timers that start timers, until that looks endless

function delayOf(timer) {
  return MathMax(timer.due - ops.now(), 0);
}

// When the last of those that wait now is due, from now; 0 when none waits.
function lastDelay() {
  const timers = waitingTimers();
  let last = 0;
  for (let i = 0; i < timers.length; ++i) last = MathMax(last, delayOf(timers[i]));
  return last;
}

function endless() {
  return new Error(`timers go on starting timers: ${kMaxRounds} have run`);
}

function advance(milliseconds) {
  let left = milliseconds;
  for (let still = 0; ;) { // rounds in which no time has passed
    const delay = nextTimerDelay();
    if (delay === undefined || delay > left + kSlackMs) break;
    const step = MathMax(delay, 0);
    still = step > 0 ? 0 : still + 1;
    if (still > kMaxRounds) throw endless();
    ops.testAdvanceClock(step);
    left = MathMax(left - step, 0);
    fireNested();
  }
  if (left > 0) ops.testAdvanceClock(left);
}

function timeOf(value) {
  if (value === undefined) return clock.now();
  return typeof value === "number" ? value : DatePrototypeGetTime(new Date(value));
}

// `api`: the object that the functions give back, for chains of them.
exports.makeFakeTimers = (api) => ({
  useFakeTimers(options) {
    clock.set(timeOf(options?.now));
    return api();
  },
  useRealTimers() {
    clock.reset();
    return api();
  },
  isFakeTimers: () => ops.testClockIsHeld(),
  setSystemTime(time) {
    clock.set(timeOf(time));
    return api();
  },
  getMockedSystemTime: () => ops.testClockIsHeld() ? new Date(clock.now()) : null,
  now: () => clock.now(),
  advanceTimersByTime(milliseconds) {
    advance(milliseconds);
    return api();
  },
  async advanceTimersByTimeAsync(milliseconds) {
    await clock.tick(milliseconds);
    return api();
  },
  advanceTimersToNextTimer(steps = 1) {
    for (let i = 0; i < steps; ++i) advance(MathMax(nextTimerDelay() ?? 0, 0));
    return api();
  },
  async advanceTimersToNextTimerAsync(steps = 1) {
    for (let i = 0; i < steps; ++i) await clock.tick(MathMax(nextTimerDelay() ?? 0, 0));
    return api();
  },
  runOnlyPendingTimers() {
    advance(lastDelay());
    return api();
  },
  async runOnlyPendingTimersAsync() {
    await clock.tick(lastDelay());
    return api();
  },
  runAllTimers() {
    for (let round = 0; nextTimerDelay() !== undefined; ++round) {
      if (round > kMaxRounds) throw endless();
      advance(MathMax(nextTimerDelay(), 0));
    }
    return api();
  },
  async runAllTimersAsync() {
    for (let round = 0; nextTimerDelay() !== undefined; ++round) {
      if (round > kMaxRounds) throw endless();
      await clock.tick(MathMax(nextTimerDelay(), 0));
    }
    return api();
  },
  getTimerCount: () => waitingTimers().length,
  clearAllTimers() {
    const timers = waitingTimers();
    for (let i = 0; i < timers.length; ++i) cancelTimer(timers[i].id);
    return api();
  },
});

// mock.timers, as node:test has it.
exports.nodeTimers = {
  enable(options = undefined) {
    clock.set(options?.now === undefined ? 0 : timeOf(options.now));
  },
  tick: (milliseconds = 1) => advance(milliseconds),
  runAll: () => advance(lastDelay()),
  setTime: (milliseconds) => clock.set(milliseconds),
  reset: () => clock.reset(),
};
