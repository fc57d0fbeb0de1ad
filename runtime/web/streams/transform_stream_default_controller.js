// SPDX-License-Identifier: Apache-2.0
// TransformStreamDefaultController: https://streams.spec.whatwg.org/#ts-default-controller-class
"use strict";

const webidl = require("webidl/webidl");

let stateOf;

class TransformStreamDefaultController {
  #s;

  constructor(key = undefined, s = undefined) {
    if (key !== webidl.constructKey) webidl.illegalConstructor();
    this.#s = s;
  }

  get desiredSize() {
    return stateOf(this).desiredSize;
  }

  enqueue(chunk = undefined) {
    stateOf(this).enqueue(chunk);
  }

  error(reason = undefined) {
    stateOf(this).error(reason);
  }

  terminate() {
    stateOf(this).terminate();
  }

  static {
    stateOf = (controller) =>
      webidl.isObject(controller) && #s in controller ? controller.#s : webidl.illegalInvocation();
  }
}

webidl.defineInterface(TransformStreamDefaultController);

exports.TransformStreamDefaultController = TransformStreamDefaultController;
// The public object of a TransformState.
exports.transformControllerOf = (s) =>
  s.object ??= new TransformStreamDefaultController(webidl.constructKey, s);
