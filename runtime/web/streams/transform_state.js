// SPDX-License-Identifier: Apache-2.0
// What is behind a TransformStream and its controller: https://streams.spec.whatwg.org/#ts-abstract-ops
"use strict";

const readable = require("streams/readable_state");
const writable = require("streams/writable_state");
const { DefaultControllerState } = require("streams/default_controller_state");
const { WritableControllerState } = require("streams/writable_controller_state");
const { detachRecord } = require("webidl/webidl");
const { Deferred, settleWith, uponAlgorithm } = require("streams/promises");
const { Promise, PromisePrototypeThen, TypeError } = primordials;

const kNone = { __proto__: null };

class TransformState {
  constructor() {
    this.readable = new readable.ReadableState();
    this.writable = new writable.WritableState();
    this.backpressure = true;
    this.backpressureChange = new Deferred(true);
    this.algorithms = null; // { transform?(chunk, state), flush?(state), cancel?(reason) }
    this.finished = null; // Deferred of the first of close, abort and cancel
    this.object = null; // the public controller
    this.readableObject = null;
    this.writableObject = null;
  }

  // startPromise: undefined or a promise; algorithms give undefined or a promise.
  setUp(startPromise, algorithms, writableMark, writableSize, readableMark, readableSize) {
    this.algorithms = algorithms;
    new WritableControllerState(this.writable, {
      write: (chunk) => this.sinkWrite(chunk),
      close: () => this.sinkClose(),
      abort: (reason) => this.sinkAbort(reason),
    }, writableMark, writableSize).start(startPromise);
    new DefaultControllerState(this.readable, () => this.sourcePull(), (reason) => this.sourceCancel(reason),
      readableMark, readableSize).start(startPromise);
  }

  setBackpressure(backpressure) {
    this.backpressureChange.resolve(undefined);
    this.backpressureChange = new Deferred(true);
    this.backpressure = backpressure;
  }

  unblockWrite() {
    if (this.backpressure) this.setBackpressure(false);
  }

  errorWritableAndUnblock(reason) {
    this.algorithms = null;
    this.writable.controller.errorIfNeeded(reason);
    this.unblockWrite();
  }

  error(reason) {
    this.readable.controller.error(reason);
    this.errorWritableAndUnblock(reason);
  }

  // ------------------------------------------------------------------------------- the controller's side

  get desiredSize() {
    return this.readable.controller.desiredSize;
  }

  enqueue(chunk) {
    const { controller } = this.readable;
    if (!controller.canCloseOrEnqueue) {
      throw new TypeError("A chunk cannot be enqueued: the readable side is closed, closing or errored.");
    }
    try {
      controller.enqueue(chunk);
    } catch (reason) {
      this.errorWritableAndUnblock(reason);
      throw this.readable.storedError;
    }
    const backpressure = !controller.shouldPull;
    if (backpressure !== this.backpressure) this.setBackpressure(true);
  }

  terminate() {
    this.readable.controller.close();
    this.errorWritableAndUnblock(new TypeError("The TransformStream was terminated."));
  }

  // ------------------------------------------------------------------------------- the writable side's sink

  performTransform(chunk) {
    const result = this.algorithms.transform(chunk, this);
    if (result === undefined) return undefined;
    return PromisePrototypeThen(result, undefined, (reason) => {
      this.error(reason);
      throw reason;
    });
  }

  sinkWrite(chunk) {
    if (!this.backpressure) return this.performTransform(chunk);
    return new Promise((resolve, reject) => {
      PromisePrototypeThen(this.backpressureChange.get(), () => {
        if (this.writable.status === writable.ERRORING) {
          reject(this.writable.storedError);
          return;
        }
        const transformed = this.performTransform(chunk);
        if (transformed === undefined) resolve(undefined);
        else settleWith(transformed, resolve, reject);
      });
    });
  }

  // Runs flush or cancel once, whatever ends the stream first. `settle(failed, reason)` then closes or errors
  // the other side; it throws what the promise shall be rejected with.
  finish(result, settle) {
    const finished = this.finished = new Deferred(false);
    this.algorithms = null;
    uponAlgorithm(result(), () => {
      try {
        settle(false, undefined);
        finished.resolve(undefined);
      } catch (reason) {
        finished.reject(reason);
      }
    }, (reason) => {
      settle(true, reason);
      finished.reject(reason);
    });
    return finished.get();
  }

  sinkAbort(reason) {
    if (this.finished !== null) return this.finished.get();
    const { cancel } = this.algorithms ?? kNone;
    return this.finish(() => cancel?.(reason), (failed, failure) => {
      if (failed) {
        this.readable.controller.error(failure);
      } else {
        if (this.readable.status === readable.ERRORED) throw this.readable.storedError;
        this.readable.controller.error(reason);
      }
    });
  }

  sinkClose() {
    if (this.finished !== null) return this.finished.get();
    const { flush } = this.algorithms ?? kNone;
    return this.finish(() => flush?.(this), (failed, failure) => {
      if (failed) {
        this.readable.controller.error(failure);
      } else {
        if (this.readable.status === readable.ERRORED) throw this.readable.storedError;
        this.readable.controller.close();
      }
    });
  }

  // ----------------------------------------------------------- the readable side's source

  sourcePull() {
    this.setBackpressure(false);
    return this.backpressureChange.get();
  }

  sourceCancel(reason) {
    if (this.finished !== null) return this.finished.get();
    const { cancel } = this.algorithms ?? kNone;
    return this.finish(() => cancel?.(reason), (failed, failure) => {
      if (!failed && this.writable.status === writable.ERRORED) throw this.writable.storedError;
      this.writable.controller.errorIfNeeded(failed ? failure : reason);
      this.unblockWrite();
    });
  }
}

detachRecord(TransformState);

exports.TransformState = TransformState;
