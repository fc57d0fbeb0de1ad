// SPDX-License-Identifier: Apache-2.0
// ReadableStreamDefaultReader: https://streams.spec.whatwg.org/#default-reader-class
"use strict";

const webidl = require("webidl/webidl");
const { READABLE, CLOSED, ReaderState, brand, cancel, release } = require("streams/readable_state");
const { DefaultReadRequest } = require("streams/read_request");
const { illegalInvocation } = require("streams/promises");
const { PromiseReject, PromiseResolve, TypeError } = primordials;

let isReader;

function released(method) {
  return PromiseReject(new TypeError(`Failed to execute '${method}' on 'ReadableStreamDefaultReader': ` +
    "the reader was released."));
}

class ReadableStreamDefaultReader {
  #s;

  constructor(stream) {
    webidl.requiredArguments(arguments.length, 1, "Failed to construct 'ReadableStreamDefaultReader'");
    if (!brand.isReadableStream(stream)) {
      webidl.fail(
        "Failed to construct 'ReadableStreamDefaultReader': parameter 1", "is not of type 'ReadableStream'.");
    }
    this.#s = new ReaderState(brand.stateOf(stream), false);
  }

  get closed() {
    return isReader(this) ? this.#s.closed.get() : illegalInvocation();
  }

  cancel(reason = undefined) {
    if (!isReader(this)) return illegalInvocation();
    const { stream } = this.#s;
    if (stream === null) return released("cancel");
    return cancel(stream, reason) ?? PromiseResolve(undefined);
  }

  // A chunk that is there already is handed out without a read request.
  read() {
    if (!isReader(this)) return illegalInvocation();
    const s = this.#s;
    const { stream } = s;
    if (stream === null) return released("read");
    stream.disturbed = true;
    if (stream.status === READABLE) {
      const { controller } = stream;
      if (controller.hasChunk) return PromiseResolve({ value: controller.takeChunk(), done: false });
      const request = new DefaultReadRequest();
      controller.pullSteps(request);
      return request.promise;
    }
    if (stream.status === CLOSED) return PromiseResolve({ value: undefined, done: true });
    return PromiseReject(stream.storedError);
  }

  releaseLock() {
    if (!isReader(this)) webidl.illegalInvocation();
    if (this.#s.stream !== null) release(this.#s);
  }

  static {
    isReader = (V) => webidl.isObject(V) && #s in V;
  }
}

webidl.defineInterface(ReadableStreamDefaultReader);

exports.ReadableStreamDefaultReader = ReadableStreamDefaultReader;
