// SPDX-License-Identifier: Apache-2.0
// Waiting in tests, by the real clock: for an action to succeed, or for a promise to be settled in time.
"use strict";

const { Error, Promise, PromisePrototypeThen, PromiseResolve } = primordials;

const { cancelRealTimer, startRealTimer } = require("testing/real_timers");

function sleep(milliseconds) {
  return new Promise((resolve) => startRealTimer(milliseconds, resolve));
}

// Calls attempt() until it neither throws nor rejects; rejects with the last error when that takes too long.
async function retry(attempt, interval, timeout) {
  const end = ops.testNow() + timeout;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (ops.testNow() >= end) throw error;
    }
    await sleep(interval);
  }
}

// Rejects with late() when the promise takes longer than `milliseconds` (0 or Infinity: any time is right).
function within(promise, milliseconds, late) {
  if (!(milliseconds > 0) || milliseconds === Infinity) return promise;
  return new Promise((resolve, reject) => {
    const timer = startRealTimer(milliseconds, () => reject(late()));
    PromisePrototypeThen(PromiseResolve(promise), (value) => {
      cancelRealTimer(timer);
      resolve(value);
    }, (error) => {
      cancelRealTimer(timer);
      reject(error);
    });
  });
}

function options(given, timeout) {
  if (typeof given === "number") return { interval: 50, timeout: given };
  return { interval: given?.interval ?? 50, timeout: given?.timeout ?? timeout };
}

exports.sleep = sleep;
exports.retry = retry;
exports.within = within;
// vi.waitFor(fn, { interval, timeout }): until fn does not throw; waitUntil: until it gives something truthy.
exports.waitFor = (fn, given) => {
  const { interval, timeout } = options(given, 1000);
  return retry(fn, interval, timeout);
};
exports.waitUntil = (fn, given) => {
  const { interval, timeout } = options(given, 1000);
  return retry(async () => {
    const value = await fn();
    if (!value) throw new Error(`waitUntil(): nothing truthy came within ${timeout} ms`);
    return value;
  }, interval, timeout);
};
