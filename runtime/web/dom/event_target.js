// SPDX-License-Identifier: Apache-2.0
// EventTarget: https://dom.spec.whatwg.org/#interface-eventtarget, and event handler attributes (`onabort`):
// https://html.spec.whatwg.org/#event-handlers. A target without listeners costs one null field.
"use strict";

const webidl = require("webidl/webidl");
const { copyList, removeAt } = require("script/lists");
const { DOMException } = require("dom/dom_exception");
const { errorEventInit, isErrorEvent } = require("dom/error_event");
const { cancelEvent, eventState, isEvent } = require("dom/event");
const {
  ArrayPrototypeIndexOf, ArrayPrototypePush, FunctionPrototypeCall,
  ObjectDefineProperty, PromiseReject, ReflectGetOwnPropertyDescriptor, SafeMap, TypeError,
  globalThis: globalObject,
} = primordials;
const { boolean, DOMString } = webidl.converters;

const NONE = 0;
const AT_TARGET = 2;

// Where exceptions of listeners go. Until the runtime says otherwise they are unhandled rejections.
let reportException = (error) => {
  PromiseReject(error);
};

// abort_signal.js registers itself here, since it builds on this file:
// { isAbortSignal(V), isAborted(signal), addAlgorithm(signal, fn), removeAlgorithm(signal, fn),
//   retentionChanged(signal) }
let abortSupport = null;

class TargetState {
  constructor() {
    this.listeners = new SafeMap(); // type -> array of Listener
    this.handlers = null; // type -> Handler, made on first use
  }
}

webidl.detachRecord(TargetState);

class Listener {
  constructor(type, callback, capture, passive, once) {
    this.type = type;
    this.callback = callback;
    this.capture = capture;
    this.passive = passive;
    this.once = once;
    this.removed = false;
    this.signal = undefined; // removes it when it aborts, by
    this.onAbort = undefined;
  }
}

webidl.detachRecord(Listener);

// The global object is an EventTarget whose state cannot sit in a private field.
const globalState = new TargetState();

let stateOf; // (target) => TargetState or null when there never was a listener
let ensureState;

const captureMember = { key: "capture", converter: boolean, defaultValue: () => false };
const convertListenerOptions = webidl.dictionary("EventListenerOptions", [captureMember]);
const convertAddOptions = webidl.dictionary("AddEventListenerOptions", [
  captureMember,
  { key: "once", converter: boolean, defaultValue: () => false },
  { key: "passive", converter: boolean, defaultValue: () => false },
  { key: "signal", converter: webidl.iface("AbortSignal", (V) => abortSupport.isAbortSignal(V)) },
]);

// A dictionary of options; undefined for a boolean, which is `capture`.
function convertOptions(options, convert, context) {
  return options === undefined || options === null || webidl.isObject(options)
    ? convert(options, context) : undefined;
}

const convertCallback = webidl.nullable(webidl.converters.object);

function removeListener(target, listener) {
  if (listener.removed) return;
  listener.removed = true;
  if (listener.signal !== undefined) abortSupport.removeAlgorithm(listener.signal, listener.onAbort);
  const { listeners } = stateOf(target);
  const list = listeners.get(listener.type);
  if (list.length === 1) listeners.delete(listener.type);
  else removeAt(list, ArrayPrototypeIndexOf(list, listener));
  if (listener.type === "abort") abortSupport?.retentionChanged(target);
}

function findListener(list, callback, capture) {
  for (let i = 0; i < list.length; ++i) {
    if (list[i].callback === callback && list[i].capture === capture) return list[i];
  }
  return undefined;
}

function addListener(target, type, callback, capture, passive, once) {
  const { listeners } = ensureState(target);
  const listener = new Listener(type, callback, capture, passive, once);
  const list = listeners.get(type);
  if (list === undefined) {
    listeners.set(type, [listener]);
  } else {
    if (findListener(list, callback, capture) !== undefined) return undefined;
    ArrayPrototypePush(list, listener);
  }
  if (type === "abort") abortSupport?.retentionChanged(target);
  return listener;
}

function callListener(callback, event, thisValue) {
  if (typeof callback === "function") {
    FunctionPrototypeCall(callback, thisValue, event);
    return;
  }
  const { handleEvent } = callback;
  if (typeof handleEvent !== "function") {
    throw new TypeError("The event listener has no callable handleEvent.");
  }
  FunctionPrototypeCall(handleEvent, callback, event);
}

function invoke(target, event, s, capturing) {
  if (s.propagationStopped) return;
  const list = stateOf(target)?.listeners.get(s.type);
  if (list === undefined) return;
  const copy = copyList(list); // listeners come and go while they run
  for (let i = 0; i < copy.length; ++i) {
    const listener = copy[i];
    if (listener.removed || listener.capture !== capturing) continue;
    if (listener.once) removeListener(target, listener);
    s.inPassiveListener = listener.passive;
    try {
      callListener(listener.callback, event, target);
    } catch (error) {
      reportException(error);
    }
    s.inPassiveListener = false;
    if (s.immediatePropagationStopped) return;
  }
}

// Dispatches an event that is not being dispatched; false when it was cancelled.
function dispatch(target, event) {
  const s = eventState(event);
  s.dispatching = true;
  s.target = target;
  s.currentTarget = target;
  s.phase = AT_TARGET;
  invoke(target, event, s, true);
  invoke(target, event, s, false);
  s.phase = NONE;
  s.currentTarget = null;
  s.dispatching = false;
  s.propagationStopped = false;
  s.immediatePropagationStopped = false;
  return !s.canceled;
}

class EventTarget {
  #s = null;

