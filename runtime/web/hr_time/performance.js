// SPDX-License-Identifier: Apache-2.0
// Performance: https://w3c.github.io/hr-time/, with marks and measures (https://w3c.github.io/user-timing/)
// and their timeline. As on the Workers platform the time origin is 0: now() is the wall clock.
"use strict";

const webidl = require("webidl/webidl");
const { DOMException } = require("dom/dom_exception");
const { EventTarget } = require("dom/event_target");
const { PerformanceEntry, PerformanceMark, PerformanceMeasure } = require("hr_time/performance_entry");
const {
  ArrayPrototypePush, ArrayPrototypeSplice, ReflectGetOwnPropertyDescriptor, TypeError, uncurryThis,
} = primordials;

const { DOMString } = webidl.converters;

const kMaxEntries = 10_000; // marks and measures that are kept; later ones are returned, but not listed

const convertMeasureOptions = webidl.dictionary("PerformanceMeasureOptions", [
  { key: "detail", converter: webidl.converters.any },
  { key: "duration", converter: webidl.converters.double },
  { key: "end", converter: convertTime },
  { key: "start", converter: convertTime },
]);

// (DOMString or DOMHighResTimeStamp)
function convertTime(value, context) {
  return typeof value === "number" ? webidl.converters.double(value, context) : DOMString(value, context);
}

let entriesOf; // (performance) => its timeline, by start time

class Performance extends EventTarget {
  #entries = [];

  constructor(key = undefined) {
    if (key !== webidl.constructKey) webidl.illegalConstructor();
    super();
  }

