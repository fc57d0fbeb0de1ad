// SPDX-License-Identifier: Apache-2.0
// PerformanceEntry (https://w3c.github.io/performance-timeline/#the-performanceentry-interface) and its
// children of https://w3c.github.io/user-timing/: PerformanceMark, PerformanceMeasure.
"use strict";

const webidl = require("webidl/webidl");
const { structuredClone } = require("html/structured_clone");
const { TypeError } = primordials;

let fields;

class PerformanceEntry {
  #name;
  #entryType;
  #startTime;
  #duration;

  constructor(key = undefined, name = "", entryType = "", startTime = 0, duration = 0) {
    if (key !== webidl.constructKey) webidl.illegalConstructor();
    this.#name = name;
    this.#entryType = entryType;
    this.#startTime = startTime;
    this.#duration = duration;
  }

  get name() { return fields(this).#name; }
  get entryType() { return fields(this).#entryType; }
  get startTime() { return fields(this).#startTime; }
  get duration() { return fields(this).#duration; }

  toJSON() {
    const { name, entryType, startTime, duration } = this;
    const json = { name, entryType, startTime, duration };
    if (hasDetail(this)) json.detail = this.detail;
    return json;
  }

  static {
    fields = (entry) => #name in entry ? entry : webidl.illegalInvocation();
  }
}

const convertMarkOptions = webidl.dictionary("PerformanceMarkOptions", [
  { key: "detail", converter: webidl.converters.any },
  { key: "startTime", converter: webidl.converters.double },
]);

let isMark;
let isMeasure;

function cloneDetail(detail) {
  return detail === undefined || detail === null ? null : structuredClone(detail);
}

class PerformanceMark extends PerformanceEntry {
  #detail;

  constructor(markName, markOptions = undefined) {
    const context = "Failed to construct 'PerformanceMark'";
    webidl.requiredArguments(arguments.length, 1, context);
    const name = webidl.converters.DOMString(markName, `${context}: parameter 1`);
    const options = convertMarkOptions(markOptions, `${context}: parameter 2`);
    const startTime = options.startTime ?? ops.wallNow();
    if (startTime < 0) throw new TypeError(`${context}: startTime is negative: ${startTime}.`);
    super(webidl.constructKey, name, "mark", startTime, 0);
    this.#detail = cloneDetail(options.detail);
  }

  get detail() { return #detail in this ? this.#detail : webidl.illegalInvocation(); }

  static {
    isMark = (entry) => #detail in entry;
  }
}

class PerformanceMeasure extends PerformanceEntry {
  #detail;

  constructor(key = undefined, name = "", startTime = 0, duration = 0, detail = null) {
    super(key, name, "measure", startTime, duration);
    this.#detail = cloneDetail(detail);
  }

  get detail() { return #detail in this ? this.#detail : webidl.illegalInvocation(); }

  static {
    isMeasure = (entry) => #detail in entry;
  }
}

function hasDetail(entry) {
  return isMark(entry) || isMeasure(entry);
}

webidl.defineInterface(PerformanceEntry);
webidl.defineInterface(PerformanceMark);
webidl.defineInterface(PerformanceMeasure);

exports.PerformanceEntry = PerformanceEntry;
exports.PerformanceMark = PerformanceMark;
exports.PerformanceMeasure = PerformanceMeasure;
