// SPDX-License-Identifier: Apache-2.0
// What is behind a WritableStreamDefaultController:
// https://streams.spec.whatwg.org/#ws-default-controller-abstract-ops
"use strict";

const writable = require("streams/writable_state");
const { SizedQueue } = require("streams/queue");
const { detachRecord } = require("webidl/webidl");
const { uponAlgorithm } = require("streams/promises");
const { createAbortSignal, signalAbort } = require("dom/abort_signal");

const { WRITABLE, ERRORING } = writable;

// The queue's mark for "close after what is before".
const closeSentinel = { __proto__: null };

class WritableControllerState {
  // algorithms: { write(chunk), close(), abort(reason) }, each undefined-able and giving undefined or a
  // promise.
  constructor(stream, algorithms, highWaterMark, size) {
    this.stream = stream;
    this.queue = new SizedQueue();
    this.started = false;
    this.algorithms = algorithms;
    this.highWaterMark = highWaterMark;
    this.size = size; // null: every chunk counts 1
    this.signal = null; // made when somebody asks
    this.isAborted = false;
    this.abortReason = undefined;
    this.object = null; // the public controller, when a script has seen it
    this.onWritten = null;
    this.onWriteFailed = null;
    stream.controller = this;
    writable.updateBackpressure(stream, this.hasBackpressure);
  }

  start(startResult) {
    const { stream } = this;
    uponAlgorithm(startResult, () => {
      this.started = true;
      this.advanceQueue();
    }, (reason) => {
      this.started = true;
      writable.dealWithRejection(stream, reason);
    });
  }

  get desiredSize() {
    return this.highWaterMark - this.queue.totalSize;
  }

  get hasBackpressure() {
    return this.desiredSize <= 0;
  }

  getSignal() {
    if (this.signal === null) {
      this.signal = createAbortSignal();
      if (this.isAborted) signalAbort(this.signal, this.abortReason);
    }
    return this.signal;
  }

  signalAbort(reason) {
    if (this.isAborted) return;
    this.isAborted = true;
    this.abortReason = reason;
    if (this.signal !== null) signalAbort(this.signal, reason);
  }

  clearAlgorithms() {
    this.algorithms = null;
    this.size = null;
  }

  error(reason) {
    this.clearAlgorithms();
    writable.startErroring(this.stream, reason);
  }

  errorIfNeeded(reason) {
    if (this.stream.status === WRITABLE) this.error(reason);
  }

  sizeOf(chunk) {
    if (this.size === null) return 1;
    try {
      return this.size(chunk);
    } catch (reason) {
      this.errorIfNeeded(reason);
      return 1;
    }
  }

  write(chunk, size) {
    const { stream } = this;
    try {
      this.queue.enqueue(chunk, size);
    } catch (reason) {
      this.errorIfNeeded(reason);
      return;
    }
    if (!stream.isClosing && stream.status === WRITABLE) {
      writable.updateBackpressure(stream, this.hasBackpressure);
    }
    this.advanceQueue();
  }

  close() {
    this.queue.enqueue(closeSentinel, 0);
    this.advanceQueue();
  }

  advanceQueue() {
    const { stream } = this;
    if (!this.started || stream.inFlightWrite !== null) return;
    if (stream.status === ERRORING) {
      writable.finishErroring(stream);
      return;
    }
    if (this.queue.isEmpty) return;
    const chunk = this.queue.peek();
    if (chunk === closeSentinel) this.processClose();
    else this.processWrite(chunk);
  }

  processClose() {
    const { stream } = this;
    stream.inFlightClose = stream.closeRequest;
    stream.closeRequest = null;
    this.queue.dequeue();
    const result = this.algorithms.close?.();
    this.clearAlgorithms();
    uponAlgorithm(result, () => writable.finishInFlightClose(stream),
      (reason) => writable.finishInFlightCloseWithError(stream, reason));
  }

  processWrite(chunk) {
    const { stream } = this;
    stream.inFlightWrite = stream.writeRequests.shift();
    if (this.onWritten === null) {
      this.onWritten = () => {
        writable.finishInFlightWrite(stream);
        this.queue.dequeue();
        if (!stream.isClosing && stream.status === WRITABLE) {
          writable.updateBackpressure(stream, this.hasBackpressure);
        }
        this.advanceQueue();
      };
      this.onWriteFailed = (reason) => {
        if (stream.status === WRITABLE) this.clearAlgorithms();
        writable.finishInFlightWriteWithError(stream, reason);
      };
    }
    uponAlgorithm(this.algorithms.write?.(chunk), this.onWritten, this.onWriteFailed);
  }

  abortSteps(reason) {
    const result = this.algorithms?.abort?.(reason);
    this.clearAlgorithms();
    return result;
  }

  errorSteps() {
    this.queue.clear();
  }
}

detachRecord(WritableControllerState);

exports.WritableControllerState = WritableControllerState;
