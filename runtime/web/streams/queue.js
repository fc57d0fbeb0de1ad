// SPDX-License-Identifier: Apache-2.0
// First-in first-out queues: Queue for anything, SizedQueue for the standard's queue-with-sizes
// (https://streams.spec.whatwg.org/#queue-with-sizes).
"use strict";

const { detachRecord } = require("webidl/webidl");
const { removeAt } = require("script/lists");
const { RangeError } = primordials;

// The dead part at the front of the array is cut off when it is this long and longer than the live part.
const COMPACT_AT = 512;

class Queue {
  constructor() {
    this.items = [];
    this.head = 0;
    this.tail = 0; // what lies behind is kept for items to come: V8 is slow to change an array's length
  }

  get length() {
    return this.tail - this.head;
  }

  push(item) {
    this.items[this.tail++] = item;
  }

  peek() {
    return this.items[this.head];
  }

  shift() {
    const { items } = this;
    const item = items[this.head];
    items[this.head++] = undefined;
    if (this.head >= this.tail) {
      if (this.tail > COMPACT_AT) this.items = [];
      this.head = this.tail = 0;
    } else if (this.head >= COMPACT_AT && this.head * 2 > this.tail) {
      removeAt(items, 0, this.head);
      this.tail -= this.head;
      this.head = 0;
    }
    return item;
  }

  clear() {
    this.items = [];
    this.head = this.tail = 0;
  }
}

detachRecord(Queue);

// Values and their sizes alternate in one array, so that a chunk costs no record of its own.
class SizedQueue {
  constructor() {
    this.items = new Queue();
    this.totalSize = 0;
  }

  get isEmpty() {
    return this.items.length === 0;
  }

  enqueue(value, size) {
    if (typeof size !== "number" || !(size >= 0) || size === Infinity) {
      throw new RangeError(`The size of a chunk must be a finite number >= 0; it is ${size}.`);
    }
    this.items.push(value);
    this.items.push(size);
    this.totalSize += size;
  }

  peek() {
    return this.items.peek();
  }

  dequeue() {
    const value = this.items.shift();
    this.totalSize -= this.items.shift();
    if (this.totalSize < 0) this.totalSize = 0; // rounding
    return value;
  }

  clear() {
    this.items.clear();
    this.totalSize = 0;
  }
}

detachRecord(SizedQueue);

exports.Queue = Queue;
exports.SizedQueue = SizedQueue;
