// SPDX-License-Identifier: Apache-2.0
// What becomes of exceptions that nobody catches: https://html.spec.whatwg.org/#runtime-script-errors and
// https://html.spec.whatwg.org/#unhandled-promise-rejections. An event on the global object first; when no
// listener prevents the default, the text goes to ops.reportUncaught.
"use strict";

const webidl = require("webidl/webidl");
const kinds = require("script/value_kind");
const { isDOMException } = require("dom/dom_exception");
const { trusted } = require("dom/event");
const { dispatch, hasListeners, setReportException } = require("dom/event_target");
const { ErrorEvent } = require("dom/error_event");
const { PromiseRejectionEvent } = require("dom/promise_rejection_event");
const { inspect } = require("console/inspect");
const { read } = require("console/inspect_text");
const {
  ArrayPrototypePush, ErrorPrototypeToString, MapPrototypeForEach, MapPrototypeGetSize, RegExpPrototypeExec,
  SafeMap, SafeWeakSet, globalThis: globalObject,
} = primordials;

// V8's PromiseRejectEvent.
const kRejectedWithoutHandler = 0;
const kHandlerAddedAfterReject = 1;

function describe(value) {
  try {
    return inspect(value);
  } catch { // a custom inspector, or a getter of an error
    return "an error that cannot be printed";
  }
}

// A frame that is none of a builtin's.
const frame = /\n\s+at (?:async )?(?:[^\n]*\()?(?!sedge:)([^\n()]+):(\d+):(\d+)\)?/;

// Where an exception comes from: what the first frame of its stack says, else who reports it.
function placeOf(stack) {
  const place = typeof stack === "string" ? RegExpPrototypeExec(frame, stack) : null;
  return place !== null ? { file: place[1], line: +place[2], column: +place[3] } : callerPlace();
}

function callerPlace() {
  const place = ops.callerPlace();
  return place === null ? undefined : { file: place[0], line: place[1], column: place[2] };
}

// ErrorEventInit for an exception. Of objects that are no errors, no getter runs.
function errorDetails(error) {
  const init = { __proto__: null, cancelable: true, error, message: "", filename: "", lineno: 0, colno: 0 };
  const isError = kinds.valueKind(error) === kinds.kError || isDOMException(error);
  try {
    init.message = `Uncaught ${isError ? ErrorPrototypeToString(error) : describe(error)}`;
  } catch {
    init.message = "Uncaught exception";
  }
  const place = placeOf(isError ? read(error, "stack") : undefined);
  if (place !== undefined) {
    init.filename = place.file;
    init.lineno = place.line;
    init.colno = place.column;
  }
  return init;
}

let isReporting = false;
let sink; // of tests: what to do instead of logging

// While set, the sink gets what would be logged: (error, isRejection). Gives the one that was there before.
function setUncaughtSink(take) {
  const before = sink;
  sink = take;
  return before;
}

function log(error, isRejection) {
  if (sink !== undefined) sink(error, isRejection);
  else ops.reportUncaught(`Uncaught ${isRejection ? "(in promise) " : ""}${describe(error)}`);
}

function reportException(error) {
  let isHandled = false;
  if (!isReporting && hasListeners(globalObject, "error")) {
    isReporting = true; // an error in a listener for errors is not another event
    try {
      isHandled = !dispatch(globalObject, trusted(new ErrorEvent("error", errorDetails(error))));
    } finally {
      isReporting = false;
    }
  }
  if (!isHandled) log(error, false);
}

let pending;     // promise -> reason: rejected, and nobody has been told
let flushing;    // the same, while flushRejections tells
let outstanding; // promises whose unhandled rejection was told
let handled;     // promises that got a handler after that

// V8's PromiseRejectCallback. It runs no code of the worker.
function promiseRejected(promise, reason, kind) {
  if (kind === kRejectedWithoutHandler) {
    pending ??= new SafeMap();
    pending.set(promise, reason);
  } else if (kind === kHandlerAddedAfterReject) {
    if (pending?.delete(promise) || flushing?.delete(promise)) return;
    if (outstanding?.delete(promise)) {
      handled ??= [];
      ArrayPrototypePush(handled, promise);
    }
  }
}

function tell(type, promise, reason, cancelable) {
  if (!hasListeners(globalObject, type)) return true;
  const init = { __proto__: null, cancelable, promise, reason };
  return dispatch(globalObject, trusted(new PromiseRejectionEvent(type, init)));
}

// To be called when the microtask queue is empty. True when it had something to tell: listeners have run, so
// the microtasks and this are due once more.
function flushRejections() {
  if ((pending === undefined || MapPrototypeGetSize(pending) === 0) && handled === undefined) return false;
  const late = handled;
  handled = undefined;
  flushing = pending;
  pending = undefined;
  if (flushing !== undefined) {
    MapPrototypeForEach(flushing, (reason, promise) => {
      flushing.delete(promise);
      outstanding ??= new SafeWeakSet();
      outstanding.add(promise);
      if (tell("unhandledrejection", promise, reason, true)) log(reason, true);
    });
    flushing = undefined;
  }
  if (late !== undefined) {
    for (let i = 0; i < late.length; ++i) {
      tell("rejectionhandled", late[i], ops.promiseState(late[i])[1], false);
    }
  }
  return true;
}

setReportException(reportException);

exports.reportException = reportException;
exports.setUncaughtSink = setUncaughtSink;
// Rejections that nobody has been told of yet: flushRejections is due.
exports.hasRejections = () => pending !== undefined && MapPrototypeGetSize(pending) > 0;
exports.promiseRejected = promiseRejected;
exports.flushRejections = flushRejections;
exports.reportError = {
  reportError(error) {
    webidl.checkGlobal(this);
    webidl.requiredArguments(arguments.length, 1, "Failed to execute 'reportError'");
    reportException(error);
  },
}.reportError;
