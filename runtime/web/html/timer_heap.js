// SPDX-License-Identifier: Apache-2.0
// A binary heap of timers, ordered by due time and then by sequence number. Each element keeps its own place
// in `position` (-1: not in the heap), so that removal needs no search.
"use strict";

const { ArrayPrototypePop, ArrayPrototypePush } = primordials;

function isBefore(a, b) {
  return a.due < b.due || (a.due === b.due && a.sequence < b.sequence);
}

class TimerHeap {
  #items = [];

  // The element that is due first, or undefined.
  get first() {
    const items = this.#items;
    return items.length === 0 ? undefined : items[0]; // what is not there would be looked for in prototypes
  }

  get size() {
    return this.#items.length;
  }

  add(item) {
    ArrayPrototypePush(this.#items, item);
    this.#rise(item, this.#items.length - 1);
  }

  remove(item) {
    const items = this.#items;
    const at = item.position;
    item.position = -1;
    const last = ArrayPrototypePop(items);
    if (last === item) return;
    if (at > 0 && isBefore(last, items[(at - 1) >> 1])) this.#rise(last, at);
    else this.#sink(last, at);
  }

  #rise(item, at) {
    const items = this.#items;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = items[above];
      if (!isBefore(item, parent)) break;
      items[at] = parent;
      parent.position = at;
      at = above;
    }
    items[at] = item;
    item.position = at;
  }

  #sink(item, at) {
    const items = this.#items;
    const count = items.length;
    for (let below = 2 * at + 1; below < count; below = 2 * at + 1) {
      if (below + 1 < count && isBefore(items[below + 1], items[below])) ++below;
      const child = items[below];
      if (!isBefore(child, item)) break;
      items[at] = child;
      child.position = at;
      at = below;
    }
    items[at] = item;
    item.position = at;
  }
}

exports.TimerHeap = TimerHeap;