  addEventListener(type, callback, options = undefined) {
    const target = this ?? globalObject;
    stateOf(target);
    const context = "Failed to execute 'addEventListener' on 'EventTarget'";
    webidl.requiredArguments(arguments.length, 2, context);
    type = DOMString(type, `${context}: parameter 1`);
    callback = convertCallback(callback, `${context}: parameter 2`);
    const more = convertOptions(options, convertAddOptions, `${context}: parameter 3`);
    const capture = more === undefined ? boolean(options) : more.capture;
    const signal = more?.signal;
    if (callback === null || (signal !== undefined && abortSupport.isAborted(signal))) return;
    const listener = addListener(target, type, callback, capture, !!more?.passive, !!more?.once);
    if (listener !== undefined && signal !== undefined) {
      listener.signal = signal;
      listener.onAbort = () => removeListener(target, listener);
      abortSupport.addAlgorithm(signal, listener.onAbort);
    }
  }

  removeEventListener(type, callback, options = undefined) {
    const target = this ?? globalObject;
    const s = stateOf(target);
    const context = "Failed to execute 'removeEventListener' on 'EventTarget'";
    webidl.requiredArguments(arguments.length, 2, context);
    type = DOMString(type, `${context}: parameter 1`);
    callback = convertCallback(callback, `${context}: parameter 2`);
    const more = convertOptions(options, convertListenerOptions, `${context}: parameter 3`);
    const capture = more === undefined ? boolean(options) : more.capture;
    const list = s?.listeners.get(type);
    if (list === undefined) return;
    const listener = findListener(list, callback, capture);
    if (listener !== undefined) removeListener(target, listener);
  }

  dispatchEvent(event) {
    const target = this ?? globalObject;
    stateOf(target);
    const context = "Failed to execute 'dispatchEvent' on 'EventTarget'";
    webidl.requiredArguments(arguments.length, 1, context);
    if (!isEvent(event)) webidl.fail(`${context}: parameter 1`, "is not of type 'Event'.");
    const s = eventState(event);
    if (s.dispatching || !s.initialized) {
      throw new DOMException(`${context}: the event is already being dispatched.`, "InvalidStateError");
    }
    s.isTrusted = false;
    return dispatch(target, event);
  }

  static {
    stateOf = (target) => {
      if (webidl.isObject(target)) {
        if (#s in target) return target.#s;
        if (target === globalObject) return globalState;
      }
      return webidl.illegalInvocation();
    };
    ensureState = (target) => stateOf(target) ?? (target.#s = new TargetState());
  }
}

webidl.defineInterface(EventTarget);

// ----------------------------------------------------------------- event handler attributes

class Handler {
  constructor() {
    this.value = null;
    this.listener = undefined; // set while a value is
  }
}

webidl.detachRecord(Handler);

// The event handler processing algorithm. Only a global's onerror takes the parts of an ErrorEvent.
function callHandler(handler, event, thisValue, isGlobalError) {
  const { value } = handler;
  if (typeof value !== "function") return; // an object is a legal value that does nothing
  if (isGlobalError && isErrorEvent(event)) {
    const { message, filename, lineno, colno, error } = errorEventInit(event);
    const result = FunctionPrototypeCall(value, thisValue, message, filename, lineno, colno, error);
    if (result === true) cancelEvent(event);
    return;
  }
  if (FunctionPrototypeCall(value, thisValue, event) === false) cancelEvent(event);
}

function setHandler(target, type, value, isGlobalError) {
  const s = ensureState(target);
  s.handlers ??= new SafeMap();
  let handler = s.handlers.get(type);
  if (!webidl.isObject(value)) {
    if (handler === undefined) return;
    handler.value = null;
    if (handler.listener !== undefined) removeListener(target, handler.listener);
    handler.listener = undefined;
    return;
  }
  if (handler === undefined) s.handlers.set(type, handler = new Handler());
  handler.value = value;
  if (handler.listener !== undefined) return; // it keeps its place among the listeners
  handler.listener = addListener(
    target, type, (event) => callHandler(handler, event, target, isGlobalError), false, false, false);
}

// Defines the attribute `on${type}` on a prototype. `options`: isInstance(V) says whose it is (else every
// EventTarget's), or isGlobal that it is the global object's.
function defineEventHandler(proto, type, options = undefined) {
  const isInstance = options?.isInstance ?? ((V) => V !== globalObject);
  const isGlobal = !!options?.isGlobal;
  const isGlobalError = isGlobal && type === "error";
  const targetOf = (receiver) => {
    if (isGlobal) {
      webidl.checkGlobal(receiver);
      return globalObject;
    }
    return isInstance(receiver) ? receiver : webidl.illegalInvocation();
  };
  const name = `on${type}`;
  const { get, set } = ReflectGetOwnPropertyDescriptor({
    get [name]() { return stateOf(targetOf(this))?.handlers?.get(type)?.value ?? null; },
    set [name](value) { setHandler(targetOf(this), type, value, isGlobalError); },
  }, name);
  ObjectDefineProperty(proto, name, { __proto__: null, get, set, enumerable: true, configurable: true });
}

exports.EventTarget = EventTarget;
exports.dispatch = dispatch;
exports.defineEventHandler = defineEventHandler;
exports.hasListeners = (target, type) => stateOf(target)?.listeners.get(type) !== undefined;
// The callback of the listener, where there is but one.
exports.onlyListener = (target, type) => {
  const list = stateOf(target)?.listeners.get(type);
  return list?.length === 1 ? list[0].callback : undefined;
};
exports.setReportException = (fn) => {
  reportException = fn;
};
exports.reportException = (error) => reportException(error);
exports.setAbortSupport = (support) => {
  abortSupport = support;
};
