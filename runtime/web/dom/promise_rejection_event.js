// SPDX-License-Identifier: Apache-2.0
// PromiseRejectionEvent: https://html.spec.whatwg.org/#promiserejectionevent
"use strict";

const webidl = require("webidl/webidl");
const { Event } = require("dom/event");

const convertInit = webidl.dictionary("PromiseRejectionEventInit", [
  { key: "promise", converter: webidl.converters.object, required: true },
  { key: "reason", converter: webidl.converters.any },
]);

let init; // (event) => its PromiseRejectionEventInit

class PromiseRejectionEvent extends Event {
  #init;

  constructor(type, eventInitDict) {
    webidl.requiredArguments(arguments.length, 2, "Failed to construct 'PromiseRejectionEvent'");
    super(type, eventInitDict);
    this.#init = convertInit(eventInitDict, "Failed to construct 'PromiseRejectionEvent': parameter 2");
  }

  get promise() { return init(this).promise; }
  get reason() { return init(this).reason; }

  static {
    init = (event) => webidl.isObject(event) && #init in event ? event.#init : webidl.illegalInvocation();
  }
}

webidl.defineInterface(PromiseRejectionEvent);

exports.PromiseRejectionEvent = PromiseRejectionEvent;
