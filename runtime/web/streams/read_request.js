// SPDX-License-Identifier: Apache-2.0
// The read request behind reader.read(): a promise for { value, done }.
// https://streams.spec.whatwg.org/#read-request, #read-into-request
"use strict";

const { byteLengthOf } = require("streams/buffers");
const { detachRecord } = require("webidl/webidl");
const { Promise } = primordials;

class PromiseReadRequest {
  constructor() {
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }

  chunk(value) {
    this.resolve({ value, done: false });
  }

  error(reason) {
    this.reject(reason);
  }
}

detachRecord(PromiseReadRequest);

// Constructors are written out: V8 10.2 iterates over the arguments of those that are not.
class DefaultReadRequest extends PromiseReadRequest {
  constructor() {
    super();
  }

  close() {
    this.resolve({ value: undefined, done: true });
  }
}

class ReadIntoRequest extends PromiseReadRequest {
  constructor() {
    super();
  }

  // The view that was lent comes back empty; undefined when the stream was cancelled.
  close(view) {
    this.resolve({ value: view, done: true });
  }
}

// Workers' readAtLeast(): the last bytes of a stream, be they fewer than asked for, are not its end.
class ReadAtLeastRequest extends PromiseReadRequest {
  constructor() {
    super();
  }

  close(view) {
    this.resolve({ value: view, done: view === undefined || byteLengthOf(view) === 0 });
  }
}

exports.DefaultReadRequest = DefaultReadRequest;
exports.ReadIntoRequest = ReadIntoRequest;
exports.ReadAtLeastRequest = ReadAtLeastRequest;
