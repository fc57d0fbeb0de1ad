// SPDX-License-Identifier: Apache-2.0
// FetchEvent: what a worker in the service-worker form gets from addEventListener("fetch", ...).
// https://developers.cloudflare.com/workers/runtime-apis/handlers/fetch/#syntax-service-worker
"use strict";

const webidl = require("webidl/webidl");
const { Event } = require("dom/event");
const { DOMException } = require("dom/dom_exception");
const { waitUntil } = require("worker/execution_context");
const { PromiseResolve } = primordials;

class ExtendableEvent extends Event {
  #slot = 0;

  constructor(type, init = undefined, key = undefined, slot = 0) {
    super(type, init);
    if (key === webidl.constructKey) this.#slot = slot;
  }

  waitUntil(promise) {
    if (!webidl.isObject(this) || !(#slot in this)) webidl.illegalInvocation();
    webidl.requiredArguments(arguments.length, 1, "Failed to execute 'waitUntil' on 'ExtendableEvent'");
    if (this.#slot === 0) { // a script made it
      throw new DOMException("Failed to execute 'waitUntil' on 'ExtendableEvent': no request waits for this event.",
        "InvalidStateError");
    }
    waitUntil(this.#slot, promise);
  }
}
webidl.defineInterface(ExtendableEvent);

let stateOf;

class FetchEvent extends ExtendableEvent {
  #request;
  #answer = undefined; // the promise that respondWith was given
  #isOpen = true; // respondWith may be called: the event is being dispatched
  #passThrough = false;

  constructor(key = undefined, slot = 0, request = undefined) {
    if (key !== webidl.constructKey) webidl.illegalConstructor();
    super("fetch", { __proto__: null, cancelable: true }, key, slot);
    this.#request = request;
  }

  get request() {
    if (!webidl.isObject(this) || !(#request in this)) webidl.illegalInvocation();
    return this.#request;
  }

  respondWith(response) {
    if (!webidl.isObject(this) || !(#request in this)) webidl.illegalInvocation();
    webidl.requiredArguments(arguments.length, 1, "Failed to execute 'respondWith' on 'FetchEvent'");
    if (!this.#isOpen) {
      throw new DOMException("FetchEvent.respondWith() must be called while the event is being dispatched: " +
        "call it at once with a promise, not after an await.", "InvalidStateError");
    }
    if (this.#answer !== undefined) {
      throw new DOMException("FetchEvent.respondWith() has already been called; it can only be called once.",
        "InvalidStateError");
    }
    this.#answer = PromiseResolve(response);
    this.stopImmediatePropagation();
  }

  passThroughOnException() {
    if (!webidl.isObject(this) || !(#request in this)) webidl.illegalInvocation();
    this.#passThrough = true;
  }

  static {
    stateOf = {
      __proto__: null,
      close: (event) => {
        event.#isOpen = false;
        return event.#answer;
      },
      passesThrough: (event) => event.#passThrough,
    };
  }
}
webidl.defineInterface(FetchEvent);

exports.ExtendableEvent = ExtendableEvent;
exports.FetchEvent = FetchEvent;
exports.createFetchEvent = (slot, request) => new FetchEvent(webidl.constructKey, slot, request);
// The end of dispatch: gives the promise that respondWith got, or undefined.
exports.closeFetchEvent = stateOf.close;
exports.eventPassesThrough = stateOf.passesThrough;
