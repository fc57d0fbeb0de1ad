// SPDX-License-Identifier: Apache-2.0
// Event: https://dom.spec.whatwg.org/#interface-event. There is no tree here: a path has one target.
"use strict";

const webidl = require("webidl/webidl");
const { DateNow, ObjectDefineProperty, ObjectGetOwnPropertyDescriptor } = primordials;
const { boolean, DOMString } = webidl.converters;

const NONE = 0;

const convertEventInit = webidl.dictionary("EventInit", [
  { key: "bubbles", converter: boolean, defaultValue: () => false },
  { key: "cancelable", converter: boolean, defaultValue: () => false },
  { key: "composed", converter: boolean, defaultValue: () => false },
]);

class EventState {
  constructor(type, bubbles, cancelable, composed, isTrusted) {
    this.type = type;
    this.bubbles = bubbles;
    this.cancelable = cancelable;
    this.composed = composed;
    this.isTrusted = isTrusted;
    this.target = null;
    this.currentTarget = null;
    this.phase = NONE;
    this.timeStamp = DateNow(); // as performance.now() has it: the time origin is 0
    this.propagationStopped = false;
    this.immediatePropagationStopped = false;
    this.canceled = false;
    this.inPassiveListener = false;
    this.dispatching = false;
    this.initialized = true;
  }
}

webidl.detachRecord(EventState);

function setCanceled(s) {
  if (s.cancelable && !s.inPassiveListener) s.canceled = true;
}

let state; // (event) => its EventState; throws "Illegal invocation" for anything else
let isEvent;
let isTrustedDescriptor;

class Event {
  #s;

  constructor(type, eventInitDict = undefined) {
    webidl.requiredArguments(arguments.length, 1, "Failed to construct 'Event'");
    const convertedType = DOMString(type, "Failed to construct 'Event': parameter 1");
    if (eventInitDict === undefined) {
      this.#s = new EventState(convertedType, false, false, false, false);
    } else {
      const init = convertEventInit(eventInitDict, "Failed to construct 'Event': parameter 2");
      this.#s = new EventState(convertedType, init.bubbles, init.cancelable, init.composed, false);
    }
    ObjectDefineProperty(this, "isTrusted", isTrustedDescriptor); // [LegacyUnforgeable]: an own property
  }

  get type() { return state(this).type; }
  get target() { return state(this).target; }
  get srcElement() { return state(this).target; }
  get currentTarget() { return state(this).currentTarget; }
  get eventPhase() { return state(this).phase; }
  get bubbles() { return state(this).bubbles; }
  get cancelable() { return state(this).cancelable; }
  get defaultPrevented() { return state(this).canceled; }
  get composed() { return state(this).composed; }
  get timeStamp() { return state(this).timeStamp; }

  get cancelBubble() { return state(this).propagationStopped; }
  set cancelBubble(value) {
    const s = state(this);
    if (boolean(value)) s.propagationStopped = true;
  }

  get returnValue() { return !state(this).canceled; }
  set returnValue(value) {
    const s = state(this);
    if (!boolean(value)) setCanceled(s);
  }

  composedPath() {
    const { currentTarget } = state(this);
    return currentTarget === null ? [] : [currentTarget];
  }

  stopPropagation() {
    state(this).propagationStopped = true;
  }

  stopImmediatePropagation() {
    const s = state(this);
    s.propagationStopped = true;
    s.immediatePropagationStopped = true;
  }

  preventDefault() {
    setCanceled(state(this));
  }

  initEvent(type, bubbles = false, cancelable = false) {
    const s = state(this);
    webidl.requiredArguments(arguments.length, 1, "Failed to execute 'initEvent' on 'Event'");
    const convertedType = DOMString(type, "Failed to execute 'initEvent' on 'Event': parameter 1");
    if (s.dispatching) return;
    s.type = convertedType;
    s.bubbles = boolean(bubbles);
    s.cancelable = boolean(cancelable);
    s.initialized = true;
    s.propagationStopped = s.immediatePropagationStopped = s.canceled = s.isTrusted = false;
    s.target = null;
  }

  static {
    state = (event) => webidl.isObject(event) && #s in event ? event.#s : webidl.illegalInvocation();
    isEvent = (V) => webidl.isObject(V) && #s in V;
    // A getter of an object literal: not a constructor, and named "get isTrusted" as the standard has it.
    const { get } = ObjectGetOwnPropertyDescriptor({
      get isTrusted() { return state(this).isTrusted; },
    }, "isTrusted");
    isTrustedDescriptor = { __proto__: null, get, enumerable: true, configurable: false };
  }
}

webidl.defineInterface(Event);
webidl.defineConstants(Event, { NONE, CAPTURING_PHASE: 1, AT_TARGET: 2, BUBBLING_PHASE: 3 });

exports.Event = Event;
exports.eventState = state;
exports.cancelEvent = (event) => setCanceled(state(event)); // preventDefault()
exports.isEvent = isEvent;
// Marks an event made by the runtime; returns it.
exports.trusted = (event) => {
  state(event).isTrusted = true;
  return event;
};
