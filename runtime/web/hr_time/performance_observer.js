// SPDX-License-Identifier: Apache-2.0
// PerformanceObserver and PerformanceObserverEntryList:
// https://w3c.github.io/performance-timeline/#the-performanceobserver-interface. What observe() begins in a
// request ends with that request; what it begins in the global scope stays until disconnect().
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
    this.request = 0; // that it observes for
  }

  register() {
    dropThoseOver();
    if (!ArrayPrototypeIncludes(registered, this)) {
      this.request = ops.currentRequest();
      ArrayPrototypePush(registered, this);
    } else if (this.request !== 0) {
      this.request = ops.currentRequest();
    }
    timeline.watch(watch);
  }

  forget() {
    this.entries = [];
    this.types = [];
  }

  takeEntries() {
    const taken = this.entries;
    this.entries = [];
    return taken;
  }
}

webidl.detachRecord(ObserverState);

// Takes out the observers whose request is over.
function dropThoseOver() {
  let kept = 0;
  let request = 0;
  let isOver = false;
  for (let i = 0; i < registered.length; ++i) {
    const state = registered[i];
    if (state.request !== request) {
      request = state.request;
      isOver = ops.requestIsOver(request);
    }
    if (isOver) state.forget();
    else registered[kept++] = state;
  }
  if (kept === registered.length) return;
  registered.length = kept;
  if (kept === 0) timeline.watch(undefined);
}

function watch(entry) {
  dropThoseOver();
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

// As part of the request that it observes for; in the global scope there is none.
function callBack(state, list) {
  const outer = ops.currentRequest();
  if (state.request !== 0) ops.setCurrentRequest(state.request);
  try {
    FunctionPrototypeCall(state.callback, state.observer, list, state.observer, callbackOptions(state));
  } catch (error) {
    reportException(error);
  } finally {
    ops.setCurrentRequest(outer);
  }
}

function notify() {
  isTaskQueued = false;
  dropThoseOver();
  const all = copyList(registered);
  for (let i = 0; i < all.length; ++i) {
    const state = all[i];
    if (state.entries.length === 0) continue;
    callBack(state, new PerformanceObserverEntryList(webidl.constructKey, state.takeEntries()));
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
  state.register();
  state.types = types;
}

function observeOne(state, type, buffered) {
  if (!isSupported(type)) return;
  state.register();
  if (!ArrayPrototypeIncludes(state.types, type)) ArrayPrototypePush(state.types, type);
  if (!buffered) return;
  const earlier = timeline.selectAll(undefined, type);
  for (let i = 0; i < earlier.length; ++i) ArrayPrototypePush(state.entries, earlier[i]);
  queueNotification();
}

function disconnect(state) {
  const at = ArrayPrototypeIndexOf(registered, state);
  if (at >= 0) removeAt(registered, at);
  if (registered.length === 0) timeline.watch(undefined);
  state.forget();
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
