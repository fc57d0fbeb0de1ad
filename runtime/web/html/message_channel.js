// SPDX-License-Identifier: Apache-2.0
// MessageChannel and MessagePort: https://html.spec.whatwg.org/#message-channels, within one isolate. Each
// message is delivered by a task of its own.
"use strict";

const webidl = require("webidl/webidl");
const { DOMException } = require("dom/dom_exception");
const { trusted, Event } = require("dom/event");
const { EventTarget, defineEventHandler, dispatch, hasListeners } = require("dom/event_target");
const { createMessageEvent, setMessagePort } = require("dom/message_event");
const { queueTask } = require("html/timers");
const { reportException } = require("html/report_error");
const { markUncloneable, registerTransferable } = require("html/clone_registry");
const { convertTransferOptions } = require("html/structured_clone");
const { structuredSerializeWithTransfer } = require("html/structured_serialize");
const { structuredDeserializeWithTransfer } = require("html/structured_deserialize");
const {
  ArrayPrototypeIncludes, ArrayPrototypePush, ArrayPrototypeShift, ObjectDefineProperty, ObjectFreeze, ReflectApply,
  ReflectGetOwnPropertyDescriptor,
} = primordials;

// One end of a channel. It outlives its MessagePort object when that is transferred.
class End {
  constructor() {
    this.port = null;
    this.other = null; // the End that messages go to; null: closed
    this.queue = [];   // serialized messages
    this.isStarted = false;
  }
}

webidl.detachRecord(End);

let endOf;   // (port) => End, or null once the port was transferred
let takeEnd; // the same, and leaves the port detached
let isMessagePort;

const convertTransferList = webidl.sequence(webidl.converters.object);

class MessagePort extends EventTarget {
  #end;

  constructor(key = undefined, end = undefined) {
    if (key !== webidl.constructKey) webidl.illegalConstructor();
    super();
    this.#end = end;
    end.port = this;
  }

  postMessage(message, transferOrOptions = undefined) {
    const end = endOf(this);
    const context = "Failed to execute 'postMessage' on 'MessagePort'";
    webidl.requiredArguments(arguments.length, 1, context);
    const transfer = webidl.isIterable(transferOrOptions)
      ? convertTransferList(transferOrOptions, `${context}: parameter 2`)
      : convertTransferOptions(transferOrOptions, `${context}: parameter 2`).transfer;
    if (ArrayPrototypeIncludes(transfer, this)) {
      throw new DOMException(`${context}: a port cannot be sent through itself.`, "DataCloneError");
    }
    const target = end === null ? null : end.other;
    const isDoomed = target !== null && target.port !== null && ArrayPrototypeIncludes(transfer, target.port);
    const serialized = structuredSerializeWithTransfer(message, transfer);
    if (target === null || isDoomed) return;
    ArrayPrototypePush(target.queue, serialized);
    if (target.isStarted) queueTask(() => deliver(target));
  }

  start() {
    const end = endOf(this);
    if (end !== null) startEnd(end);
  }

  close() {
    const end = endOf(this);
    if (end === null) return;
    const { other } = end;
    end.queue = [];
    end.other = null;
    takeEnd(this);
    if (other === null) return;
    other.other = null;
    queueTask(() => tellClosed(other));
  }

  static {
    endOf = (port) => webidl.isObject(port) && #end in port ? port.#end : webidl.illegalInvocation();
    takeEnd = (port) => {
      const end = port.#end;
      port.#end = null;
      return end;
    };
    isMessagePort = (value) => webidl.isObject(value) && #end in value;
  }
}

function startEnd(end) {
  if (end.isStarted) return;
  end.isStarted = true;
  for (let i = 0; i < end.queue.length; ++i) queueTask(() => deliver(end));
}

function tellClosed(end) {
  if (end.port !== null) dispatch(end.port, trusted(new Event("close")));
}

// The port may have been closed or transferred since the task was queued: then the message waits, or is gone.
function deliver(end) {
  if (!end.isStarted || end.queue.length === 0 || end.port === null) return;
  const serialized = ArrayPrototypeShift(end.queue);
  const { port } = end;
  let event;
  try {
    const { value, transferred } = structuredDeserializeWithTransfer(serialized);
    const ports = [];
    for (let i = 0; i < transferred.length; ++i) {
      if (isMessagePort(transferred[i])) ArrayPrototypePush(ports, transferred[i]);
    }
    event = createMessageEvent("message", value, "", "", ObjectFreeze(ports));
  } catch (error) {
    if (!hasListeners(port, "messageerror")) reportException(error);
    event = createMessageEvent("messageerror", null, "", "");
  }
  dispatch(port, trusted(event));
}

class MessageChannel {
  #port1;
  #port2;

  constructor() {
    const end1 = new End();
    const end2 = new End();
    end1.other = end2;
    end2.other = end1;
    this.#port1 = new MessagePort(webidl.constructKey, end1);
    this.#port2 = new MessagePort(webidl.constructKey, end2);
  }

  get port1() {
    return webidl.isObject(this) && #port1 in this ? this.#port1 : webidl.illegalInvocation();
  }

  get port2() {
    return webidl.isObject(this) && #port2 in this ? this.#port2 : webidl.illegalInvocation();
  }
}

webidl.defineInterface(MessagePort);
webidl.defineInterface(MessageChannel);
defineEventHandler(MessagePort.prototype, "message", { __proto__: null, isInstance: isMessagePort });
defineEventHandler(MessagePort.prototype, "messageerror", { __proto__: null, isInstance: isMessagePort });
defineEventHandler(MessagePort.prototype, "close", { __proto__: null, isInstance: isMessagePort });

// Setting onmessage starts the port.
const { get, set: setHandler } = ReflectGetOwnPropertyDescriptor(MessagePort.prototype, "onmessage");
const { set } = ReflectGetOwnPropertyDescriptor({
  set onmessage(value) {
    ReflectApply(setHandler, this, [value]);
    const end = endOf(this);
    if (end !== null) startEnd(end);
  },
}, "onmessage");
ObjectDefineProperty(MessagePort.prototype, "onmessage",
  { __proto__: null, get, set, enumerable: true, configurable: true });

setMessagePort(isMessagePort);
markUncloneable(MessagePort.prototype);
registerTransferable(isMessagePort, {
  isDetached: (port) => endOf(port) === null,
  transfer(port) {
    const end = takeEnd(port);
    end.port = null;
    end.isStarted = false;
    return end;
  },
  receive: (end) => new MessagePort(webidl.constructKey, end),
});

exports.MessageChannel = MessageChannel;
exports.MessagePort = MessagePort;
exports.isMessagePort = isMessagePort;
