// SPDX-License-Identifier: Apache-2.0
// AbortController: https://dom.spec.whatwg.org/#interface-abortcontroller. Its signal is made when it is
// asked for.
"use strict";

const webidl = require("webidl/webidl");
const { createAbortSignal, signalAbort } = require("dom/abort_signal");

let signalOf;

class AbortController {
  #signal = null;

  get signal() {
    return signalOf(this);
  }

  abort(reason = undefined) {
    signalAbort(signalOf(this), reason);
  }

  static {
    signalOf = (controller) =>
      webidl.isObject(controller) && #signal in controller ? controller.#signal ??= createAbortSignal()
        : webidl.illegalInvocation();
  }
}

webidl.defineInterface(AbortController);

exports.AbortController = AbortController;
