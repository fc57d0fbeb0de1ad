// SPDX-License-Identifier: Apache-2.0
// WritableStreamDefaultWriter: https://streams.spec.whatwg.org/#default-writer-class
"use strict";

const webidl = require("webidl/webidl");
const writable = require("streams/writable_state");
const { illegalInvocation } = require("streams/promises");
const { PromiseReject, PromiseResolve, TypeError } = primordials;

let isWriter;

function released(what) {
  return new TypeError(
    `Failed to execute '${what}' on 'WritableStreamDefaultWriter': the writer was released.`);
}

class WritableStreamDefaultWriter {
  #s;

  constructor(stream) {
    webidl.requiredArguments(arguments.length, 1, "Failed to construct 'WritableStreamDefaultWriter'");
    if (!writable.brand.isWritableStream(stream)) {
      webidl.fail(
        "Failed to construct 'WritableStreamDefaultWriter': parameter 1", "is not of type 'WritableStream'.");
    }
    this.#s = new writable.WriterState(writable.brand.stateOf(stream));
  }

  get closed() {
    return isWriter(this) ? this.#s.closed.get() : illegalInvocation();
  }

  get desiredSize() {
    if (!isWriter(this)) webidl.illegalInvocation();
    const { stream } = this.#s;
    if (stream === null) throw released("desiredSize");
    return writable.desiredSize(stream);
  }

  get ready() {
    return isWriter(this) ? this.#s.ready.get() : illegalInvocation();
  }

  abort(reason = undefined) {
    if (!isWriter(this)) return illegalInvocation();
    const { stream } = this.#s;
    if (stream === null) return PromiseReject(released("abort"));
    return writable.abort(stream, reason) ?? PromiseResolve(undefined);
  }

  close() {
    if (!isWriter(this)) return illegalInvocation();
    const { stream } = this.#s;
    if (stream === null) return PromiseReject(released("close"));
    return writable.tryClose(stream, "'close' on 'WritableStreamDefaultWriter'").get();
  }

  releaseLock() {
    if (!isWriter(this)) webidl.illegalInvocation();
    if (this.#s.stream !== null) writable.release(this.#s);
  }

  write(chunk = undefined) {
    if (!isWriter(this)) return illegalInvocation();
    if (this.#s.stream === null) return PromiseReject(released("write"));
    return writable.write(this.#s, chunk).get();
  }

  static {
    isWriter = (V) => webidl.isObject(V) && #s in V;
  }
}

webidl.defineInterface(WritableStreamDefaultWriter);

exports.WritableStreamDefaultWriter = WritableStreamDefaultWriter;
