// SPDX-License-Identifier: Apache-2.0
// What is behind a ReadableByteStreamController: https://streams.spec.whatwg.org/#rbs-controller-abstract-ops
"use strict";

const {
  READABLE, CLOSED, ERRORED, close, error, hasReadRequests, hasReadIntoRequests,
} = require("streams/readable_state");
const buffers = require("streams/buffers");
const { Queue } = require("streams/queue");
const { detachRecord } = require("webidl/webidl");
const { uponAlgorithm } = require("streams/promises");
const {
  ArrayBuffer, ArrayBufferPrototypeGetByteLength, ArrayPrototypePush, MathMin, RangeError, TypeError,
  TypedArrayPrototypeSet, Uint8Array,
} = primordials;

// Whom a pull-into descriptor serves. NONE: its reader was released.
const DEFAULT = 0;
const BYOB = 1;
const NONE = 2;

const uint8 = { size: 1, Type: Uint8Array };

class Entry {
  constructor(buffer, byteOffset, byteLength) {
    this.buffer = buffer;
    this.byteOffset = byteOffset;
    this.byteLength = byteLength;
  }
}

detachRecord(Entry);

class PullInto {
  constructor(buffer, byteOffset, byteLength, minimumFill, element, readerType) {
    this.buffer = buffer;
    this.bufferByteLength = ArrayBufferPrototypeGetByteLength(buffer);
    this.byteOffset = byteOffset;
    this.byteLength = byteLength;
    this.bytesFilled = 0;
    this.minimumFill = minimumFill;
    this.element = element; // { size, Type }
    this.readerType = readerType;
  }

  toView() {
    return new this.element.Type(
      buffers.transfer(this.buffer), this.byteOffset, this.bytesFilled / this.element.size);
  }
}

detachRecord(PullInto);

// What is behind a ReadableStreamBYOBRequest.
class ByobRequestState {
  constructor(controller, view) {
    this.controller = controller; // null: invalidated
    this.view = view;
    this.object = null;
  }
}

detachRecord(ByobRequestState);

class ByteControllerState {
  // pull(controller) and cancel(reason) give undefined or a promise; null: nothing to do.
  constructor(stream, pull, cancel, highWaterMark, autoAllocateChunkSize) {
    this.stream = stream;
    this.queue = new Queue(); // of Entry
    this.totalSize = 0;
    this.pendingPullIntos = new Queue();
    this.byobRequest = null;
    this.started = false;
    this.closeRequested = false;
    this.pulling = false;
    this.pullAgain = false;
    this.highWaterMark = highWaterMark;
    this.autoAllocateChunkSize = autoAllocateChunkSize; // 0: off
    this.pull = pull;
    this.cancel = cancel;
    this.object = null; // the public controller, when a script has seen it
    this.onPulled = null;
    this.onPullFailed = null;
    stream.controller = this;
  }

  start(startResult) {
    uponAlgorithm(startResult, () => {
      this.started = true;
      this.pullIfNeeded();
    }, (reason) => this.error(reason));
  }

  get hasChunk() {
    return this.totalSize > 0;
  }

  get canCloseOrEnqueue() {
    return !this.closeRequested && this.stream.status === READABLE;
  }

  get desiredSize() {
    const { status } = this.stream;
    if (status === ERRORED) return null;
    return status === CLOSED ? 0 : this.highWaterMark - this.totalSize;
  }

  get shouldPull() {
    return this.canCloseOrEnqueue && this.started && (hasReadRequests(this.stream) ||
      hasReadIntoRequests(this.stream) || this.highWaterMark - this.totalSize > 0);
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
  }

  resetQueue() {
    this.queue.clear();
    this.totalSize = 0;
  }

  // ------------------------------------------------------------------------------- the source's side

  close() {
    if (!this.canCloseOrEnqueue) return;
    if (this.totalSize > 0) {
      this.closeRequested = true;
      return;
    }
    if (this.pendingPullIntos.length > 0) {
      const first = this.pendingPullIntos.peek();
      if (first.bytesFilled % first.element.size !== 0) {
        const reason = new TypeError("The stream was closed within an element of the view to fill.");
        this.error(reason);
        throw reason;
      }
    }
    this.clearAlgorithms();
    close(this.stream);
  }

