// SPDX-License-Identifier: Apache-2.0
// Performance: https://w3c.github.io/hr-time/, with marks and measures (https://w3c.github.io/user-timing/)
// and their timeline. As on the Workers platform the time origin is 0: now() is the wall clock.
"use strict";

const webidl = require("webidl/webidl");
const { DOMException } = require("dom/dom_exception");
const { EventTarget } = require("dom/event_target");
const { PerformanceEntry, PerformanceMark, PerformanceMeasure, startTimeOf } = require("hr_time/performance_entry");
const timeline = require("hr_time/timeline");
const { SafeSet, SetPrototypeHas, TypeError } = primordials;

const { DOMString } = webidl.converters;

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

let check;

class Performance extends EventTarget {
  #brand = true;

  constructor(key = undefined) {
    if (key !== webidl.constructKey) webidl.illegalConstructor();
    super();
  }

  now() {
    check(this);
    return ops.wallNow();
  }

  get timeOrigin() {
    check(this);
    return 0;
  }

  toJSON() {
    check(this);
    return { timeOrigin: 0 };
  }

  mark(markName, markOptions = undefined) {
    check(this);
    webidl.requiredArguments(arguments.length, 1, "Failed to execute 'mark' on 'Performance'");
    return timeline.add(new PerformanceMark(markName, markOptions));
  }

  measure(measureName, startOrMeasureOptions = undefined, endMark = undefined) {
    check(this);
    const context = "Failed to execute 'measure' on 'Performance'";
    webidl.requiredArguments(arguments.length, 1, context);
    const name = DOMString(measureName, `${context}: parameter 1`);
    const end = endMark === undefined ? undefined : DOMString(endMark, `${context}: parameter 3`);
    const span = webidl.isObject(startOrMeasureOptions)
      ? spanOfOptions(
        convertMeasureOptions(startOrMeasureOptions, `${context}: parameter 2`), end, context)
      : {
        start: startOrMeasureOptions === undefined || startOrMeasureOptions === null ? 0
          : timeOf(DOMString(startOrMeasureOptions, `${context}: parameter 2`), context),
        end: endTimeOf(end, context),
        detail: null,
      };
    return timeline.add(
      new PerformanceMeasure(webidl.constructKey, name, span.start, span.end - span.start, span.detail));
  }

  clearMarks(markName = undefined) {
    check(this);
    timeline.clear("mark", markName === undefined ? undefined
      : DOMString(markName, "Failed to execute 'clearMarks' on 'Performance': parameter 1"));
  }

  clearMeasures(measureName = undefined) {
    check(this);
    timeline.clear("measure", measureName === undefined ? undefined
      : DOMString(measureName, "Failed to execute 'clearMeasures' on 'Performance': parameter 1"));
  }

  getEntries() {
    check(this);
    return timeline.selectAll();
  }

  getEntriesByType(type) {
    check(this);
    const context = "Failed to execute 'getEntriesByType' on 'Performance'";
    webidl.requiredArguments(arguments.length, 1, context);
    return timeline.selectAll(undefined, DOMString(type, `${context}: parameter 1`));
  }

  getEntriesByName(name, type = undefined) {
    check(this);
    const context = "Failed to execute 'getEntriesByName' on 'Performance'";
    webidl.requiredArguments(arguments.length, 1, context);
    return timeline.selectAll(DOMString(name, `${context}: parameter 1`),
      type === undefined ? undefined : DOMString(type, `${context}: parameter 2`));
  }

  static {
    check = (performance) => (webidl.isObject(performance) && #brand in performance) || webidl.illegalInvocation();
  }
}

// The attributes of PerformanceTiming: outside of a page no mark of these names is looked for.
const timingNames = new SafeSet();
const names = ["navigationStart", "unloadEventStart", "unloadEventEnd", "redirectStart", "redirectEnd", "fetchStart",
  "domainLookupStart", "domainLookupEnd", "connectStart", "connectEnd", "secureConnectionStart", "requestStart",
  "responseStart", "responseEnd", "domLoading", "domInteractive", "domContentLoadedEventStart",
  "domContentLoadedEventEnd", "domComplete", "loadEventStart", "loadEventEnd"];
for (let i = 0; i < names.length; ++i) timingNames.add(names[i]);

// A time, or the start of the newest mark of that name.
function timeOf(markOrTime, context) {
  if (typeof markOrTime === "number") {
    if (markOrTime < 0) throw new TypeError(`${context}: the time ${markOrTime} is negative.`);
    return markOrTime;
  }
  if (SetPrototypeHas(timingNames, markOrTime)) {
    throw new TypeError(`${context}: '${markOrTime}' is a moment in the life of a page, and there is none.`);
  }
  const mark = timeline.findMark(markOrTime);
  if (mark !== undefined) return startTimeOf(mark);
  throw new DOMException(`${context}: there is no mark '${markOrTime}'.`, "SyntaxError");
}

function endTimeOf(endMark, context) {
  return endMark === undefined ? ops.wallNow() : timeOf(endMark, context);
}

function spanOfOptions(options, endMark, context) {
  const { start, end, duration, detail } = options;
  if (start === undefined && end === undefined && duration === undefined && detail === undefined) {
    return { start: 0, end: endTimeOf(endMark, context), detail: null };
  }
  if (endMark !== undefined) throw new TypeError(`${context}: options and an end mark exclude each other.`);
  if (start === undefined && end === undefined) {
    throw new TypeError(`${context}: the options have neither 'start' nor 'end'.`);
  }
  if (start !== undefined && end !== undefined && duration !== undefined) {
    throw new TypeError(`${context}: the options have 'start', 'end' and 'duration'; two of them suffice.`);
  }
  let endTime;
  if (end !== undefined) endTime = timeOf(end, context);
  else if (duration !== undefined) endTime = timeOf(start, context) + duration;
  else endTime = ops.wallNow();
  let startsAt = 0;
  if (start !== undefined) startsAt = timeOf(start, context);
  else if (duration !== undefined) startsAt = endTime - duration;
  return { start: startsAt, end: endTime, detail: detail ?? null };
}

webidl.defineInterface(Performance);

exports.Performance = Performance;
exports.PerformanceEntry = PerformanceEntry;
exports.PerformanceMark = PerformanceMark;
exports.PerformanceMeasure = PerformanceMeasure;
exports.performance = new Performance(webidl.constructKey);
