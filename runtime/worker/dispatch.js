// SPDX-License-Identifier: Apache-2.0
// From a request's slot to its response: calls the worker's handler and sends down what it gives. The path of every
// request: no Headers, streams or signals are made here.
"use strict";

const { createIncomingRequest, abortIncoming, isRequest, setSignalWatcher } = require("fetch/request");
const { isResponse } = require("fetch/response");
const { respond } = require("fetch/respond");
const { fetch } = require("fetch/fetch");
const { DOMException } = require("dom/dom_exception");
const { dispatch: dispatchEvent, hasListeners, onlyListener, setReportException } = require("dom/event_target");
const { trusted } = require("dom/event");
const { reportException } = require("html/report_error");
const { closeFetchEvent, createFetchEvent, eventPassesThrough } = require("worker/fetch_event");
const { createContext, passesThrough } = require("worker/execution_context");
const { env } = require("worker/environment");
const {
  ArrayPrototypeJoin, ObjectKeys, PromisePrototypeThen, PromiseResolve, SafeMap, TypeError, globalThis: globalObject,
} = primordials;

const kNotAResponse = "Incorrect type for Promise: the Promise did not resolve to 'Response'.";

let target; // the module's default export; undefined in the service-worker form

// Chooses the handler once the worker's code has run. Gives what is wrong, or undefined.
function start(exported) {
  if (exported === undefined) {
    if (hasListeners(globalObject, "fetch")) return undefined;
    return "the script handles no requests: it neither exports anything nor calls addEventListener(\"fetch\", ...)";
  }
  target = exported.default;
  if (target === undefined) {
    const others = ArrayPrototypeJoin(ObjectKeys(exported), ", ");
    return `the module has no default export${others === "" ? "" : ` (it exports ${others})`
    }; write: export default { async fetch(request, env, ctx) { ... } }`;
  }
  if (typeof target?.fetch !== "function") return wrongHandler();
  return undefined;
}

function kindOf(value) {
  if (value === null) return "null";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

function wrongHandler() {
  let why = "the default export has no fetch";
  if (target === null || typeof target !== "object") {
    why = `the default export is ${kindOf(target)}`;
  } else if (target.fetch !== undefined) {
    why = `its fetch is ${kindOf(target.fetch)}`;
  }
  return `Handler does not export a fetch() function: ${why
  }; write: export default { async fetch(request, env, ctx) { ... } }`;
}

function describe(value) {
  if (value === undefined) return "nothing (undefined)";
  if (value === null) return "null";
  if (isRequest(value)) return "a Request";
  return typeof value === "object" ? "an object that is no Response" : `a ${typeof value}`;
}

// slot -> the request whose signal somebody holds, until the response is sent whole.
let watched;

setSignalWatcher((slot, request) => {
  if (ops.requestClientIsGone(slot)) {
    abortIncoming(request, clientIsGone());
  } else if (!ops.requestIsAnswered(slot) || ops.requestIsSending(slot)) {
    watched ??= new SafeMap();
    watched.set(slot, request);
    ops.requestWatch(slot);
  }
});

function clientIsGone() {
  return new DOMException("The client has disconnected.", "AbortError");
}

// Called when the client of a request went away before its response was whole.
function clientGone(slot) {
  const request = watched?.get(slot);
  if (request === undefined) return;
  watched.delete(slot);
  abortIncoming(request, clientIsGone());
}

// The response to a watched request went out whole, or failed.
function responseSent(slot) {
  watched?.delete(slot);
}

// Every answer ends here. One whose body is still sent is watched on.
function over(slot) {
  if (watched !== undefined && !ops.requestIsSending(slot)) watched.delete(slot);
}

function respondError(slot, error) {
  over(slot);
  ops.respondError(slot, error);
}

function send(slot, response) {
  const pumping = respond(slot, response);
  over(slot);
  if (pumping === undefined) return;
  PromisePrototypeThen(pumping, () => ops.waitEnd(slot), (error) => { // the client went away, or the stream failed
    ops.bodyFailed(slot, error);
    ops.waitEnd(slot);
  });
}

function succeed(slot, response) {
  if (isResponse(response)) send(slot, response);
  else throw noResponse(response);
}

// When an answer turns out to be none, nothing of the worker's is on the stack: the error stands at the handler.
function noResponse(value) {
  const error = new TypeError(`${kNotAResponse} The handler returned ${describe(value)}.`);
  try {
    const isModule = target !== undefined;
    const place = ops.functionPlace(isModule ? target.fetch : onlyListener(globalObject, "fetch"));
    const name = isModule ? "fetch" : "fetch listener";
    if (place !== null) error.stack = `TypeError: ${error.message}\n    at ${name} (${place})`;
  } catch { /* a getter of the worker's */ }
  return error;
}

// Answers a failed request: from the origin when the worker asked for that, else with an error page.
function fail(slot, request, context, error) {
  if (!(target !== undefined ? passesThrough(context) : eventPassesThrough(context))) {
    respondError(slot, error);
    return;
  }
  reportException(error);
  PromisePrototypeThen(fetch(request), (response) => {
    try {
      send(slot, response);
    } catch (second) {
      respondError(slot, second);
    }
  }, (second) => respondError(slot, second));
}

function settle(slot, request, promise, context) {
  PromisePrototypeThen(promise, (response) => {
    try {
      succeed(slot, response);
    } catch (error) {
      fail(slot, request, context, error);
    }
  }, (error) => fail(slot, request, context, error));
}

function dispatchToModule(slot, method) {
  const request = createIncomingRequest(slot, method);
  const context = createContext(slot);
  try {
    const result = target.fetch(request, env, context);
    if (isResponse(result)) {
      send(slot, result);
      return;
    }
    // An async handler that waited for nothing has its response already: no microtask is needed to get it.
    const response = ops.fulfilledValue(result);
    if (isResponse(response)) send(slot, response);
    else settle(slot, request, PromiseResolve(result), context);
  } catch (error) {
    fail(slot, request, context, error);
  }
}

// What a fetch listener threw while the event was dispatched: it fails the request, and is not reported apart.
let isDispatching = false;
let hasThrown = false;
let thrown;

setReportException((error) => {
  if (!isDispatching || hasThrown) {
    reportException(error);
    return;
  }
  hasThrown = true;
  thrown = error;
});

// A listener that does not call respondWith leaves the request to the origin, as on Cloudflare.
function dispatchToListeners(slot, method) {
  const request = createIncomingRequest(slot, method);
  const event = createFetchEvent(slot, request);
  isDispatching = true;
  dispatchEvent(globalObject, trusted(event));
  isDispatching = false;
  const answer = closeFetchEvent(event);
  if (hasThrown) {
    const error = thrown;
    hasThrown = false;
    thrown = undefined;
    if (answer === undefined) {
      fail(slot, request, event, error);
      return;
    }
    reportException(error);
  }
  settle(slot, request, answer !== undefined ? answer : fetch(request), event);
}

// `method`: its number, as native code gives it.
function dispatch(slot, method) {
  if (target !== undefined) dispatchToModule(slot, method);
  else dispatchToListeners(slot, method);
}

exports.start = start;
exports.dispatch = dispatch;
exports.clientGone = clientGone;
exports.responseSent = responseSent;
