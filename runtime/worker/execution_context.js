// SPDX-License-Identifier: Apache-2.0
// ExecutionContext: the `ctx` of a handler. https://developers.cloudflare.com/workers/runtime-apis/context/
"use strict";

const webidl = require("webidl/webidl");
const { reportException } = require("html/report_error");
const { ArrayPrototypePush, PromisePrototypeThen, PromiseResolve } = primordials;

// Keeps the request's slot alive until the promise is settled; a rejection is logged.
function waitUntil(slot, promise) {
  ops.waitBegin(slot);
  PromisePrototypeThen(PromiseResolve(promise), () => ops.waitEnd(slot), (error) => {
    reportException(error);
    ops.waitEnd(slot);
  });
}

// Who collects them looks at how they end.
function collect(promises, promise) {
  const given = PromiseResolve(promise);
  PromisePrototypeThen(given, undefined, () => {});
  ArrayPrototypePush(promises, given);
}

let passesThrough;

class ExecutionContext {
  #slot;
  #passThrough = false;
  #props = undefined;
  #promises = undefined; // of a test's own context: what waitUntil() was given

  constructor(key = undefined, slot = 0, promises = undefined) {
    if (key !== webidl.constructKey) webidl.illegalConstructor();
    this.#slot = slot;
    this.#promises = promises;
  }

  get props() {
    if (!webidl.isObject(this) || !(#slot in this)) webidl.illegalInvocation();
    return this.#props ??= {};
  }

  waitUntil(promise) {
    if (!webidl.isObject(this) || !(#slot in this)) webidl.illegalInvocation();
    webidl.requiredArguments(arguments.length, 1, "Failed to execute 'waitUntil' on 'ExecutionContext'");
    if (this.#promises === undefined) waitUntil(this.#slot, promise);
    else collect(this.#promises, promise);
  }

  passThroughOnException() {
    if (!webidl.isObject(this) || !(#slot in this)) webidl.illegalInvocation();
    this.#passThrough = true;
  }

  static {
    passesThrough = (context) => context.#passThrough;
  }
}
webidl.defineInterface(ExecutionContext);

exports.ExecutionContext = ExecutionContext;
exports.createContext = (slot) => new ExecutionContext(webidl.constructKey, slot);
// For tests: one that puts what waitUntil() is given into an array.
exports.createCollectingContext = (promises) => new ExecutionContext(webidl.constructKey, 0, promises);
exports.passesThrough = passesThrough;
exports.waitUntil = waitUntil;
