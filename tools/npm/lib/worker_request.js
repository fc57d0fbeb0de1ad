// SPDX-License-Identifier: Apache-2.0
// A request for a worker, from what fetch() takes: paths are of the worker's address, and URLs of other hosts go there
// with that host in their Host header.
"use strict";

// Where Node's fetch() keeps the dispatcher that it uses when it is given none.
const kGlobalDispatcher = Symbol.for("undici.globalDispatcher.1");

function isRequest(input) {
  return typeof input === "object" && input !== null && typeof input.url === "string" && "headers" in input;
}

function globalDispatcher() {
  // It is there once something of fetch() was used. jest gives tests another global object, with the same fetch().
  void globalThis.Response;
  const found = globalThis[kGlobalDispatcher] ?? fetch.constructor("return globalThis")()[kGlobalDispatcher];
  if (found) return found;
  throw new Error("a URL of another host needs Node's own fetch(); take a path, such as w.fetch(\"/path\")");
}

// Sends every request to `origin`, whatever its URL says. Node's fetch() takes no Host header of a caller.
function dispatcherTo(origin) {
  const dispatcher = globalDispatcher();
  return {
    dispatch(options, handler) {
      const { host } = new URL(options.origin);
      const given = options.headers ?? {};
      const headers = Array.isArray(given) ? [...given, "host", host] : { ...given, host };
      return dispatcher.dispatch({ ...options, origin, headers }, handler);
    },
  };
}

// What to call fetch() with.
function workerRequest(base, input, init) {
  const request = isRequest(input) ? input : undefined;
  const url = new URL(request ? request.url : String(input), base);
  const { origin } = new URL(base);
  if (url.origin === origin) return [request ?? url, init];
  return [request ?? url, { ...init, dispatcher: dispatcherTo(origin) }];
}

module.exports = { workerRequest };
