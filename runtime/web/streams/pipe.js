// SPDX-License-Identifier: Apache-2.0
// From a ReadableStream to a WritableStream: https://streams.spec.whatwg.org/#readable-stream-pipe-to
"use strict";

const readable = require("streams/readable_state");
const writable = require("streams/writable_state");
const { detachRecord } = require("webidl/webidl");
const { queueMicrotask, uponAlgorithm } = require("streams/promises");
const { abortReason, addAbortAlgorithm, isAborted, removeAbortAlgorithm } = require("dom/abort_signal");
const { Promise, PromisePrototypeThen, TypeError } = primordials;

class Pipe {
  constructor(source, destination, options) {
    this.source = source;
    this.destination = destination;
    this.options = options;
    this.reader = new readable.ReaderState(source, false);
    this.writer = new writable.WriterState(destination);
    this.shuttingDown = false;
    this.lastWrite = null; // Deferred of the latest write
    this.chunksOnTheWay = 0; // read, not yet written
    this.onDrained = null; // what waits for them
    this.abortAlgorithm = null;
    this.onReady = () => this.step();
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    source.disturbed = true;
  }

  start() {
    const { signal } = this.options;
    if (signal !== null) {
      if (isAborted(signal)) {
        this.abort(abortReason(signal));
        return;
      }
      this.abortAlgorithm = (reason) => this.abort(reason);
      addAbortAlgorithm(signal, this.abortAlgorithm);
    }
    this.watch();
    if (!this.shuttingDown) this.step();
  }

  // ------------------------------------------------------------------------------- propagation

  // Each end is looked at now, in the standard's order of precedence, and again when its `closed` settles.
  watch() {
    const { source, destination } = this;
    if (source.status === readable.ERRORED) this.sourceErrored(source.storedError);
    else if (destination.status === writable.ERRORED) this.destinationErrored();
    else if (source.status === readable.CLOSED) this.sourceClosed();
    else if (destination.isClosing || destination.status === writable.CLOSED) this.destinationClosed();
    if (this.shuttingDown) return;
    PromisePrototypeThen(
      this.reader.closed.get(), () => this.sourceClosed(), (reason) => this.sourceErrored(reason));
    PromisePrototypeThen(this.writer.closed.get(), undefined, () => this.destinationErrored());
  }

  sourceErrored(reason) {
    if (this.options.preventAbort) this.shutdown(null, true, reason);
    else this.shutdown(() => writable.abort(this.destination, reason), true, reason);
  }

  sourceClosed() {
    if (this.options.preventClose) this.shutdown(null, false, undefined);
    else this.shutdown(() => writable.closeWithErrorPropagation(this.destination).get(), false, undefined);
  }

  destinationErrored() {
    const reason = this.destination.storedError;
    if (this.options.preventCancel) this.shutdown(null, true, reason);
    else this.shutdown(() => readable.cancel(this.source, reason), true, reason);
  }

  destinationClosed() {
    const reason = new TypeError("The destination of the pipe is closing or closed.");
    if (this.options.preventCancel) this.shutdown(null, true, reason);
    else this.shutdown(() => readable.cancel(this.source, reason), true, reason);
  }

  abort(reason) {
    const { source, destination, options } = this;
    this.shutdown(() => {
      const aborted = !options.preventAbort && destination.status === writable.WRITABLE
        ? writable.abort(destination, reason) : undefined;
      const cancelled = !options.preventCancel && source.status === readable.READABLE
        ? readable.cancel(source, reason) : undefined;
      return aborted === undefined && cancelled === undefined ? undefined : settleBoth(aborted, cancelled);
    }, true, reason);
  }

  // ------------------------------------------------------------------------------- the loop

  step() {
    if (this.shuttingDown) return;
    if (this.writer.ready.isPending) {
      PromisePrototypeThen(this.writer.ready.get(), this.onReady, ignore);
      return;
    }
    if (this.destination.status !== writable.WRITABLE) return; // its `closed` will tell
    readable.read(this.reader, this);
  }

  // The pipe is its own read request. The write happens in a microtask of its own, so that enqueue() never
  // calls the sink.
  chunk(value) {
    ++this.chunksOnTheWay;
    queueMicrotask(() => {
      --this.chunksOnTheWay;
      if (this.writer.stream === null) return; // the destination failed first
      this.lastWrite = writable.write(this.writer, value);
      if (this.onDrained !== null && this.chunksOnTheWay === 0) this.onDrained();
      else this.step();
    });
  }

  close() {}

  error() {}

  // ------------------------------------------------------------------------------- the end

  shutdown(action, isError, error) {
    if (this.shuttingDown) return;
    this.shuttingDown = true;
    const act = () => {
      if (action === null) {
        this.finish(isError, error);
        return;
      }
      uponAlgorithm(action(), () => this.finish(isError, error), (reason) => this.finish(true, reason));
    };
    if (this.destination.status === writable.WRITABLE && !this.destination.isClosing) this.afterWrites(act);
    else act();
  }

  // Calls act when everything that was read has been written.
  afterWrites(act) {
    if (this.chunksOnTheWay > 0) {
      this.onDrained = () => this.afterWrites(act);
      return;
    }
    if (this.lastWrite === null || !this.lastWrite.isPending) {
      queueMicrotask(act);
      return;
    }
    PromisePrototypeThen(this.lastWrite.get(), act, act);
  }

  finish(isError, error) {
    writable.release(this.writer);
    readable.release(this.reader);
    if (this.abortAlgorithm !== null) removeAbortAlgorithm(this.options.signal, this.abortAlgorithm);
    if (isError) this.reject(error);
    else this.resolve(undefined);
  }
}

detachRecord(Pipe);

function ignore() {}

// Waits for both; fails with the first failure.
function settleBoth(a, b) {
  if (a === undefined) return b;
  if (b === undefined) return a;
  return new Promise((resolve, reject) => {
    let open = 2;
    const settled = () => {
      if (--open === 0) resolve(undefined);
    };
    PromisePrototypeThen(a, settled, reject);
    PromisePrototypeThen(b, settled, reject);
  });
}

// options: { preventAbort, preventCancel, preventClose, signal | null }. Both records must be unlocked.
function pipeTo(source, destination, options) {
  const pipe = new Pipe(source, destination, options);
  pipe.start();
  return pipe.promise;
}

exports.pipeTo = pipeTo;
