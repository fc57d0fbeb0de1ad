// SPDX-License-Identifier: Apache-2.0
// scheduler.wait(delay, { signal }): the Workers platform's setTimeout as a promise.
"use strict";

const webidl = require("webidl/webidl");
const {
  abortReason, addAbortAlgorithm, isAbortSignal, isAborted, removeAbortAlgorithm,
} = require("dom/abort_signal");
const { cancelTimer, startRequestTimer } = require("html/timers");
const { Promise, PromiseReject } = primordials;

const convertOptions = webidl.dictionary("SchedulerWaitOptions", [
  { key: "signal", converter: webidl.iface("AbortSignal", isAbortSignal) },
]);

let check;

function wait(delay, signal) {
  return new Promise((resolve, reject) => {
    if (signal !== undefined && isAborted(signal)) {
      reject(abortReason(signal));
      return;
    }
    const onAbort = () => {
      cancelTimer(timer);
      reject(abortReason(signal));
    };
    const leave = () => {
      if (signal !== undefined) removeAbortAlgorithm(signal, onAbort);
    };
    const timer = startRequestTimer(delay > 0 ? delay : 0, () => {
      leave();
      resolve(undefined);
    }, leave);
    if (signal !== undefined) addAbortAlgorithm(signal, onAbort);
  });
}

class Scheduler {
  #brand = true;

  constructor(key = undefined) {
    if (key !== webidl.constructKey) webidl.illegalConstructor();
  }

  wait(delay, options = undefined) {
    const context = "Failed to execute 'wait' on 'Scheduler'";
    try {
      check(this);
      webidl.requiredArguments(arguments.length, 1, context);
      const milliseconds = webidl.converters["long long"](delay, `${context}: parameter 1`);
      return wait(milliseconds, convertOptions(options, `${context}: parameter 2`).signal);
    } catch (error) { // an operation that returns a promise does not throw
      return PromiseReject(error);
    }
  }

  static {
    check = (scheduler) => (webidl.isObject(scheduler) && #brand in scheduler) || webidl.illegalInvocation();
  }
}
webidl.defineInterface(Scheduler);

exports.Scheduler = Scheduler;
exports.scheduler = new Scheduler(webidl.constructKey);
