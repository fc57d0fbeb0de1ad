// SPDX-License-Identifier: Apache-2.0
// queueMicrotask: https://html.spec.whatwg.org/#microtask-queuing
"use strict";

const webidl = require("webidl/webidl");
const { reportException } = require("html/report_error");

// One await of a value that is no promise is one turn of the microtask queue, whatever happened to
// Promise.prototype.
async function runSoon(callback) {
  await undefined;
  try {
    callback();
  } catch (error) {
    reportException(error);
  }
}

exports.queueMicrotask = {
  queueMicrotask(callback) {
    webidl.checkGlobal(this);
    const context = "Failed to execute 'queueMicrotask'";
    webidl.requiredArguments(arguments.length, 1, context);
    runSoon(webidl.converters.Function(callback, `${context}: parameter 1`));
  },
}.queueMicrotask;
