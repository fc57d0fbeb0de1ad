// SPDX-License-Identifier: Apache-2.0
// One stream read by two: https://streams.spec.whatwg.org/#abstract-opdef-readablestreamdefaulttee
"use strict";

const { ReadableState, ReaderState, cancel, read } = require("streams/readable_state");
const { DefaultControllerState } = require("streams/default_controller_state");
const { detachRecord } = require("webidl/webidl");
const { Deferred, queueMicrotask } = require("streams/promises");
const { PromisePrototypeThen } = primordials;

// What both kinds of tee keep: who lost interest, and the source's reader.
class TeeBase {
  constructor(stream) {
    this.stream = stream;
    this.reader = new ReaderState(stream, false);
    this.reading = false;
    this.canceled1 = false;
    this.canceled2 = false;
    this.reason1 = undefined;
    this.reason2 = undefined;
    this.cancelled = new Deferred(false);
    this.branch1 = null;
    this.branch2 = null;
  }

  cancel1(reason) {
    this.canceled1 = true;
    this.reason1 = reason;
    if (this.canceled2) this.cancelSource();
    return this.cancelled.get();
  }

  cancel2(reason) {
    this.canceled2 = true;
    this.reason2 = reason;
    if (this.canceled1) this.cancelSource();
    return this.cancelled.get();
  }

  cancelSource() {
    this.cancelled.resolve(cancel(this.stream, [this.reason1, this.reason2]));
  }

  finish() {
    if (!this.canceled1 || !this.canceled2) this.cancelled.resolve(undefined);
  }
}

detachRecord(TeeBase);

class DefaultTee extends TeeBase {
  constructor(stream) {
    super(stream);
    this.readAgain = false;
    this.branch1 = this.createBranch((reason) => this.cancel1(reason));
    this.branch2 = this.createBranch((reason) => this.cancel2(reason));
    PromisePrototypeThen(this.reader.closed.get(), undefined, (reason) => {
      this.branch1.controller.error(reason);
      this.branch2.controller.error(reason);
      this.finish();
    });
  }

  createBranch(cancelBranch) {
    const branch = new ReadableState();
    branch.expectedLength = this.stream.expectedLength;
    new DefaultControllerState(branch, () => this.pull(), cancelBranch, 1, null).start(undefined);
    return branch;
  }

  pull() {
    if (this.reading) {
      this.readAgain = true;
      return undefined;
    }
    this.reading = true;
    read(this.reader, this);
    return undefined;
  }

  // The tee is its own read request. A chunk is passed on a microtask later, so that an error that is already
  // known overtakes it.
  chunk(value) {
    queueMicrotask(() => {
      this.readAgain = false;
      if (!this.canceled1) this.branch1.controller.enqueue(value);
      if (!this.canceled2) this.branch2.controller.enqueue(value);
      this.reading = false;
      if (this.readAgain) this.pull();
    });
  }

  close() {
    this.reading = false;
    if (!this.canceled1) this.branch1.controller.close();
    if (!this.canceled2) this.branch2.controller.close();
    this.finish();
  }

  error() {
    this.reading = false;
  }
}

exports.TeeBase = TeeBase;
exports.DefaultTee = DefaultTee;
