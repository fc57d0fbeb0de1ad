// SPDX-License-Identifier: Apache-2.0
// CustomEvent: https://dom.spec.whatwg.org/#interface-customevent
"use strict";

const webidl = require("webidl/webidl");
const { Event, eventState } = require("dom/event");

const convertInit = webidl.dictionary("CustomEventInit", [
  { key: "detail", converter: webidl.converters.any, defaultValue: () => null },
]);

class CustomEvent extends Event {
  #detail;

  constructor(type, eventInitDict = undefined) {
    webidl.requiredArguments(arguments.length, 1, "Failed to construct 'CustomEvent'");
    super(type, eventInitDict);
    this.#detail = convertInit(eventInitDict, "Failed to construct 'CustomEvent': parameter 2").detail;
  }

  get detail() {
    return webidl.isObject(this) && #detail in this ? this.#detail : webidl.illegalInvocation();
  }

  initCustomEvent(type, bubbles = false, cancelable = false, detail = null) {
    if (!webidl.isObject(this) || !(#detail in this)) webidl.illegalInvocation();
    webidl.requiredArguments(arguments.length, 1, "Failed to execute 'initCustomEvent' on 'CustomEvent'");
    const { dispatching } = eventState(this);
    initEvent(this, type, bubbles, cancelable);
    if (!dispatching) this.#detail = detail;
  }
}

const initEvent = primordials.uncurryThis(Event.prototype.initEvent);

webidl.defineInterface(CustomEvent);

exports.CustomEvent = CustomEvent;
