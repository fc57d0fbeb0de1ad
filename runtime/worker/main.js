// SPDX-License-Identifier: Apache-2.0
// The main builtin: everything else hangs from here. It installs the globals, and its exports are the hooks
// that C++ calls (runtime/worker/worker_isolate.cc names them).
"use strict";

require("script/language_level");
const { install, lateValue } = require("html/globals");
const { fireTimers, setRequestContext } = require("html/timers");
const { flushRejections, promiseRejected } = require("html/report_error");
const dispatcher = require("worker/dispatch");
const environment = require("worker/environment");
const { ExecutionContext } = require("worker/execution_context");
const { ExtendableEvent, FetchEvent } = require("worker/fetch_event");

install(primordials.globalThis);
const exposed = { __proto__: null, ExecutionContext, ExtendableEvent, FetchEvent };
for (const name in exposed) {
  primordials.ObjectDefineProperty(primordials.globalThis, name,
    { __proto__: null, value: exposed[name], writable: true, enumerable: false, configurable: true });
}

// A timer works for the request that set it: its CPU time, and its fetches to the worker's own host, are that
// request's.
setRequestContext({
  __proto__: null,
  current: () => ops.currentRequest(),
  isDone: (token) => ops.requestIsDone(token),
  run(token, callback) {
    const outer = ops.currentRequest();
    ops.setCurrentRequest(token);
    try {
      callback();
    } finally {
      ops.setCurrentRequest(outer);
    }
  },
});

exports.fireTimers = fireTimers;
exports.promiseRejected = promiseRejected;
exports.flushRejections = flushRejections;
exports.prepare = environment.prepare;
exports.exposeBindings = environment.exposeBindings;
exports.start = dispatcher.start;
exports.dispatch = dispatcher.dispatch;
exports.clientGone = dispatcher.clientGone;
exports.responseSent = dispatcher.responseSent;
exports.lateValue = lateValue;
// Of test files alone.
exports.testModule = (specifier) => require("testing/test_modules").find(specifier);
exports.runTests = (report, options) => require("testing/runner").run(report, options);
exports.dispatchMock = (slot) => require("testing/mock_fetch").dispatch(slot);
exports.fireRealTimers = () => require("testing/real_timers").fireRealTimers();
exports.printInTest = (level, text) => require("console/console").print(level, text);
