// SPDX-License-Identifier: Apache-2.0
// The interfaces of the global object: https://html.spec.whatwg.org/#the-workerglobalscope-common-interface
// and https://w3c.github.io/ServiceWorker/#serviceworkerglobalscope. Their members are own properties of the
// global object (html/globals.js); what it inherits are the methods of EventTarget.
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

exports.WorkerGlobalScope = WorkerGlobalScope;
exports.ServiceWorkerGlobalScope = ServiceWorkerGlobalScope;
