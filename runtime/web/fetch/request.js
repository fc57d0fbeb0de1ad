// SPDX-License-Identifier: Apache-2.0
// Request: https://fetch.spec.whatwg.org/#request-class without what only browsers have (headers may have any
// name, `mode` and `credentials` mean little), with Workers' `cf` and `encodeResponseBody`. An incoming
// request asks native code for its parts one by one, when the worker asks for them.
"use strict";

const webidl = require("webidl/webidl");
const { copyList } = require("script/lists");
const { createAbortSignal, createDependentSignal, signalAbort } = require("dom/abort_signal");
const { Body, checkUsable, cloneBody, extractBody, kNative, kStream, mixinBody, moveBody } =
  require("fetch/body");
const { listFind, listGet, listToBlock } = require("fetch/header_list");
const { createHeaders, createIncomingHeaders, headersGuard, headersList, kGuardNoCors, kGuardNone } =
  require("fetch/headers");
const { isSafelisted, keepSafelisted } = require("fetch/no_cors");
const { Extras, applyInit, kDefaults, normalizeMethod, readInit } = require("fetch/request_init");
const { parseRequestUrl } = require("fetch/request_url");
const { noteIncomingUrl } = require("url/url");
const { JSONParse, TypeError } = primordials;
const { constructKey, illegalInvocation, isObject, requiredArguments } = webidl;

// Those that native code has a number for (IncomingRequests::MethodNumber); 0: it has to be asked.
const kMethods = [null, "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"];

const kNoBodyMessage = "Request with a GET or HEAD method cannot have a body.";

// Stands for ops.requestCf(slot).
class LazyCf {
  #slot;
  constructor(slot) {
    this.#slot = slot;
  }
  static isOne = (value) => typeof value === "object" && value !== null && #slot in value;
  static slotOf = (cf) => cf.#slot;
}
const { isOne: isLazyCf, slotOf: slotOfCf } = LazyCf;
const kLazyCf = new LazyCf(0); // of an incoming request itself

// A worker that passes its request on passes redirects back to the client, as on Workers.
const kIncomingDefaults = new Extras(kDefaults);
kIncomingDefaults.redirect = "manual";
kIncomingDefaults.cf = kLazyCf;

let isRequest;
let slotOf;
let methodOf;
let urlOf;
let headersOf; // makes them where they are not yet
let ownSignal; // likewise
let listOf; // the flat header list
let bodyOf;
let extrasOf;
let signalOf; // the signal that can abort it, if there is one already; else null
let abortIncoming;
let takeRequest; // new Request(url, request): as if each of its attributes had been given, without making it
let takeInit;
let takeInput;

// Told when somebody wants to know whether the client of an incoming request goes away.
let watchSignal = () => {};

class Request {
  #slot; // of an incoming request; else 0
  #method; // null: ask the slot
  #url; // null: ask the slot
  #headers; // null: ask the slot, or none but what the body implies
  #body; // undefined: ask the slot
  #signal; // null: nobody asked yet
  #extras;

  constructor(input, init = undefined, method = null) {
    if (input === constructKey) { // (constructKey, slot, method)
      this.#slot = init;
      this.#method = method;
      this.#url = null;
      this.#headers = null;
      this.#body = undefined;
      this.#signal = null;
      this.#extras = kIncomingDefaults;
      return;
    }
    const context = "Failed to construct 'Request'";
    requiredArguments(arguments.length, 1, context);
    this.#slot = 0;
    this.#headers = null;
    this.#body = null;
    this.#signal = null;
    const from = isRequest(input) ? input : null;
    if (from === null) {
      this.#method = "GET";
      this.#url = parseRequestUrl(input, context);
      this.#extras = kDefaults;
    } else {
      this.#method = methodOf(from);
      this.#url = urlOf(from);
      this.#extras = inheritedExtras(from);
    }
    if (isRequest(init)) takeRequest(this, init);
    else if (init !== undefined && init !== null) takeInit(this, from, init, context);
    if (from !== null) takeInput(this, from);
  }