  now() {
    if (!(#entries in this)) webidl.illegalInvocation();
    return ops.wallNow();
  }

  get timeOrigin() {
    entriesOf(this);
    return 0;
  }

  toJSON() {
    entriesOf(this);
    return { timeOrigin: 0 };
  }

  mark(markName, markOptions = undefined) {
    const entries = entriesOf(this);
    webidl.requiredArguments(arguments.length, 1, "Failed to execute 'mark' on 'Performance'");
    return add(entries, new PerformanceMark(markName, markOptions));
  }

  measure(measureName, startOrMeasureOptions = undefined, endMark = undefined) {
    const entries = entriesOf(this);
    const context = "Failed to execute 'measure' on 'Performance'";
    webidl.requiredArguments(arguments.length, 1, context);
    const name = DOMString(measureName, `${context}: parameter 1`);
    const end = endMark === undefined ? undefined : DOMString(endMark, `${context}: parameter 3`);
    const span = webidl.isObject(startOrMeasureOptions)
      ? spanOfOptions(
        entries, convertMeasureOptions(startOrMeasureOptions, `${context}: parameter 2`), end, context)
      : {
        start: startOrMeasureOptions === undefined || startOrMeasureOptions === null ? 0
          : timeOf(entries, DOMString(startOrMeasureOptions, `${context}: parameter 2`), context),
        end: endTimeOf(entries, end, context),
        detail: null,
      };
    return add(entries,
      new PerformanceMeasure(webidl.constructKey, name, span.start, span.end - span.start, span.detail));
  }

  clearMarks(markName = undefined) {
    clear(entriesOf(this), "mark", markName === undefined ? undefined
      : DOMString(markName, "Failed to execute 'clearMarks' on 'Performance': parameter 1"));
  }

  clearMeasures(measureName = undefined) {
    clear(entriesOf(this), "measure", measureName === undefined ? undefined
      : DOMString(measureName, "Failed to execute 'clearMeasures' on 'Performance': parameter 1"));
  }

  getEntries() {
    return select(entriesOf(this));
  }

  getEntriesByType(type) {
    const entries = entriesOf(this);
    const context = "Failed to execute 'getEntriesByType' on 'Performance'";
    webidl.requiredArguments(arguments.length, 1, context);
    return select(entries, undefined, DOMString(type, `${context}: parameter 1`));
  }

  getEntriesByName(name, type = undefined) {
    const entries = entriesOf(this);
    const context = "Failed to execute 'getEntriesByName' on 'Performance'";
    webidl.requiredArguments(arguments.length, 1, context);
    return select(entries, DOMString(name, `${context}: parameter 1`),
      type === undefined ? undefined : DOMString(type, `${context}: parameter 2`));
  }

  static {
    entriesOf = (performance) => #entries in performance ? performance.#entries : webidl.illegalInvocation();
  }
}

// Keeps the timeline in the order of start times, equal ones in the order of their making.
function add(entries, entry) {
  if (entries.length >= kMaxEntries) return entry;
  let at = entries.length;
  const start = startTime(entry);
  while (at > 0 && startTime(entries[at - 1]) > start) --at;
  if (at === entries.length) ArrayPrototypePush(entries, entry);
  else ArrayPrototypeSplice(entries, at, 0, entry);
  return entry;
}

function select(entries, name, type) {
  const result = [];
  for (let i = 0; i < entries.length; ++i) {
    const entry = entries[i];
    if (name !== undefined && nameOf(entry) !== name) continue;
    if (type !== undefined && typeOf(entry) !== type) continue;
    ArrayPrototypePush(result, entry);
  }
  return result;
}

function clear(entries, type, name) {
  let kept = 0;
  for (let i = 0; i < entries.length; ++i) {
    const entry = entries[i];
    if (typeOf(entry) === type && (name === undefined || nameOf(entry) === name)) continue;
    entries[kept++] = entry;
  }
  entries.length = kept;
}

function getter(name) {
  return uncurryThis(ReflectGetOwnPropertyDescriptor(PerformanceEntry.prototype, name).get);
}

const nameOf = getter("name");
const typeOf = getter("entryType");
const startTime = getter("startTime");

// A time, or the start of the newest mark of that name.
function timeOf(entries, markOrTime, context) {
  if (typeof markOrTime === "number") {
    if (markOrTime < 0) throw new TypeError(`${context}: the time ${markOrTime} is negative.`);
    return markOrTime;
  }
  for (let i = entries.length - 1; i >= 0; --i) {
    if (typeOf(entries[i]) === "mark" && nameOf(entries[i]) === markOrTime) return startTime(entries[i]);
  }
  throw new DOMException(`${context}: there is no mark '${markOrTime}'.`, "SyntaxError");
}

function endTimeOf(entries, endMark, context) {
  return endMark === undefined ? ops.wallNow() : timeOf(entries, endMark, context);
}

function spanOfOptions(entries, options, endMark, context) {
  const { start, end, duration, detail } = options;
  if (start === undefined && end === undefined && duration === undefined && detail === undefined) {
    return { start: 0, end: endTimeOf(entries, endMark, context), detail: null };
  }
  if (endMark !== undefined) throw new TypeError(`${context}: options and an end mark exclude each other.`);
  if (start === undefined && end === undefined) {
    throw new TypeError(`${context}: the options have neither 'start' nor 'end'.`);
  }
  if (start !== undefined && end !== undefined && duration !== undefined) {
    throw new TypeError(`${context}: the options have 'start', 'end' and 'duration'; two of them suffice.`);
  }
  let endTime;
  if (end !== undefined) endTime = timeOf(entries, end, context);
  else if (duration !== undefined) endTime = timeOf(entries, start, context) + duration;
  else endTime = ops.wallNow();
  let startsAt = 0;
  if (start !== undefined) startsAt = timeOf(entries, start, context);
  else if (duration !== undefined) startsAt = endTime - duration;
  return { start: startsAt, end: endTime, detail: detail ?? null };
}

webidl.defineInterface(Performance);

exports.Performance = Performance;
exports.PerformanceEntry = PerformanceEntry;
exports.PerformanceMark = PerformanceMark;
exports.PerformanceMeasure = PerformanceMeasure;
exports.performance = new Performance(webidl.constructKey);
