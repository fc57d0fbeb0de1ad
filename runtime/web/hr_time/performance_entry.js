// SPDX-License-Identifier: Apache-2.0
// PerformanceEntry (https://w3c.github.io/performance-timeline/#the-performanceentry-interface) and its
// children of https://w3c.github.io/user-timing/: PerformanceMark, PerformanceMeasure.
"use strict";

const webidl = require("webidl/webidl");
const { structuredClone } = require("html/structured_clone");
const { TypeError } = primordials;

let fields;

class PerformanceEntry {
  #id = 0; // until it is on the timeline
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

  get id() { return fields(this).#id; }
  get name() { return fields(this).#name; }
  get entryType() { return fields(this).#entryType; }
  get startTime() { return fields(this).#startTime; }
  get duration() { return fields(this).#duration; }
  get navigationId() { return fields(this) && 0; } // there is no navigation

  toJSON() {
    const entry = fields(this);
    const json = { id: entry.#id, name: entry.#name, entryType: entry.#entryType, startTime: entry.#startTime,
      duration: entry.#duration, navigationId: 0 };
    if (hasMarkDetail(entry)) json.detail = markDetail(entry);
    else if (hasMeasureDetail(entry)) json.detail = measureDetail(entry);
    return json;
  }

  static {
    fields = (entry) => #name in entry ? entry : webidl.illegalInvocation();
    exports.assignId = (entry, id) => {
      entry.#id = id;
    };
    exports.nameOf = (entry) => entry.#name;
    exports.typeOf = (entry) => entry.#entryType;
    exports.startTimeOf = (entry) => entry.#startTime;
  }
}

const convertMarkOptions = webidl.dictionary("PerformanceMarkOptions", [
  { key: "detail", converter: webidl.converters.any },
  { key: "startTime", converter: webidl.converters.double },
]);

let hasMarkDetail;
let markDetail;
let hasMeasureDetail;
let measureDetail;

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
    hasMarkDetail = (entry) => #detail in entry;
    markDetail = (entry) => entry.#detail;
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
    hasMeasureDetail = (entry) => #detail in entry;
    measureDetail = (entry) => entry.#detail;
  }
}

webidl.defineInterface(PerformanceEntry);
webidl.defineInterface(PerformanceMark);
webidl.defineInterface(PerformanceMeasure);

exports.PerformanceEntry = PerformanceEntry;
exports.PerformanceMark = PerformanceMark;
exports.PerformanceMeasure = PerformanceMeasure;
