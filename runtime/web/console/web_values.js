// SPDX-License-Identifier: Apache-2.0
// What console prints of web objects: the attributes worth reading, through the getters as they were at the
// start.
"use strict";

const {
  ArrayPrototypePush, FunctionPrototypeCall, Map, MapPrototypeSet, ObjectDefineProperty,
  ReflectGetOwnPropertyDescriptor, ObjectGetPrototypeOf,
} = primordials;

const { registerInspect } = require("console/inspect");
const text = require("console/inspect_text");

const attributes = {
  __proto__: null,
  AbortController: ["signal"],
  AbortSignal: ["aborted", "reason"],
  Blob: ["size", "type"],
  CryptoKey: ["type", "extractable", "algorithm", "usages"],
  CustomEvent: ["type", "detail"],
  ErrorEvent: ["type", "message", "filename", "lineno", "colno", "error"],
  EventSource: ["url", "readyState", "withCredentials"],
  Event: ["type", "cancelable", "defaultPrevented", "timeStamp"],
  File: ["name", "size", "type", "lastModified"],
  MessageEvent: ["type", "data", "origin", "ports"],
  Navigator: ["userAgent", "language", "languages", "hardwareConcurrency"],
  PerformanceEntry: ["name", "entryType", "startTime", "duration"],
  PerformanceMark: ["name", "entryType", "startTime", "duration", "detail"],
  PerformanceMeasure: ["name", "entryType", "startTime", "duration", "detail"],
  PromiseRejectionEvent: ["type", "promise", "reason"],
  ReadableStream: ["locked"],
  Request: ["method", "url", "headers", "redirect", "signal", "bodyUsed"],
  Response: ["status", "statusText", "ok", "url", "type", "redirected", "headers", "bodyUsed"],
  TextDecoder: ["encoding", "fatal", "ignoreBOM"],
  TextEncoder: ["encoding"],
  TransformStream: ["readable", "writable"],
  URL: ["href", "origin", "protocol", "username", "password", "host", "hostname", "port", "pathname",
    "search", "searchParams", "hash"],
  URLPattern: ["protocol", "username", "password", "hostname", "port", "pathname", "search", "hash",
    "hasRegExpGroups"],
  WritableStream: ["locked"],
};

const pairLists = ["FormData", "Headers", "URLSearchParams"];

function getterOf(Class, name) {
  for (let o = Class.prototype; o !== null; o = ObjectGetPrototypeOf(o)) {
    const descriptor = ReflectGetOwnPropertyDescriptor(o, name);
    if (descriptor !== undefined) return descriptor.get;
  }
  return undefined;
}

const always = () => true; // the getters check for themselves

// Objects that only inherit from the prototype print as any other: their getters throw.
function present(build) {
  return (value) => {
    try {
      return build(value);
    } catch {
      return undefined;
    }
  };
}

function registerAttributes(Class, names) {
  const getters = [];
  for (let i = 0; i < names.length; ++i) {
    const get = getterOf(Class, names[i]);
    if (get !== undefined) ArrayPrototypePush(getters, { name: names[i], get });
  }
  registerInspect(Class, always, present((value) => {
    const result = { __proto__: null };
    for (let i = 0; i < getters.length; ++i) {
      ObjectDefineProperty(result, getters[i].name, { __proto__: null, enumerable: true, configurable: true,
        writable: true, value: FunctionPrototypeCall(getters[i].get, value) });
    }
    return result;
  }));
}

function registerPairs(Class) {
  const { forEach } = Class.prototype;
  registerInspect(Class, always, present((value) => {
    const result = new Map();
    // A name may come again: keys are objects, each unique, which print as the name.
    FunctionPrototypeCall(forEach, value, (v, name) => MapPrototypeSet(result, new Name(name), v));
    return result;
  }));
}

class Name {
  #name;
  constructor(name) {
    this.#name = name;
  }
  static quoted(key) {
    return text.quote(key.#name);
  }
}
registerInspect(Name, always, Name.quoted);

// Called for every interface that html/globals.js installs.
function registerWebValues(name, Class) {
  if (name === "DOMException") {
    registerInspect(Class, always, text.errorText);
    return;
  }
  for (let i = 0; i < pairLists.length; ++i) {
    if (pairLists[i] === name) registerPairs(Class);
  }
  if (attributes[name] !== undefined) registerAttributes(Class, attributes[name]);
}

exports.registerWebValues = registerWebValues;
