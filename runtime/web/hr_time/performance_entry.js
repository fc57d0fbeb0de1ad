// SPDX-License-Identifier: Apache-2.0
// PerformanceEntry (https://w3c.github.io/performance-timeline/#the-performanceentry-interface) and its
// children of https://w3c.github.io/user-timing/: PerformanceMark, PerformanceMeasure.
"use strict";

const webidl = require("webidl/webidl");
const { structuredClone } = require("html/structured_clone");
const { TypeError } = primordials;

let fields;
let isMark;
let isMeasure;
let markDetail;
let measureDetail;

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
    if (isMark(entry)) return { ...json, detail: markDetail(entry) };
    return isMeasure(entry) ? { ...json, detail: measureDetail(entry) } : json;
  }

  static {
    fields = (entry) => webidl.isObject(entry) && #name in entry ? entry : webidl.illegalInvocation();
    exports.assignId = (entry, id) => {
      entry.#id = id;
    };
    exports.idOf = (entry) => entry.#id;
    exports.nameOf = (entry) => entry.#name;
    exports.typeOf = (entry) => entry.#entryType;
    exports.startTimeOf = (entry) => entry.#startTime;
  }
}

const convertMarkOptions = webidl.dictionary("PerformanceMarkOptions", [
  { key: "detail", converter: webidl.converters.any },
  { key: "startTime", converter: webidl.converters.double },
]);

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

  get detail() { return markDetail(this); }

  static {
    markDetail = (entry) => webidl.isObject(entry) && #detail in entry ? entry.#detail : webidl.illegalInvocation();
    isMark = (entry) => #detail in entry;
  }
}

class PerformanceMeasure extends PerformanceEntry {
  #detail;

  constructor(key = undefined, name = "", startTime = 0, duration = 0, detail = null) {
    super(key, name, "measure", startTime, duration);
    this.#detail = cloneDetail(detail);
  }

  get detail() { return measureDetail(this); }

  static {
    measureDetail = (entry) => webidl.isObject(entry) && #detail in entry ? entry.#detail : webidl.illegalInvocation();
    isMeasure = (entry) => #detail in entry;
  }
}

webidl.defineInterface(PerformanceEntry);
webidl.defineInterface(PerformanceMark);
webidl.defineInterface(PerformanceMeasure);

exports.PerformanceEntry = PerformanceEntry;
exports.PerformanceMark = PerformanceMark;
exports.PerformanceMeasure = PerformanceMeasure;
