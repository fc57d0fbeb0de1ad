// SPDX-License-Identifier: Apache-2.0
// ReadableStreamDefaultController: https://streams.spec.whatwg.org/#rs-default-controller-class
"use strict";

const webidl = require("webidl/webidl");
const { TypeError } = primordials;

let stateOf;

class ReadableStreamDefaultController {
  #s;

  constructor(key = undefined, s = undefined) {
    if (key !== webidl.constructKey) webidl.illegalConstructor();
    this.#s = s;
  }

  get desiredSize() {
    return stateOf(this).desiredSize;
  }

  close() {
    const s = stateOf(this);
    if (!s.canCloseOrEnqueue) {
      throw new TypeError("The stream cannot be closed: it is closed, closing or errored.");
    }
    s.close();
  }

  enqueue(chunk = undefined) {
    const s = stateOf(this);
    if (!s.canCloseOrEnqueue) {
      throw new TypeError("A chunk cannot be enqueued: the stream is closed, closing or errored.");
    }
    s.enqueue(chunk);
  }

  error(reason = undefined) {
    stateOf(this).error(reason);
  }

  static {
    stateOf = (controller) =>
      webidl.isObject(controller) && #s in controller ? controller.#s : webidl.illegalInvocation();
  }
}

webidl.defineInterface(ReadableStreamDefaultController);

exports.ReadableStreamDefaultController = ReadableStreamDefaultController;
// The public object of a DefaultControllerState.
exports.defaultControllerOf = (s) => s.object ??= new ReadableStreamDefaultController(webidl.constructKey, s);
