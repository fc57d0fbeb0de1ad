// SPDX-License-Identifier: Apache-2.0
// What is behind Workers' IdentityTransformStream and FixedLengthStream: bytes go through as they are, and a
// write is done when a reader took it.
// https://developers.cloudflare.com/workers/runtime-apis/streams/transformstream/
"use strict";

const webidl = require("webidl/webidl");
const { ReadableState } = require("streams/readable_state");
const { WritableState } = require("streams/writable_state");
const { ByteControllerState } = require("streams/byte_controller_state");
const { WritableControllerState } = require("streams/writable_controller_state");
const { Deferred } = require("streams/promises");
const { copyBufferSource } = require("streams/buffers");
const { addAbortAlgorithm } = require("dom/abort_signal");
const { PromiseReject, TypeError, TypedArrayPrototypeGetByteLength } = primordials;

const sharedToo = { __proto__: null, allowShared: true };
const context = "Failed to write to a stream of bytes: the chunk";

class IdentityState {
  // expectedLength: bytes that must be written, or -1. size: null counts every chunk 1.
  constructor(expectedLength, highWaterMark, size) {
    this.readable = new ReadableState();
    this.readable.expectedLength = expectedLength;
    this.writable = new WritableState();
    this.readableObject = null;
    this.writableObject = null;
    this.expectedLength = expectedLength;
    this.written = 0;
    this.wanted = false; // a reader waits
    this.waitingBytes = null; // a write that waits for a reader, and its promise
    this.waitingWrite = null;
    this.listensToAbort = false;
    const source = new ByteControllerState(
      this.readable, () => this.pull(), (reason) => this.cancel(reason), 0, 0);
    source.started = true;
    new WritableControllerState(this.writable, {
      write: (chunk) => this.write(chunk),
      close: () => this.close(),
      abort: (reason) => this.readable.controller.error(reason),
    }, highWaterMark, size).start(undefined);
  }

  pull() {
    if (this.waitingBytes === null) {
      this.wanted = true;
      return undefined;
    }
    const { waitingBytes, waitingWrite } = this;
    this.waitingBytes = this.waitingWrite = null;
    this.readable.controller.enqueueOwned(waitingBytes);
    waitingWrite.resolve(undefined);
    return undefined;
  }

  write(chunk) {
    let bytes;
    try {
      bytes = copyBufferSource(webidl.converters.BufferSource(chunk, context, sharedToo));
    } catch (error) {
      return this.fail(error);
    }
    const length = TypedArrayPrototypeGetByteLength(bytes);
    if (length === 0) return undefined;
    this.written += length;
    if (this.expectedLength >= 0 && this.written > this.expectedLength) {
      return this.fail(new TypeError(
        `A FixedLengthStream of ${this.expectedLength} bytes was given ${this.written}: that is too many.`));
    }
    if (this.wanted) {
      this.wanted = false;
      this.readable.controller.enqueueOwned(bytes);
      return undefined;
    }
    this.waitingBytes = bytes;
    this.waitingWrite = new Deferred(false);
    this.listenToAbort();
    return this.waitingWrite.get();
  }

  // An abort must not wait for the reader that a write waits for.
  listenToAbort() {
    if (this.listensToAbort) return;
    this.listensToAbort = true;
    addAbortAlgorithm(this.writable.controller.getSignal(), (reason) => this.rejectWaiting(reason));
  }

  rejectWaiting(reason) {
    const { waitingWrite } = this;
    this.waitingBytes = this.waitingWrite = null;
    if (waitingWrite !== null) waitingWrite.reject(reason);
  }

  close() {
    if (this.written < this.expectedLength) {
      return this.fail(new TypeError(
        `A FixedLengthStream of ${this.expectedLength} bytes was closed after ${this.written}: too few.`));
    }
    const { controller } = this.readable;
    try {
      controller.close();
    } catch (error) {
      return PromiseReject(error);
    }
    if (controller.pendingPullIntos.length > 0) controller.respond(0);
    return undefined;
  }

  cancel(reason) {
    this.writable.controller.errorIfNeeded(reason);
    this.rejectWaiting(reason);
    return undefined;
  }

  fail(error) {
    this.readable.controller.error(error);
    return PromiseReject(error);
  }
}

webidl.detachRecord(IdentityState);

exports.IdentityState = IdentityState;