  get method() {
    if (!isObject(this) || !(#slot in this)) illegalInvocation();
    const method = this.#method;
    return method !== null ? method : methodOf(this);
  }

  get url() {
    if (!isObject(this) || !(#slot in this)) illegalInvocation();
    const url = this.#url;
    return url !== null ? url : urlOf(this);
  }

  get headers() {
    if (!isObject(this) || !(#slot in this)) illegalInvocation();
    const headers = this.#headers;
    return headers !== null ? headers : headersOf(this);
  }

  get destination() { return extrasOf(this) && ""; }
  get referrer() { return extrasOf(this).referrer; }
  get referrerPolicy() { return extrasOf(this).referrerPolicy; }
  get mode() { return extrasOf(this).mode; }
  get credentials() { return extrasOf(this).credentials; }
  get cache() { return extrasOf(this).cache; }
  get redirect() { return extrasOf(this).redirect; }
  get integrity() { return extrasOf(this).integrity; }
  get keepalive() { return extrasOf(this).keepalive; }
  get isReloadNavigation() { return extrasOf(this) && false; }
  get isHistoryNavigation() { return extrasOf(this) && false; }
  get duplex() { return extrasOf(this) && "half"; }

  get signal() {
    return ownSignal(this);
  }

  get cf() {
    const extras = extrasOf(this);
    if (!isLazyCf(extras.cf)) return extras.cf;
    const cf = ops.requestCf(this.#slot !== 0 ? this.#slot : slotOfCf(extras.cf));
    const own = this.#extras = new Extras(extras);
    return own.cf = typeof cf === "string" ? JSONParse(cf) : cf;
  }

  clone() {
    const body = bodyOf(this);
    const copy = body === null ? null : cloneBody(body);
    const request = new Request(constructKey, 0);
    request.#method = methodOf(this);
    request.#url = urlOf(this);
    const headers = headersOf(this);
    request.#headers = createHeaders(copyList(headersList(headers)), headersGuard(headers));
    request.#body = copy;
    request.#extras = inheritedExtras(this);
    return request;
  }

  static {
    isRequest = (value) => typeof value === "object" && value !== null && #slot in value;
    slotOf = (request) => request.#slot;
    methodOf = (request) => request.#method ??= ops.requestMethod(request.#slot);
    urlOf = (request) => request.#url ??= incomingUrl(request.#slot);
    headersOf = (request) => request.#headers ??= request.#slot !== 0 ? createIncomingHeaders(request.#slot)
      : createHeaders(impliedList(request.#body), guardOf(request.#extras));
    ownSignal = (request) => {
      const extras = extrasOf(request);
      if (request.#signal !== null) return request.#signal;
      let source = extras.signal;
      if (source === null && extras.follows !== null) source = ownSignal(extras.follows);
      if (source !== null) return request.#signal = createDependentSignal([source]);
      const signal = request.#signal = createAbortSignal();
      if (request.#slot !== 0) watchSignal(request.#slot, request);
      return signal;
    };
    listOf = (request) => {
      if (request.#headers !== null) return headersList(request.#headers);
      return request.#slot !== 0 ? headersList(headersOf(request)) : impliedList(request.#body);
    };
    bodyOf = (request) => {
      if (!isObject(request) || !(#slot in request)) illegalInvocation();
      if (request.#body !== undefined) return request.#body;
      const method = request.#method; // where it is known, the request may be over
      const handle = method === "GET" || method === "HEAD" ? 0 : ops.requestBody(request.#slot);
      return request.#body = handle === 0 ? null : new Body(kNative, handle, null);
    };
    takeRequest = (self, other) => {
      self.#method = methodOf(other);
      self.#extras = inheritedExtras(other);
      self.#headers = createHeaders(copyList(listOf(other)), guardOf(self.#extras));
      const body = bodyOf(other);
      if (body === null) return;
      checkUsable(body);
      self.#body = body;
    };
    takeInit = (self, from, init, context) => {
      if (!isObject(init)) throw new TypeError(`${context}: parameter 2 is not an object.`);
      const given = readInit(init, context);
      const extras = self.#extras = applyInit(self.#extras, given, context);
      if (given.method !== undefined) self.#method = normalizeMethod(given.method, context);
      const { body } = given;
      let { list } = given;
      if (extras.mode === "no-cors") {
        checkNoCorsMethod(self.#method, context);
        if (list !== null || from !== null) list = keepSafelisted(list ?? listOf(from));
      }
      if (body !== undefined && body !== null) {
        if (self.#method === "GET" || self.#method === "HEAD") throw new TypeError(kNoBodyMessage);
        const extracted = self.#body = extractBody(body);
        if (extras.keepalive && extracted.kind === kStream) {
          throw new TypeError(`${context}: a stream cannot be the body of a request with keepalive.`);
        }
        if (list === null && from !== null) list = copyList(listOf(from));
        if (extras.mode === "no-cors") addSafelistedType(list ??= [], extracted);
        else if (list !== null) addImpliedType(list, extracted);
      }
      if (list !== null) self.#headers = createHeaders(list, guardOf(extras));
    };
    // The rest of `new Request(from, init)`: what init did not override.
    takeInput = (self, from) => {
      self.#headers ??= createHeaders(copyList(listOf(from)), guardOf(self.#extras));
      const body = bodyOf(from);
      if (self.#body !== null || body === null) return;
      if (self.#method === "GET" || self.#method === "HEAD") throw new TypeError(kNoBodyMessage);
      self.#body = moveBody(body);
    };
    extrasOf = (request) => isObject(request) && #slot in request ? request.#extras : illegalInvocation();
    signalOf = (request) => {
      if (request.#signal !== null) return request.#signal;
      const { signal, follows } = request.#extras;
      return signal !== null || follows === null ? signal : signalOf(follows);
    };
    abortIncoming = (request, reason) => signalAbort(request.#signal, reason);
  }
}

function incomingUrl(slot) {
  const url = ops.requestUrl(slot);
  noteIncomingUrl(url);
  return url;
}

function impliedList(body) {
  return body === null || body === undefined || body.type === null ? [] : ["content-type", body.type];
}

function addImpliedType(list, body) {
  if (body.type === null || listFind(list, "content-type") >= 0) return;
  list[list.length] = "content-type";
  list[list.length] = body.type;
}

function addSafelistedType(list, body) {
  if (body.type !== null && isSafelisted("content-type", body.type)) addImpliedType(list, body);
}

function guardOf(extras) {
  return extras.mode === "no-cors" ? kGuardNoCors : kGuardNone;
}

function checkNoCorsMethod(method, context) {
  if (method === "GET" || method === "HEAD" || method === "POST") return;
  throw new TypeError(`${context}: '${method}' is unsupported in the mode "no-cors".`);
}

// What a request made from `request` begins with: it follows its signal, or that of the request that this one follows,
// so that one at the end of a long line does not look through all of it.
function inheritedExtras(request) {
  const extras = new Extras(extrasOf(request));
  if (extras.cf === kLazyCf) extras.cf = new LazyCf(slotOf(request));
  extras.signal = signalOf(request);
  extras.follows = extras.signal === null ? extras.follows ?? request : null;
  return extras;
}

mixinBody(Request, bodyOf, (request) => listGet(listOf(request), "content-type"));
webidl.defineInterface(Request);

exports.Request = Request;
exports.isRequest = isRequest;
exports.createIncomingRequest = (slot, method = 0) => new Request(constructKey, slot, kMethods[method]);
// The client of an incoming request went away. REQUIRES: the request's signal was asked for.
exports.abortIncoming = abortIncoming;
// watcher(slot, request), which may abort it at once
exports.setSignalWatcher = (watcher) => {
  watchSignal = watcher;
};
exports.requestSlot = slotOf; // of an incoming request; else 0
exports.requestMethod = methodOf;
exports.requestUrl = urlOf;
exports.requestHeaderList = listOf;
exports.requestHeaderBlock = (request) => listToBlock(listOf(request));
exports.requestBody = bodyOf;
exports.requestExtras = extrasOf;
exports.requestSignal = signalOf;