  // Takes the chunk's buffer away from whoever holds it.
  enqueue(chunk) {
    if (!this.canCloseOrEnqueue) return;
    const buffer = buffers.bufferOf(chunk);
    const byteOffset = buffers.byteOffsetOf(chunk);
    const byteLength = buffers.byteLengthOf(chunk);
    if (buffers.isDetached(buffer)) throw new TypeError("The chunk's buffer is detached.");
    this.enqueueBytes(buffers.transfer(buffer), byteOffset, byteLength);
  }

  // The same for a Uint8Array that nobody else holds: no transfer.
  enqueueOwned(chunk) {
    if (!this.canCloseOrEnqueue) return;
    if (this.pendingPullIntos.length === 0 && hasReadRequests(this.stream) && this.totalSize === 0) {
      this.stream.reader.requests.shift().chunk(chunk);
      this.pullIfNeeded();
      return;
    }
    this.enqueueBytes(buffers.bufferOf(chunk), buffers.byteOffsetOf(chunk), buffers.byteLengthOf(chunk));
  }

  enqueueBytes(buffer, byteOffset, byteLength) {
    const { stream } = this;
    if (this.pendingPullIntos.length > 0) {
      const first = this.pendingPullIntos.peek();
      if (buffers.isDetached(first.buffer)) {
        throw new TypeError("The BYOB request's buffer has been detached.");
      }
      this.invalidateByobRequest();
      first.buffer = buffers.transfer(first.buffer);
      if (first.readerType === NONE) this.enqueueReleasedPullInto(first);
    }
    if (stream.reader === null) {
      this.enqueueEntry(buffer, byteOffset, byteLength);
    } else if (!stream.reader.isByob) {
      this.processReadRequests();
      if (stream.reader === null || stream.reader.requests.length === 0) {
        this.enqueueEntry(buffer, byteOffset, byteLength);
      } else {
        if (this.pendingPullIntos.length > 0) this.pendingPullIntos.shift();
        stream.reader.requests.shift().chunk(new Uint8Array(buffer, byteOffset, byteLength));
      }
    } else {
      this.enqueueEntry(buffer, byteOffset, byteLength);
      this.commitAll(this.fillPullIntos());
    }
    this.pullIfNeeded();
  }

  error(reason) {
    if (this.stream.status !== READABLE) return;
    this.clearPendingPullIntos();
    this.resetQueue();
    this.clearAlgorithms();
    error(this.stream, reason);
  }

  // ByobRequestState of the first pending view, or null.
  getByobRequest() {
    if (this.byobRequest === null && this.pendingPullIntos.length > 0) {
      const first = this.pendingPullIntos.peek();
      const view = new Uint8Array(
        first.buffer, first.byteOffset + first.bytesFilled, first.byteLength - first.bytesFilled);
      this.byobRequest = new ByobRequestState(this, view);
    }
    return this.byobRequest;
  }

  respond(bytesWritten) {
    const first = this.pendingPullIntos.peek();
    if (this.stream.status === CLOSED) {
      if (bytesWritten !== 0) throw new TypeError("bytesWritten must be 0 once the stream is closed.");
    } else {
      if (bytesWritten === 0) {
        throw new TypeError("bytesWritten must not be 0 while the stream is not closed.");
      }
      if (first.bytesFilled + bytesWritten > first.byteLength) {
        throw new RangeError(`bytesWritten is ${bytesWritten}, more than the view has room for.`);
      }
    }
    first.buffer = buffers.transfer(first.buffer);
    this.respondInternal(bytesWritten);
  }

