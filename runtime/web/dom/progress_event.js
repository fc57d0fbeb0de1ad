// SPDX-License-Identifier: Apache-2.0
// ProgressEvent: https://xhr.spec.whatwg.org/#interface-progressevent
"use strict";

const webidl = require("webidl/webidl");
const { dispatch } = require("dom/event_target");
const { Event, trusted } = require("dom/event");
const { boolean, double } = webidl.converters;

const convertInit = webidl.dictionary("ProgressEventInit", [
  { key: "lengthComputable", converter: boolean, defaultValue: () => false },
  { key: "loaded", converter: double, defaultValue: () => 0 },
  { key: "total", converter: double, defaultValue: () => 0 },
]);

let init; // (event) => its ProgressEventInit

class ProgressEvent extends Event {
  #init;

  constructor(type, eventInitDict = undefined) {
    webidl.requiredArguments(arguments.length, 1, "Failed to construct 'ProgressEvent'");
    super(type, eventInitDict);
    this.#init = convertInit(eventInitDict, "Failed to construct 'ProgressEvent': parameter 2");
  }

  get lengthComputable() { return init(this).lengthComputable; }
  get loaded() { return init(this).loaded; }
  get total() { return init(this).total; }

  static {
    init = (event) => webidl.isObject(event) && #init in event ? event.#init : webidl.illegalInvocation();
  }
}

webidl.defineInterface(ProgressEvent);

exports.ProgressEvent = ProgressEvent;
// https://xhr.spec.whatwg.org/#concept-event-fire-progress
exports.fireProgressEvent = (target, type, loaded, total) => {
  const event = new ProgressEvent(type, { __proto__: null, lengthComputable: total !== 0, loaded, total });
  dispatch(target, trusted(event));
};
