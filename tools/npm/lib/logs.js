// SPDX-License-Identifier: Apache-2.0
// What a server has logged: an array of records that grows, and an async iterable that waits for more.
"use strict";

// The oldest go when there are more.
const kMaxRecords = 10_000;
const kWaitMs = 5_000;

function toTest(what) {
  if (typeof what === "function") return what;
  if (what instanceof RegExp) return (record) => new RegExp(what, what.flags.replace(/[gy]/g, "")).test(record.message);
  if (typeof what === "string") return (record) => record.message.includes(what);
  throw new TypeError("logs.waitFor takes a text, a RegExp or a function of a record");
}

// A line that is no record was written by something else, such as the end of a process that crashes.
function toRecord(line) {
  if (line.startsWith("{")) {
    try {
      return JSON.parse(line);
    } catch {
      // Below.
    }
  }
  return { time: new Date().toISOString(), level: "error", message: line, raw: true };
}

class Logs extends Array {
  #dropped = 0;
  #ended = false;
  #waiting = [];
  #rest = "";

  // What map() and its like make is an ordinary array.
  static get [Symbol.species]() {
    return Array;
  }

  // Forgets what was logged so far.
  clear() {
    this.#dropped += this.length;
    this.length = 0;
  }

  // The first record that has the text, matches, or passes; one that is there already, or the next to come.
  async waitFor(what, { timeout = kWaitMs } = {}) {
    const test = toTest(what);
    const deadline = Date.now() + timeout;
    for (let at = this.#dropped; ; ) {
      at = Math.max(at, this.#dropped);
      for (; at - this.#dropped < this.length; ++at) {
        const record = this[at - this.#dropped];
        if (test(record)) return record;
      }
      const left = deadline - Date.now();
      if (this.#ended || left <= 0) throw new Error(this.#notFound(what, timeout));
      await this.#next(left);
    }
  }

  #notFound(what, timeout) {
    const when = this.#ended ? "until the worker stopped" : `within ${timeout} ms`;
    const last = this.slice(-10).map((record) => `  ${record.level}: ${record.message}`);
    return `the log had no ${String(what)} ${when}; its last records are\n${last.join("\n") || "  (none)"}`;
  }

  // From the first record on; ends when the worker has stopped.
  async *[Symbol.asyncIterator]() {
    for (let at = this.#dropped; ; ) {
      at = Math.max(at, this.#dropped);
      while (at - this.#dropped < this.length) yield this[at++ - this.#dropped];
      if (this.#ended) return;
      await this.#next();
    }
  }

  #next(timeout) {
    return new Promise((resolve) => {
      const timer = timeout === undefined ? undefined : setTimeout(resolve, timeout);
      this.#waiting.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
  #wake() {
    for (const wake of this.#waiting.splice(0)) wake();
  }

  // For whoever reads the server's standard error.
  static feed(logs, text) {
    const lines = (logs.#rest + text).split("\n");
    logs.#rest = lines.pop();
    for (const line of lines) if (line !== "") logs.push(toRecord(line));
    if (logs.length > kMaxRecords) logs.#dropped += logs.splice(0, logs.length - kMaxRecords).length;
    logs.#wake();
  }
  static end(logs) {
    if (logs.#rest !== "") Logs.feed(logs, "\n");
    logs.#ended = true;
    logs.#wake();
  }
}

module.exports = { Logs };