  respondWithNewView(view) {
    const first = this.pendingPullIntos.peek();
    const byteLength = buffers.byteLengthOf(view);
    if (this.stream.status === CLOSED) {
      if (byteLength !== 0) throw new TypeError("The view must be empty once the stream is closed.");
    } else if (byteLength === 0) {
      throw new TypeError("The view must not be empty while the stream is not closed.");
    }
    const buffer = buffers.bufferOf(view);
    if (first.byteOffset + first.bytesFilled !== buffers.byteOffsetOf(view)) {
      throw new RangeError("The view does not start where the BYOB request's view does.");
    }
    if (first.bufferByteLength !== ArrayBufferPrototypeGetByteLength(buffer)) {
      throw new RangeError("The view's buffer is not as long as the BYOB request's buffer.");
    }
    if (first.bytesFilled + byteLength > first.byteLength) {
      throw new RangeError("The view is longer than the BYOB request's view.");
    }
    first.buffer = buffers.transfer(buffer);
    this.respondInternal(byteLength);
  }

  respondInternal(bytesWritten) {
    const first = this.pendingPullIntos.peek();
    this.invalidateByobRequest();
    if (this.stream.status === CLOSED) this.respondClosed(first);
    else this.respondReadable(bytesWritten, first);
    this.pullIfNeeded();
  }

  respondClosed(first) {
    if (first.readerType === NONE) this.pendingPullIntos.shift();
    if (!hasReadIntoRequests(this.stream)) return;
    const filled = [];
    const count = this.stream.reader.requests.length;
    while (filled.length < count) ArrayPrototypePush(filled, this.pendingPullIntos.shift());
    this.commitAll(filled);
  }

  respondReadable(bytesWritten, pullInto) {
    pullInto.bytesFilled += bytesWritten;
    if (pullInto.readerType === NONE) {
      this.enqueueReleasedPullInto(pullInto);
      this.commitAll(this.fillPullIntos());
      return;
    }
    if (pullInto.bytesFilled < pullInto.minimumFill) return;
    this.pendingPullIntos.shift();
    const remainder = pullInto.bytesFilled % pullInto.element.size;
    if (remainder > 0) {
      const end = pullInto.byteOffset + pullInto.bytesFilled;
      this.enqueueCopy(pullInto.buffer, end - remainder, remainder);
      pullInto.bytesFilled -= remainder;
    }
    const filled = this.fillPullIntos();
    this.commit(pullInto);
    this.commitAll(filled);
  }

  // ------------------------------------------------------------------------------- queue and descriptors

  enqueueEntry(buffer, byteOffset, byteLength) {
    this.queue.push(new Entry(buffer, byteOffset, byteLength));
    this.totalSize += byteLength;
  }

  enqueueCopy(buffer, byteOffset, byteLength) {
    let copy;
    try {
      copy = buffers.copyBytes(buffer, byteOffset, byteLength);
    } catch (reason) {
      this.error(reason);
      throw reason;
    }
    this.enqueueEntry(buffers.bufferOf(copy), 0, byteLength);
  }

  enqueueReleasedPullInto(pullInto) {
    if (pullInto.bytesFilled > 0) {
      this.enqueueCopy(pullInto.buffer, pullInto.byteOffset, pullInto.bytesFilled);
    }
    this.pendingPullIntos.shift();
  }

  invalidateByobRequest() {
    if (this.byobRequest === null) return;
    this.byobRequest.controller = null;
    this.byobRequest.view = null;
    this.byobRequest = null;
  }

  clearPendingPullIntos() {
    this.invalidateByobRequest();
    if (this.pendingPullIntos.length > 0) this.pendingPullIntos.clear();
  }

  // Copies from the queue; true when the view has what was asked for.
  fillFromQueue(pullInto) {
    const { size } = pullInto.element;
    const maxBytesToCopy = MathMin(this.totalSize, pullInto.byteLength - pullInto.bytesFilled);
    const maxBytesFilled = pullInto.bytesFilled + maxBytesToCopy;
    const maxAligned = maxBytesFilled - maxBytesFilled % size;
    const ready = maxAligned >= pullInto.minimumFill;
    let rest = ready ? maxAligned - pullInto.bytesFilled : maxBytesToCopy;
    const target = new Uint8Array(pullInto.buffer);
    while (rest > 0) {
      const head = this.queue.peek();
      const count = MathMin(rest, head.byteLength);
      TypedArrayPrototypeSet(target, new Uint8Array(head.buffer, head.byteOffset, count),
        pullInto.byteOffset + pullInto.bytesFilled);
      if (count === head.byteLength) {
        this.queue.shift();
      } else {
        head.byteOffset += count;
        head.byteLength -= count;
      }
      this.totalSize -= count;
      pullInto.bytesFilled += count;
      rest -= count;
    }
    return ready;
  }

