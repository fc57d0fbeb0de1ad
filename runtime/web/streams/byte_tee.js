// SPDX-License-Identifier: Apache-2.0
// One byte stream read by two, each with readers of any kind:
// https://streams.spec.whatwg.org/#abstract-opdef-readablebytestreamtee
"use strict";

const { ReadableState, ReaderState, cancel, read, readInto, release } = require("streams/readable_state");
const { ByteControllerState } = require("streams/byte_controller_state");
const { TeeBase } = require("streams/tee");
const { copyView } = require("streams/buffers");
const { detachRecord } = require("webidl/webidl");
const { queueMicrotask } = require("streams/promises");
const { PromisePrototypeThen } = primordials;

// Fills a view that a reader of one branch lent, and gives the other branch a copy.
class ReadIntoBranch {
  constructor(tee, forBranch2) {
    this.tee = tee;
    this.forBranch2 = forBranch2;
  }

  get byobBranch() {
    return this.forBranch2 ? this.tee.branch2 : this.tee.branch1;
  }

  get otherBranch() {
    return this.forBranch2 ? this.tee.branch1 : this.tee.branch2;
  }

  get isByobCanceled() {
    return this.forBranch2 ? this.tee.canceled2 : this.tee.canceled1;
  }

  get isOtherCanceled() {
    return this.forBranch2 ? this.tee.canceled1 : this.tee.canceled2;
  }

  chunk(view) {
    queueMicrotask(() => {
      const { tee } = this;
      tee.readAgainForBranch1 = tee.readAgainForBranch2 = false;
      const { isByobCanceled } = this;
      if (!this.isOtherCanceled) {
        const copy = tee.copy(view);
        if (copy === null) return;
        if (!isByobCanceled) this.byobBranch.controller.respondWithNewView(view);
        this.otherBranch.controller.enqueueOwned(copy);
      } else if (!isByobCanceled) {
        this.byobBranch.controller.respondWithNewView(view);
      }
      tee.readOn();
    });
  }

  close(view) {
    const { tee, isByobCanceled, isOtherCanceled } = this;
    const byob = this.byobBranch.controller;
    const other = this.otherBranch.controller;
    tee.reading = false;
    if (!isByobCanceled) byob.close();
    if (!isOtherCanceled) other.close();
    if (view !== undefined) {
      if (!isByobCanceled) byob.respondWithNewView(view);
      if (!isOtherCanceled && other.pendingPullIntos.length > 0) other.respond(0);
    }
    tee.finish();
  }

  error() {
    this.tee.reading = false;
  }
}

detachRecord(ReadIntoBranch);

class ByteTee extends TeeBase {
  constructor(stream) {
    super(stream);
    this.readAgainForBranch1 = false;
    this.readAgainForBranch2 = false;
    this.branch1 = this.createBranch(() => this.pull1(), (reason) => this.cancel1(reason));
    this.branch2 = this.createBranch(() => this.pull2(), (reason) => this.cancel2(reason));
    this.forwardReaderError();
  }

  createBranch(pull, cancelBranch) {
    const branch = new ReadableState();
    branch.expectedLength = this.stream.expectedLength;
    new ByteControllerState(branch, pull, cancelBranch, 0, 0).start(undefined);
    return branch;
  }

  forwardReaderError() {
    const { reader } = this;
    PromisePrototypeThen(reader.closed.get(), undefined, (reason) => {
      if (reader !== this.reader) return;
      this.branch1.controller.error(reason);
      this.branch2.controller.error(reason);
      this.finish();
    });
  }

  useReader(isByob) {
    if (this.reader.isByob === isByob) return;
    release(this.reader);
    this.reader = new ReaderState(this.stream, isByob);
    this.forwardReaderError();
  }

  pull1() {
    if (this.reading) {
      this.readAgainForBranch1 = true;
      return undefined;
    }
    this.reading = true;
    this.pullWith(this.branch1.controller.getByobRequest(), false);
    return undefined;
  }

  pull2() {
    if (this.reading) {
      this.readAgainForBranch2 = true;
      return undefined;
    }
    this.reading = true;
    this.pullWith(this.branch2.controller.getByobRequest(), true);
    return undefined;
  }

  pullWith(byobRequest, forBranch2) {
    if (byobRequest === null) {
      this.useReader(false);
      read(this.reader, this);
    } else {
      this.useReader(true);
      readInto(this.reader, byobRequest.view, 1, new ReadIntoBranch(this, forBranch2));
    }
  }

  readOn() {
    this.reading = false;
    if (this.readAgainForBranch1) this.pull1();
    else if (this.readAgainForBranch2) this.pull2();
  }

  // null when there is no memory for it: then both branches and the source have ended.
  copy(view) {
    try {
      return copyView(view);
    } catch (reason) {
      this.branch1.controller.error(reason);
      this.branch2.controller.error(reason);
      this.cancelled.resolve(cancel(this.stream, reason));
      return null;
    }
  }

  // The tee is the read request of its default reader.
  chunk(view) {
    queueMicrotask(() => {
      this.readAgainForBranch1 = this.readAgainForBranch2 = false;
      if (!this.canceled1 && !this.canceled2) {
        const copy = this.copy(view);
        if (copy === null) return;
        this.branch1.controller.enqueueOwned(view);
        this.branch2.controller.enqueueOwned(copy);
      } else if (!this.canceled1) {
        this.branch1.controller.enqueueOwned(view);
      } else if (!this.canceled2) {
        this.branch2.controller.enqueueOwned(view);
      }
      this.readOn();
    });
  }

  close() {
    const first = this.branch1.controller;
    const second = this.branch2.controller;
    this.reading = false;
    if (!this.canceled1) first.close();
    if (!this.canceled2) second.close();
    if (first.pendingPullIntos.length > 0) first.respond(0);
    if (second.pendingPullIntos.length > 0) second.respond(0);
    this.finish();
  }

  error() {
    this.reading = false;
  }
}

exports.ByteTee = ByteTee;
