// SPDX-License-Identifier: Apache-2.0
// ErrorEvent: https://html.spec.whatwg.org/#errorevent
"use strict";

const webidl = require("webidl/webidl");
const { Event } = require("dom/event");

const { any, DOMString, USVString, "unsigned long": unsignedLong } = webidl.converters;

const convertInit = webidl.dictionary("ErrorEventInit", [
  { key: "colno", converter: unsignedLong, defaultValue: () => 0 },
  { key: "error", converter: any },
  { key: "filename", converter: USVString, defaultValue: () => "" },
  { key: "lineno", converter: unsignedLong, defaultValue: () => 0 },
  { key: "message", converter: DOMString, defaultValue: () => "" },
]);

let init; // (event) => its ErrorEventInit
let isErrorEvent;

class ErrorEvent extends Event {
  #init;

  constructor(type, eventInitDict = undefined) {
    webidl.requiredArguments(arguments.length, 1, "Failed to construct 'ErrorEvent'");
    super(type, eventInitDict);
    this.#init = convertInit(eventInitDict, "Failed to construct 'ErrorEvent': parameter 2");
  }

  get message() { return init(this).message; }
  get filename() { return init(this).filename; }
  get lineno() { return init(this).lineno; }
  get colno() { return init(this).colno; }
  get error() { return init(this).error; }

  static {
    isErrorEvent = (event) => #init in event;
    init = (event) => webidl.isObject(event) && #init in event ? event.#init : webidl.illegalInvocation();
  }
}

webidl.defineInterface(ErrorEvent);

exports.ErrorEvent = ErrorEvent;
exports.isErrorEvent = isErrorEvent;
// Its attributes, whatever became of the getters.
exports.errorEventInit = init;
