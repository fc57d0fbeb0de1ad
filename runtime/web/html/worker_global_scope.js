// SPDX-License-Identifier: Apache-2.0
// The interfaces of the global object: https://html.spec.whatwg.org/#the-workerglobalscope-common-interface
// and https://w3c.github.io/ServiceWorker/#serviceworkerglobalscope. Their members are put there and on
// the global object by html/globals.js.
"use strict";

const webidl = require("webidl/webidl");
const { EventTarget } = require("dom/event_target");

class WorkerGlobalScope extends EventTarget {
  constructor() {
    webidl.illegalConstructor();
    super();
  }
}

class ServiceWorkerGlobalScope extends WorkerGlobalScope {
  constructor() {
    webidl.illegalConstructor();
    super();
  }
}

webidl.defineInterface(WorkerGlobalScope);
webidl.defineInterface(ServiceWorkerGlobalScope);

// A server is in no page, and has no address of its own: an opaque origin.
exports.origin = "null";
exports.isSecureContext = true;
exports.crossOriginIsolated = false;
exports.WorkerGlobalScope = WorkerGlobalScope;
exports.ServiceWorkerGlobalScope = ServiceWorkerGlobalScope;
