// SPDX-License-Identifier: Apache-2.0
// What is behind a ReadableStreamDefaultController:
// https://streams.spec.whatwg.org/#rs-default-controller-abstract-ops
"use strict";

const { READABLE, CLOSED, ERRORED, close, error, hasReadRequests } = require("streams/readable_state");
const { SizedQueue } = require("streams/queue");
const { detachRecord } = require("webidl/webidl");
const { uponAlgorithm } = require("streams/promises");

class DefaultControllerState {
  // pull(controller) and cancel(reason) give undefined or a promise; null: nothing to do. size: null counts
  // 1.
  constructor(stream, pull, cancel, highWaterMark, size) {
    this.stream = stream;
    this.queue = new SizedQueue();
    this.started = false;
    this.closeRequested = false;
    this.pulling = false;
    this.pullAgain = false;
    this.highWaterMark = highWaterMark;
    this.size = size;
    this.pull = pull;
    this.cancel = cancel;
    this.object = null; // the public controller, when a script has seen it
    this.onPulled = null;
    this.onPullFailed = null;
    stream.controller = this;
  }

  // startResult: undefined or a promise.
  start(startResult) {
    uponAlgorithm(startResult, () => {
      this.started = true;
      this.pullIfNeeded();
    }, (reason) => this.error(reason));
  }

  get hasChunk() {
    return !this.queue.isEmpty;
  }

  get canCloseOrEnqueue() {
    return !this.closeRequested && this.stream.status === READABLE;
  }

  get desiredSize() {
    const { status } = this.stream;
    if (status === ERRORED) return null;
    return status === CLOSED ? 0 : this.highWaterMark - this.queue.totalSize;
  }

  get shouldPull() {
    return this.canCloseOrEnqueue && this.started &&
      (hasReadRequests(this.stream) || this.highWaterMark - this.queue.totalSize > 0);
  }

  pullIfNeeded() {
    if (this.pull === null || !this.shouldPull) return;
    if (this.pulling) {
      this.pullAgain = true;
      return;
    }
    this.pulling = true;
    if (this.onPulled === null) {
      this.onPulled = () => {
        this.pulling = false;
        if (!this.pullAgain) return;
        this.pullAgain = false;
        this.pullIfNeeded();
      };
      this.onPullFailed = (reason) => this.error(reason);
    }
    uponAlgorithm(this.pull(this), this.onPulled, this.onPullFailed);
  }

  clearAlgorithms() {
    this.pull = null;
    this.cancel = null;
    this.size = null;
  }

  close() {
    if (!this.canCloseOrEnqueue) return;
    this.closeRequested = true;
    if (!this.queue.isEmpty) return;
    this.clearAlgorithms();
    close(this.stream);
  }

  enqueue(chunk) {
    if (!this.canCloseOrEnqueue) return;
    if (hasReadRequests(this.stream)) {
      this.stream.reader.requests.shift().chunk(chunk);
    } else {
      try {
        this.queue.enqueue(chunk, this.size === null ? 1 : this.size(chunk));
      } catch (reason) {
        this.error(reason);
        throw reason;
      }
    }
    this.pullIfNeeded();
  }

  error(reason) {
    if (this.stream.status !== READABLE) return;
    this.queue.clear();
    this.clearAlgorithms();
    error(this.stream, reason);
  }

  // The chunk at the front; hasChunk must be true.
  takeChunk() {
    const chunk = this.queue.dequeue();
    if (this.closeRequested && this.queue.isEmpty) {
      this.clearAlgorithms();
      close(this.stream);
    } else {
      this.pullIfNeeded();
    }
    return chunk;
  }

  pullSteps(readRequest) {
    if (this.hasChunk) {
      readRequest.chunk(this.takeChunk());
      return;
    }
    this.stream.reader.requests.push(readRequest);
    this.pullIfNeeded();
  }

  cancelSteps(reason) {
    this.queue.clear();
    const { cancel } = this;
    const result = cancel === null ? undefined : cancel(reason);
    this.clearAlgorithms();
    return result;
  }

  releaseSteps() {}
}

detachRecord(DefaultControllerState);

exports.DefaultControllerState = DefaultControllerState;
