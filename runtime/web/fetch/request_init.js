// SPDX-License-Identifier: Apache-2.0
// RequestInit: https://fetch.spec.whatwg.org/#requestinit, with Workers' `cf` and `encodeResponseBody`, and what it
// makes of a request beside URL, method, headers and body. Members that only browsers have a use for are checked
// all the same: a script's mistake is one everywhere. `duplex` need not be given for streams, as on Workers.
"use strict";

const webidl = require("webidl/webidl");
const { isAbortSignal } = require("dom/abort_signal");
const { fillList } = require("fetch/headers");
const { kClientReferrer, kReferrerPolicies, parseReferrer } = require("fetch/referrer");
const { JSONStringify, RegExpPrototypeExec, StringPrototypeToUpperCase, TypeError } = primordials;
const { boolean, ByteString, DOMString, USVString } = webidl.converters;

const notToken = /[^!#$%&'*+\-.^_`|~0-9A-Za-z]/;
const convertCache = webidl.enumeration("RequestCache",
  ["default", "no-store", "reload", "no-cache", "force-cache", "only-if-cached"]);
const convertCredentials = webidl.enumeration("RequestCredentials", ["omit", "same-origin", "include"]);
const convertDuplex = webidl.enumeration("RequestDuplex", ["half"]);
const convertEncodeResponseBody = webidl.enumeration("EncodeResponseBody", ["automatic", "manual"]);
const convertMode = webidl.enumeration("RequestMode", ["navigate", "same-origin", "no-cors", "cors"]);
const convertPriority = webidl.enumeration("RequestPriority", ["high", "low", "auto"]);
const convertRedirect = webidl.enumeration("RequestRedirect", ["follow", "error", "manual"]);
const convertReferrerPolicy = webidl.enumeration("ReferrerPolicy", kReferrerPolicies);

function normalizeMethod(given, context) {
  switch (given) {
    case "GET": case "POST": case "PUT": case "DELETE": case "HEAD": case "PATCH": case "OPTIONS":
      return given;
  }
  const method = ByteString(given, `${context}: the method`);
  if (method === "" || RegExpPrototypeExec(notToken, method) !== null) {
    throw new TypeError(`${context}: ${JSONStringify(method)} is not a valid HTTP method.`);
  }
  const upper = StringPrototypeToUpperCase(method);
  switch (upper) {
    case "GET": case "POST": case "PUT": case "DELETE": case "HEAD": case "OPTIONS":
      return upper;
    case "CONNECT": case "TRACE": case "TRACK":
      throw new TypeError(`${context}: '${method}' HTTP method is unsupported.`);
    default:
      return method;
  }
}

function convertSignal(signal, context) {
  if (signal === null) return null;
  if (!isAbortSignal(signal)) throw new TypeError(`${context} is not of type AbortSignal.`);
  return signal;
}

function convertWindow(window, context) {
  if (window !== null) throw new TypeError(`${context} can only be null.`);
  return window;
}

// What few requests have, apart: a request that has none of it shares kDefaults.
class Extras {
  constructor(from) {
    this.redirect = from.redirect;
    this.cache = from.cache;
    this.mode = from.mode;
    this.credentials = from.credentials;
    this.referrer = from.referrer; // a URL, kClientReferrer, or "" for none
    this.referrerPolicy = from.referrerPolicy;
    this.integrity = from.integrity;
    this.keepalive = from.keepalive;
    this.cf = from.cf;
    this.encodeResponseBody = from.encodeResponseBody; // "manual": fetch() leaves the response's body coded
    this.signal = from.signal; // the signal that this request's own one follows, or null
    this.follows = from.follows; // the request whose signal it follows once there is one, or null
  }
}

webidl.detachRecord(Extras);

const kDefaults = new Extras({
  redirect: "follow", cache: "default", mode: "cors", credentials: "same-origin", referrer: kClientReferrer,
  referrerPolicy: "", integrity: "", keepalive: false, cf: undefined,
  encodeResponseBody: "automatic", signal: null, follows: null,
});

// What is absent stays undefined.
function optional(converter, value, context, name) {
  return value === undefined ? undefined : converter(value, `${context}: '${name}'`);
}

// The members, converted. They are read in the order of their names, as those of dictionaries are.
class Init {
  constructor(init, context) {
    this.body = init.body;
    this.cache = optional(convertCache, init.cache, context, "cache");
    this.cf = init.cf;
    this.credentials = optional(convertCredentials, init.credentials, context, "credentials");
    this.duplex = optional(convertDuplex, init.duplex, context, "duplex");
    this.encodeResponseBody =
      optional(convertEncodeResponseBody, init.encodeResponseBody, context, "encodeResponseBody");
    const { headers } = init;
    this.list = headers === undefined ? null : fillList([], headers, context);
    this.integrity = optional(DOMString, init.integrity, context, "integrity");
    this.keepalive = optional(boolean, init.keepalive, context, "keepalive");
    this.method = init.method;
    this.mode = optional(convertMode, init.mode, context, "mode");
    this.priority = optional(convertPriority, init.priority, context, "priority");
    this.redirect = optional(convertRedirect, init.redirect, context, "redirect");
    this.referrer = optional(USVString, init.referrer, context, "referrer");
    this.referrerPolicy = optional(convertReferrerPolicy, init.referrerPolicy, context, "referrerPolicy");
    this.signal = optional(convertSignal, init.signal, context, "signal");
    this.window = optional(convertWindow, init.window, context, "window");
  }
}

webidl.detachRecord(Init);

function changesExtras(init) {
  return init.cache !== undefined || init.cf !== undefined || init.credentials !== undefined ||
    init.encodeResponseBody !== undefined || init.integrity !== undefined || init.keepalive !== undefined ||
    init.mode !== undefined || init.redirect !== undefined || init.referrer !== undefined ||
    init.referrerPolicy !== undefined || init.signal !== undefined;
}

// Any member at all takes the referrer away that the request was made with.
function dropsReferrer(init, extras) {
  if (extras.referrer === kClientReferrer && extras.referrerPolicy === "") return false;
  return init.body !== undefined || init.duplex !== undefined || init.list !== null || init.method !== undefined ||
    init.priority !== undefined || init.window !== undefined;
}

// The request's Extras after `init` (an Init); `extras`, which others may share, are left alone.
function applyInit(extras, init, context) {
  if (!changesExtras(init) && !dropsReferrer(init, extras)) return extras;
  const changed = new Extras(extras);
  changed.referrer = init.referrer === undefined ? kClientReferrer : parseReferrer(init.referrer, context);
  changed.referrerPolicy = init.referrerPolicy === undefined ? "" : init.referrerPolicy;
  if (init.mode === "navigate") {
    throw new TypeError(`${context}: the mode "navigate" is for navigation, not for requests of scripts.`);
  }
  if (init.mode !== undefined) changed.mode = init.mode;
  if (init.credentials !== undefined) changed.credentials = init.credentials;
  if (init.cache !== undefined) changed.cache = init.cache;
  if (changed.cache === "only-if-cached" && changed.mode !== "same-origin") {
    throw new TypeError(`${context}: the cache mode "only-if-cached" needs the mode "same-origin".`);
  }
  if (init.redirect !== undefined) changed.redirect = init.redirect;
  if (init.integrity !== undefined) changed.integrity = init.integrity;
  if (init.keepalive !== undefined) changed.keepalive = init.keepalive;
  if (init.cf !== undefined) changed.cf = init.cf;
  if (init.encodeResponseBody !== undefined) changed.encodeResponseBody = init.encodeResponseBody;
  if (init.signal !== undefined) {
    changed.signal = init.signal;
    changed.follows = null;
  }
  return changed;
}

exports.Extras = Extras;
exports.kDefaults = kDefaults;
exports.readInit = (init, context) => new Init(init, context);
exports.applyInit = applyInit;
exports.normalizeMethod = normalizeMethod;
