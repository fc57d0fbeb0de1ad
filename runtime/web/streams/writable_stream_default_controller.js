// SPDX-License-Identifier: Apache-2.0
// WritableStreamDefaultController: https://streams.spec.whatwg.org/#ws-default-controller-class
"use strict";

const webidl = require("webidl/webidl");

let stateOf;

class WritableStreamDefaultController {
  #s;

  constructor(key = undefined, s = undefined) {
    if (key !== webidl.constructKey) webidl.illegalConstructor();
    this.#s = s;
  }

  get signal() {
    return stateOf(this).getSignal();
  }

  error(reason = undefined) {
    stateOf(this).errorIfNeeded(reason);
  }

  static {
    stateOf = (controller) =>
      webidl.isObject(controller) && #s in controller ? controller.#s : webidl.illegalInvocation();
  }
}

webidl.defineInterface(WritableStreamDefaultController);

exports.WritableStreamDefaultController = WritableStreamDefaultController;
// The public object of a WritableControllerState.
exports.writableControllerOf = (s) =>
  s.object ??= new WritableStreamDefaultController(webidl.constructKey, s);
