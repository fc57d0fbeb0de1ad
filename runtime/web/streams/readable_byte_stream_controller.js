// SPDX-License-Identifier: Apache-2.0
// ReadableByteStreamController: https://streams.spec.whatwg.org/#rbs-controller-class
"use strict";

const webidl = require("webidl/webidl");
const { byobRequestOf } = require("streams/readable_stream_byob_request");
const { bufferOf, byteLengthOf } = require("streams/buffers");
const { ArrayBufferPrototypeGetByteLength, TypeError } = primordials;

const convertView = webidl.converters.ArrayBufferView;

let stateOf;

class ReadableByteStreamController {
  #s;

  constructor(key = undefined, s = undefined) {
    if (key !== webidl.constructKey) webidl.illegalConstructor();
    this.#s = s;
  }

  get byobRequest() {
    const request = stateOf(this).getByobRequest();
    return request === null ? null : byobRequestOf(request);
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

  enqueue(chunk) {
    const s = stateOf(this);
    const context = "Failed to execute 'enqueue' on 'ReadableByteStreamController'";
    webidl.requiredArguments(arguments.length, 1, context);
    convertView(chunk, `${context}: parameter 1`);
    if (byteLengthOf(chunk) === 0) {
      throw new TypeError(`${context}: the chunk is empty or its buffer is detached.`);
    }
    if (ArrayBufferPrototypeGetByteLength(bufferOf(chunk)) === 0) {
      throw new TypeError(`${context}: the chunk's buffer is empty.`);
    }
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

webidl.defineInterface(ReadableByteStreamController);

exports.ReadableByteStreamController = ReadableByteStreamController;
// The public object of a ByteControllerState.
exports.byteControllerOf = (s) => s.object ??= new ReadableByteStreamController(webidl.constructKey, s);
