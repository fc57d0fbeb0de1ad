// SPDX-License-Identifier: Apache-2.0
// MessageEvent: https://html.spec.whatwg.org/#messageevent. `ports` and `source` take what html/message_channel.js says
// is a port.
"use strict";

const webidl = require("webidl/webidl");
const { Event } = require("dom/event");
const { ObjectFreeze, uncurryThis } = primordials;

const { any, boolean, DOMString, USVString } = webidl.converters;

let isMessagePort = () => false;
const convertPort = webidl.iface("MessagePort", (V) => isMessagePort(V));
const convertPorts = webidl.sequence(convertPort);

const convertInit = webidl.dictionary("MessageEventInit", [
  { key: "data", converter: any, defaultValue: () => null },
  { key: "lastEventId", converter: DOMString, defaultValue: () => "" },
  { key: "origin", converter: USVString, defaultValue: () => "" },
  { key: "ports", converter: convertPorts, defaultValue: () => [] },
  { key: "source", converter: webidl.nullable(convertPort), defaultValue: () => null },
]);

// The same for the runtime's own events, without conversions. Its ports are made when somebody asks.
class OwnInit {
  constructor(data, origin, lastEventId, ports) {
    this.data = data;
    this.lastEventId = lastEventId;
    this.origin = origin;
    this.ports = ports; // frozen, or null
    this.source = null;
  }
}

webidl.detachRecord(OwnInit);

let init; // (event) => its MessageEventInit or OwnInit

class MessageEvent extends Event {
  #init;

  // Internal code passes (type, constructKey, OwnInit).
  constructor(type, eventInitDict = undefined, own = undefined) {
    webidl.requiredArguments(arguments.length, 1, "Failed to construct 'MessageEvent'");
    if (eventInitDict === webidl.constructKey) {
      super(type);
      this.#init = own;
      return;
    }
    super(type, eventInitDict);
    this.#init = convertInit(eventInitDict, "Failed to construct 'MessageEvent': parameter 2");
    ObjectFreeze(this.#init.ports);
  }

  get data() { return init(this).data; }
  get origin() { return init(this).origin; }
  get lastEventId() { return init(this).lastEventId; }
  get source() { return init(this).source; }
  get ports() { return init(this).ports ??= ObjectFreeze([]); }

  initMessageEvent(type, bubbles = false, cancelable = false, data = null, origin = "", lastEventId = "",
    source = null, ports = []) {
    const s = init(this);
    const context = "Failed to execute 'initMessageEvent' on 'MessageEvent'";
    webidl.requiredArguments(arguments.length, 1, context);
    const convertedOrigin = USVString(origin, `${context}: parameter 5`);
    const convertedId = DOMString(lastEventId, `${context}: parameter 6`);
    if (source !== null && source !== undefined) convertPort(source, `${context}: parameter 7`);
    const convertedPorts = ObjectFreeze(convertPorts(ports, `${context}: parameter 8`));
    initEvent(this, type, boolean(bubbles), boolean(cancelable));
    s.data = data;
    s.origin = convertedOrigin;
    s.lastEventId = convertedId;
    s.source = source ?? null;
    s.ports = convertedPorts;
  }

  static {
    init = (event) => webidl.isObject(event) && #init in event ? event.#init : webidl.illegalInvocation();
  }
}

const initEvent = uncurryThis(Event.prototype.initEvent);

webidl.defineInterface(MessageEvent);

exports.MessageEvent = MessageEvent;
exports.createMessageEvent = (type, data, origin, lastEventId, ports = null) =>
  new MessageEvent(type, webidl.constructKey, new OwnInit(data, origin, lastEventId, ports));
exports.setMessagePort = (isPort) => {
  isMessagePort = isPort;
};
