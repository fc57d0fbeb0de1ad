// SPDX-License-Identifier: Apache-2.0
// PerformanceObserver and PerformanceObserverEntryList:
// https://w3c.github.io/performance-timeline/#the-performanceobserver-interface
"use strict";

const webidl = require("webidl/webidl");
const { DOMException } = require("dom/dom_exception");
const { typeOf } = require("hr_time/performance_entry");
const timeline = require("hr_time/timeline");
const { reportException } = require("html/report_error");
const { queueTask } = require("html/timers");
const { copyList, removeAt } = require("script/lists");
const {
  ArrayPrototypeIncludes, ArrayPrototypeIndexOf, ArrayPrototypePush, FunctionPrototypeCall, ObjectFreeze, TypeError,
} = primordials;

const { DOMString, Function: convertFunction } = webidl.converters;

const supportedTypes = ObjectFreeze(["mark", "measure"]);
const isSupported = (type) => ArrayPrototypeIncludes(supportedTypes, type);

const convertInit = webidl.dictionary("PerformanceObserverInit", [
  { key: "buffered", converter: webidl.converters.boolean },
  { key: "entryTypes", converter: webidl.sequence(DOMString) },
  { key: "type", converter: DOMString },
]);

const registered = []; // the observers that observe something
let isTaskQueued = false;

// What is behind a PerformanceObserver.
class ObserverState {
  constructor(observer, callback) {
    this.observer = observer;
    this.callback = callback;
    this.isMultiple = undefined; // whether it observes by `entryTypes`; else by `type`
    this.types = [];
    this.entries = []; // that it was not told of
    this.tellsDropped = false;
  }

  register() {
    if (!ArrayPrototypeIncludes(registered, this)) ArrayPrototypePush(registered, this);
    timeline.watch(watch);
  }

  takeEntries() {
    const taken = this.entries;
    this.entries = [];
    return taken;
  }
}

webidl.detachRecord(ObserverState);

function watch(entry) {
  const type = typeOf(entry);
  for (let i = 0; i < registered.length; ++i) {
    const state = registered[i];
    if (!ArrayPrototypeIncludes(state.types, type)) continue;
    ArrayPrototypePush(state.entries, entry);
    queueNotification();
  }
}

function queueNotification() {
  if (isTaskQueued) return;
  isTaskQueued = true;
  queueTask(notify);
}

// The first call tells how many entries were dropped.
function callbackOptions(state) {
  if (!state.tellsDropped) return {};
  state.tellsDropped = false;
  let droppedEntriesCount = 0;
  for (let i = 0; i < state.types.length; ++i) droppedEntriesCount += timeline.droppedCount(state.types[i]);
  return { droppedEntriesCount };
}

function notify() {
  isTaskQueued = false;
  const all = copyList(registered);
  for (let i = 0; i < all.length; ++i) {
    const state = all[i];
    if (state.entries.length === 0) continue;
    const list = new PerformanceObserverEntryList(webidl.constructKey, state.takeEntries());
    try {
      FunctionPrototypeCall(state.callback, state.observer, list, state.observer, callbackOptions(state));
    } catch (error) {
      reportException(error);
    }
  }
}

function observe(state, init) {
  const { entryTypes, type, buffered } = init;
  const context = "Failed to execute 'observe' on 'PerformanceObserver'";
  if (entryTypes === undefined && type === undefined) {
    throw new TypeError(`${context}: the options have neither 'entryTypes' nor 'type'.`);
  }
  if (entryTypes !== undefined && (type !== undefined || buffered !== undefined)) {
    throw new TypeError(`${context}: 'entryTypes' and the other options exclude each other.`);
  }
  const isMultiple = entryTypes !== undefined;
  state.isMultiple ??= isMultiple;
  if (state.isMultiple !== isMultiple) {
    throw new DOMException(`${context}: one observer takes either 'entryTypes' or 'type', each time.`,
      "InvalidModificationError");
  }
  state.tellsDropped = true;
  if (isMultiple) observeAll(state, entryTypes);
  else observeOne(state, type, !!buffered);
}

function observeAll(state, entryTypes) {
  const types = [];
  for (let i = 0; i < entryTypes.length; ++i) {
    if (isSupported(entryTypes[i])) ArrayPrototypePush(types, entryTypes[i]);
  }
  if (types.length === 0) return;
  state.types = types;
  state.register();
}

function observeOne(state, type, buffered) {
  if (!isSupported(type)) return;
  if (!ArrayPrototypeIncludes(state.types, type)) ArrayPrototypePush(state.types, type);
  state.register();
  if (!buffered) return;
  const earlier = timeline.selectAll(undefined, type);
  for (let i = 0; i < earlier.length; ++i) ArrayPrototypePush(state.entries, earlier[i]);
  queueNotification();
}

function disconnect(state) {
  const at = ArrayPrototypeIndexOf(registered, state);
  if (at >= 0) removeAt(registered, at);
  if (registered.length === 0) timeline.watch(undefined);
  state.entries = [];
  state.types = [];
}

let stateOf;

class PerformanceObserver {
  #s;

  constructor(callback) {
    const context = "Failed to construct 'PerformanceObserver'";
    webidl.requiredArguments(arguments.length, 1, context);
    this.#s = new ObserverState(this, convertFunction(callback, `${context}: parameter 1`));
  }

  static get supportedEntryTypes() { return supportedTypes; }

  observe(options = undefined) {
    const state = stateOf(this);
    observe(state, convertInit(options, "Failed to execute 'observe' on 'PerformanceObserver': parameter 1"));
  }

  disconnect() { disconnect(stateOf(this)); }
  takeRecords() { return stateOf(this).takeEntries(); }

  static {
    stateOf = (observer) => webidl.isObject(observer) && #s in observer ? observer.#s : webidl.illegalInvocation();
  }
}

let entriesOf;

class PerformanceObserverEntryList {
  #entries = []; // by start time

  constructor(key = undefined, entries = []) {
    if (key !== webidl.constructKey) webidl.illegalConstructor();
    for (let i = 0; i < entries.length; ++i) timeline.insert(this.#entries, entries[i]);
  }

  getEntries() { return timeline.select(entriesOf(this)); }

  getEntriesByType(type) {
    const entries = entriesOf(this);
    const context = "Failed to execute 'getEntriesByType' on 'PerformanceObserverEntryList'";
    webidl.requiredArguments(arguments.length, 1, context);
    return timeline.select(entries, undefined, DOMString(type, `${context}: parameter 1`));
  }

  getEntriesByName(name, type = undefined) {
    const entries = entriesOf(this);
    const context = "Failed to execute 'getEntriesByName' on 'PerformanceObserverEntryList'";
    webidl.requiredArguments(arguments.length, 1, context);
    return timeline.select(entries, DOMString(name, `${context}: parameter 1`),
      type === undefined ? undefined : DOMString(type, `${context}: parameter 2`));
  }

  static {
    entriesOf = (list) => webidl.isObject(list) && #entries in list ? list.#entries : webidl.illegalInvocation();
  }
}

webidl.defineInterface(PerformanceObserver);
webidl.defineInterface(PerformanceObserverEntryList);

exports.PerformanceObserver = PerformanceObserver;
exports.PerformanceObserverEntryList = PerformanceObserverEntryList;