  fillPullIntos() {
    const filled = [];
    while (this.pendingPullIntos.length > 0 && this.totalSize > 0) {
      if (!this.fillFromQueue(this.pendingPullIntos.peek())) break;
      ArrayPrototypePush(filled, this.pendingPullIntos.shift());
    }
    return filled;
  }

  commit(pullInto) {
    const done = this.stream.status === CLOSED;
    const view = pullInto.toView();
    const request = this.stream.reader.requests.shift();
    if (!done) request.chunk(view);
    else request.close(view); // a default reader's request ignores the view
  }

  commitAll(pullIntos) {
    for (let i = 0; i < pullIntos.length; ++i) this.commit(pullIntos[i]);
  }

  // ------------------------------------------------------------------------------- the reader's side

  // The bytes at the front as a Uint8Array; hasChunk must be true.
  takeChunk() {
    const entry = this.queue.shift();
    this.totalSize -= entry.byteLength;
    this.handleQueueDrain();
    return new Uint8Array(entry.buffer, entry.byteOffset, entry.byteLength);
  }

  handleQueueDrain() {
    if (this.totalSize === 0 && this.closeRequested) {
      this.clearAlgorithms();
      close(this.stream);
    } else {
      this.pullIfNeeded();
    }
  }

  processReadRequests() {
    const { reader } = this.stream;
    while (reader.requests.length > 0 && this.totalSize > 0) reader.requests.shift().chunk(this.takeChunk());
  }

  pullSteps(readRequest) {
    if (this.hasChunk) {
      readRequest.chunk(this.takeChunk());
      return;
    }
    const size = this.autoAllocateChunkSize;
    if (size > 0) {
      let buffer;
      try {
        buffer = new ArrayBuffer(size);
      } catch (reason) {
        readRequest.error(reason);
        return;
      }
      this.pendingPullIntos.push(new PullInto(buffer, 0, size, 1, uint8, DEFAULT));
    }
    this.stream.reader.requests.push(readRequest);
    this.pullIfNeeded();
  }

  pullInto(view, min, readIntoRequest) {
    const element = buffers.elementTypeOf(view);
    const byteOffset = buffers.byteOffsetOf(view);
    const byteLength = buffers.byteLengthOf(view);
    let buffer;
    try {
      buffer = buffers.transfer(buffers.bufferOf(view));
    } catch (reason) {
      readIntoRequest.error(reason);
      return;
    }
    const pullInto = new PullInto(buffer, byteOffset, byteLength, min * element.size, element, BYOB);
    const { stream } = this;
    if (this.pendingPullIntos.length > 0) {
      this.pendingPullIntos.push(pullInto);
      stream.reader.requests.push(readIntoRequest);
      return;
    }
    if (stream.status === CLOSED) {
      readIntoRequest.close(new element.Type(buffer, byteOffset, 0));
      return;
    }
    if (this.totalSize > 0) {
      if (this.fillFromQueue(pullInto)) {
        const filled = pullInto.toView();
        this.handleQueueDrain();
        readIntoRequest.chunk(filled);
        return;
      }
      if (this.closeRequested) {
        const reason = new TypeError("The stream ends within an element of the view to fill.");
        this.error(reason);
        readIntoRequest.error(reason);
        return;
      }
    }
    this.pendingPullIntos.push(pullInto);
    stream.reader.requests.push(readIntoRequest);
    this.pullIfNeeded();
  }

  cancelSteps(reason) {
    this.clearPendingPullIntos();
    this.resetQueue();
    const { cancel } = this;
    const result = cancel === null ? undefined : cancel(reason);
    this.clearAlgorithms();
    return result;
  }

  releaseSteps() {
    if (this.pendingPullIntos.length === 0) return;
    const first = this.pendingPullIntos.peek();
    first.readerType = NONE;
    this.pendingPullIntos.clear();
    this.pendingPullIntos.push(first);
  }
}

detachRecord(ByteControllerState);

exports.ByteControllerState = ByteControllerState;
