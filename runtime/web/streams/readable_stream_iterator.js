// SPDX-License-Identifier: Apache-2.0
// The asynchronous iterator of a ReadableStream: https://streams.spec.whatwg.org/#rs-asynciterator and
// https://webidl.spec.whatwg.org/#js-asynchronous-iterable
"use strict";

const webidl = require("webidl/webidl");
const { READABLE, ReaderState, cancel, read, release } = require("streams/readable_state");
const { DefaultReadRequest } = require("streams/read_request");
const { illegalInvocation } = require("streams/promises");
const {
  AsyncIteratorPrototype, ObjectDefineProperty, ObjectSetPrototypeOf, PromisePrototypeThen,
  PromiseResolve, SymbolToStringTag,
} = primordials;

// A read request that lets go of the stream when there is no more to read.
class IteratorReadRequest extends DefaultReadRequest {
  constructor(reader) {
    super();
    this.reader = reader;
  }

  close() {
    release(this.reader);
    super.close();
  }

  error(reason) {
    release(this.reader);
    super.error(reason);
  }
}

// Calls follow each other: a second next() starts when the first has settled. A chunk that is there already
// is handed out at once and leaves nothing ongoing.
class IteratorState {
  constructor(stream, preventCancel) {
    this.reader = new ReaderState(stream, false);
    this.preventCancel = preventCancel;
    this.isFinished = false;
    this.ongoing = null; // the promise of the latest call, while it is pending
  }

  next() {
    if (this.ongoing !== null) {
      const steps = () => this.readNext();
      return this.ongoing = PromisePrototypeThen(this.ongoing, steps, steps);
    }
    if (this.isFinished) return PromiseResolve({ value: undefined, done: true });
    const { stream } = this.reader;
    if (stream.status === READABLE && stream.controller.hasChunk) {
      stream.disturbed = true;
      return PromiseResolve({ value: stream.controller.takeChunk(), done: false });
    }
    return this.ongoing = this.readNext();
  }

  readNext() {
    if (this.isFinished) return PromiseResolve({ value: undefined, done: true });
    const request = new IteratorReadRequest(this.reader);
    read(this.reader, request);
    return PromisePrototypeThen(request.promise, (result) => {
      this.ongoing = null;
      if (result.done) this.isFinished = true;
      return result;
    }, (reason) => {
      this.ongoing = null;
      this.isFinished = true;
      throw reason;
    });
  }

  return(value) {
    const steps = () => this.finish(value);
    this.ongoing = this.ongoing === null
      ? this.finish(value) : PromisePrototypeThen(this.ongoing, steps, steps);
    return PromisePrototypeThen(this.ongoing, () => {
      this.ongoing = null;
      return { value, done: true };
    });
  }

  finish(value) {
    if (this.isFinished) return PromiseResolve(undefined);
    this.isFinished = true;
    const result = this.preventCancel ? undefined : cancel(this.reader.stream, value);
    release(this.reader);
    return result ?? PromiseResolve(undefined);
  }
}

webidl.detachRecord(IteratorState);

class ReadableStreamAsyncIterator {
  #s;

  constructor(s) {
    this.#s = s;
  }

  next() {
    if (!webidl.isObject(this) || !(#s in this)) return illegalInvocation();
    return this.#s.next();
  }

  return(value) {
    if (!webidl.isObject(this) || !(#s in this)) return illegalInvocation();
    return this.#s.return(value);
  }
}

const { prototype } = ReadableStreamAsyncIterator;
delete prototype.constructor; // scripts cannot reach the class
ObjectSetPrototypeOf(prototype, AsyncIteratorPrototype);
ObjectDefineProperty(prototype, "next", { __proto__: null, enumerable: true });
ObjectDefineProperty(prototype, "return", { __proto__: null, enumerable: true });
ObjectDefineProperty(prototype, SymbolToStringTag, {
  __proto__: null,
  value: "ReadableStream AsyncIterator",
  writable: false,
  enumerable: false,
  configurable: true,
});

exports.createAsyncIterator = (stream, preventCancel) =>
  new ReadableStreamAsyncIterator(new IteratorState(stream, preventCancel));
