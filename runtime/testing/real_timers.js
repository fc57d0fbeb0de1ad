// SPDX-License-Identifier: Apache-2.0
// Timers of the test library itself: by the machine's clock, whatever the tests' clock says.
// ops.testArmTimer(delayMs) arms the one native timer (-1: not at all); native code then calls fireRealTimers().
"use strict";

const { ArrayPrototypePush, ArrayPrototypeSplice } = primordials;

let timers = []; // few: the running test's, and that of its end
let lastId = 0;
let armedFor = Infinity;

function arm() {
  let first = Infinity;
  for (let i = 0; i < timers.length; ++i) {
    if (timers[i].due < first) first = timers[i].due;
  }
  if (first >= armedFor) return; // it looks again when it fires
  armedFor = first;
  const delay = first - ops.testNow();
  ops.testArmTimer(delay > 0 ? delay : 0);
}

function startRealTimer(delay, callback) {
  const id = ++lastId;
  ArrayPrototypePush(timers, { __proto__: null, id, due: ops.testNow() + delay, callback });
  arm();
  return id;
}

function cancelRealTimer(id) {
  for (let i = 0; i < timers.length; ++i) {
    if (timers[i].id === id) {
      ArrayPrototypeSplice(timers, i, 1);
      return;
    }
  }
}

function fireRealTimers() {
  armedFor = Infinity;
  const now = ops.testNow();
  const all = timers;
  timers = [];
  const due = [];
  for (let i = 0; i < all.length; ++i) ArrayPrototypePush(all[i].due <= now ? due : timers, all[i]);
  arm();
  for (let i = 0; i < due.length; ++i) due[i].callback();
}

exports.startRealTimer = startRealTimer;
exports.cancelRealTimer = cancelRealTimer;
exports.fireRealTimers = fireRealTimers;
