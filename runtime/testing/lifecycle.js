// SPDX-License-Identifier: Apache-2.0
// What happens around a suite and around a test: what they write to KV and the answers that they give in the
// network's place are taken back at their end, and a test is over when the work is that it set going. The runner calls
// the functions of `environment`; what they throw fails the test or the suite.
"use strict";

const { cancelTimersSince, newestTimer, waitingTimers } = require("html/timers");
const { setUncaughtSink } = require("html/report_error");
const { countAnswers, dropAnswers } = require("testing/environment");
const { closeMocks, openMocks } = require("testing/mock_fetch");
const { cancelRealTimer, startRealTimer } = require("testing/real_timers");
const { read } = require("console/inspect_text");
const {
  ArrayPrototypePop, ArrayPrototypePush, Error, Promise, PromisePrototypeThen, RegExpPrototypeExec,
} = primordials;

// A test whose time is over gets so long to end what it set going.
const kLateMs = 100;
// What hooks of suites may compute without letting go.
const kBetweenMs = 60_000;

// What a worker's write fails with when nobody reads its answer any more, and the text of that where the worker has an
// isolate of its own.
const kReaderGone = "the reader of this body went away";
const readerGoneText = /: Uncaught (?:\(in promise\) )?\[?Error: the reader of this body went away(?:\]|\n|$)/;

// Resolves once nothing is under way, or to what still is.
function settle(maxMs) {
  if (ops.testIsIdle()) return undefined;
  return new Promise((resolve) => {
    const timer = startRealTimer(maxMs, () => resolve(ops.testDescribeBusy()));
    PromisePrototypeThen(ops.testWhenIdle(), () => {
      cancelRealTimer(timer);
      resolve(undefined);
    });
  });
}

const frames = []; // of what runs, from outside in: the answers and timers that were there before (and the clock)

function open() {
  ArrayPrototypePush(frames, { __proto__: null, answers: countAnswers(), timer: newestTimer(),
    time: ops.testClockIsHeld() ? ops.wallNow() : undefined });
  ops.testOpenFrame();
  openMocks();
}

function takeUncaught(problems) {
  const uncaught = ops.testTakeUncaught();
  for (let i = 0; i < uncaught.length; ++i) ArrayPrototypePush(problems, uncaught[i]);
}

function close(problems) {
  closeMocks();
  const frame = ArrayPrototypePop(frames);
  cancelTimersSince(frame.timer);
  // One that beforeAll held is held until the end of its suite.
  if (frame.time === undefined) ops.testResetClock();
  else ops.testSetClock(frame.time);
  try {
    ops.testCloseFrame();
  } catch (error) {
    ArrayPrototypePush(problems, `KV could not be taken back: ${error.message}`);
  }
  takeUncaught(problems);
  if (problems.length === 0) return;
  let message = problems[0];
  for (let i = 1; i < problems.length; ++i) message += `\n${problems[i]}`;
  const error = new Error(message);
  error.stack = "";
  throw error;
}

// Ends what was not over in time, so that it is no later test's; what that makes of it is told nobody.
async function cancelAll() {
  const outer = setUncaughtSink(() => {});
  try {
    await ops.testCancelRunning();
    await settle(kLateMs);
  } finally {
    setUncaughtSink(outer);
  }
  ops.testTakeUncaught();
}

async function closeLate(problems, message) {
  takeUncaught(problems);
  ArrayPrototypePush(problems, message);
  await cancelAll();
  close(problems);
}

// What the test has not read of its answers ends here. That writes to them fail then is nobody's fault: until finish()
// is over, such failures are passed over. Those of before are kept in `problems`.
function finish(maxMs, what) {
  const problems = [];
  takeUncaught(problems);
  const outer = setUncaughtSink((error, isRejection) => {
    const isError = typeof error === "object" && error !== null;
    if (!isError || read(error, "message") !== kReaderGone) outer?.(error, isRejection);
  });
  dropAnswers(frames[frames.length - 1].answers);
  const end = (busy) => {
    setUncaughtSink(outer);
    const late = ops.testTakeUncaught();
    for (let i = 0; i < late.length; ++i) {
      if (RegExpPrototypeExec(readerGoneText, late[i]) === null) ArrayPrototypePush(problems, late[i]);
    }
    return busy === undefined ? close(problems)
      : closeLate(problems, `${what} is over, but what it set going is not: ${busy} was waited for ${maxMs} ms more`);
  };
  const waiting = settle(maxMs);
  return waiting === undefined ? end(undefined) : PromisePrototypeThen(waiting, end);
}

// What a test may wait for in vain: timers while its clock stands still.
function describeWait() {
  if (!ops.testClockIsHeld()) return "";
  const timers = waitingTimers();
  let count = 0;
  for (let i = 0; i < timers.length; ++i) count += timers[i].whenDropped === undefined ? 0 : 1; // scripts' own
  const waiting = count === 0 ? "" : `, and ${count} ${count === 1 ? "timer waits" : "timers wait"} for it`;
  return ` The clock is held${waiting}: await clock.tick(milliseconds) or vi.advanceTimersByTimeAsync(milliseconds) ` +
    "moves it, also for what a request starts meanwhile.";
}

// Each may return a promise, but keepOutput and describeWait.
exports.environment = {
  __proto__: null,
  beforeSuite() {
    ops.testBegin("", kBetweenMs);
    open();
  },
  keepOutput: ops.testKeepOutput,
  describeWait,
  afterSuite: (maxMs) => finish(maxMs, "The suite"),
  // `path`: with zero bytes between its parts. `timeoutMs`: when the test is over at the latest.
  beforeTest(path, timeoutMs) {
    ops.testBegin(path, timeoutMs);
    open();
  },
  async afterTest(maxMs, isLate) {
    try {
      await finish(isLate ? kLateMs : maxMs, "The test");
    } finally {
      ops.testBegin("", kBetweenMs);
    }
  },
};
