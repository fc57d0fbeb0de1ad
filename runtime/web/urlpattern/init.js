// SPDX-License-Identifier: Apache-2.0
// The dictionary URLPatternInit and its processing:
// https://urlpattern.spec.whatwg.org/#canon-processing-for-init
"use strict";

const webidl = require("webidl/webidl");
const canonicalize = require("urlpattern/canonicalize");
const { shown } = require("urlpattern/component");
const { escapePatternString } = require("urlpattern/pattern_string");
const { isSpecialScheme } = require("urlpattern/special_scheme");
const { UrlParts, parseUrlParts } = require("urlpattern/url_parts");
const {
  ObjectDefineProperty, StringPrototypeEndsWith, StringPrototypeLastIndexOf, StringPrototypeSlice,
  StringPrototypeStartsWith, TypeError,
} = primordials;

// A member that is not there is undefined. Web IDL's order of members is that of the alphabet.
class Init {
  constructor() {
    this.baseURL = undefined;
    this.hash = undefined;
    this.hostname = undefined;
    this.password = undefined;
    this.pathname = undefined;
    this.port = undefined;
    this.protocol = undefined;
    this.search = undefined;
    this.username = undefined;
  }
}
webidl.detachRecord(Init);

const members =
  ["baseURL", "hash", "hostname", "password", "pathname", "port", "protocol", "search", "username"];

function member(value, context, name) {
  if (value === undefined) return undefined;
  if (typeof value === "string") return webidl.toUSVString(value);
  return webidl.converters.USVString(value, `${context}: '${name}'`);
}

// As webidl.dictionary would convert, but by names that stand here: a router does this for each request.
// `V` is an object, undefined or null.
function convertInit(V, context) {
  const init = new Init();
  if (V === undefined || V === null) return init;
  init.baseURL = member(V.baseURL, context, "baseURL");
  init.hash = member(V.hash, context, "hash");
  init.hostname = member(V.hostname, context, "hostname");
  init.password = member(V.password, context, "password");
  init.pathname = member(V.pathname, context, "pathname");
  init.port = member(V.port, context, "port");
  init.protocol = member(V.protocol, context, "protocol");
  init.search = member(V.search, context, "search");
  init.username = member(V.username, context, "username");
  return init;
}

// The object that a worker sees.
function initToObject(init) {
  const result = {};
  for (let i = 0; i < members.length; ++i) {
    const value = init[members[i]];
    if (value === undefined) continue;
    ObjectDefineProperty(result, members[i],
      { __proto__: null, value, writable: true, enumerable: true, configurable: true });
  }
  return result;
}

function isSameInit(a, b) {
  return a.pathname === b.pathname && a.hostname === b.hostname && a.search === b.search &&
    a.protocol === b.protocol && a.port === b.port && a.hash === b.hash && a.username === b.username &&
    a.password === b.password && a.baseURL === b.baseURL;
}

// In characters, of all members.
function initLength(init) {
  let length = 0;
  for (let i = 0; i < members.length; ++i) {
    const value = init[members[i]];
    if (value !== undefined) length += value.length;
  }
  return length;
}

// Sets the members of `result` that no member of `init` precedes or is. `text` makes them what they are to be.
function inherit(result, init, base, text) {
  if (init.protocol !== undefined) return;
  result.protocol = text(base.protocol);
  if (init.hostname !== undefined) return;
  result.hostname = text(base.hostname);
  if (init.port !== undefined) return;
  result.port = base.port;
  if (init.pathname !== undefined) return;
  result.pathname = text(base.pathname);
  if (init.search !== undefined) return;
  result.search = text(base.search);
  if (init.hash !== undefined) return;
  result.hash = text(base.hash);
}

function withoutPrefix(text, prefix) {
  return StringPrototypeStartsWith(text, prefix) ? StringPrototypeSlice(text, prefix.length) : text;
}

function withoutColon(protocol) {
  return StringPrototypeEndsWith(protocol, ":") ? StringPrototypeSlice(protocol, 0, -1) : protocol;
}

// A relative path goes behind the last slash of the base's.
function resolvePathname(pathname, base, text) {
  const basePath = text(base.pathname);
  return `${StringPrototypeSlice(basePath, 0, StringPrototypeLastIndexOf(basePath, "/") + 1)}${pathname}`;
}

const isAbsolutePattern = (pathname) => StringPrototypeStartsWith(pathname, "/") ||
  StringPrototypeStartsWith(pathname, "\\/") || StringPrototypeStartsWith(pathname, "{/");

// Patterns for the components; a missing one is undefined. Throws when the base URL is none.
function patternsOf(init) {
  const result = new Init();
  let base = null;
  if (init.baseURL !== undefined) {
    base = parseUrlParts(init.baseURL, undefined);
    if (base === null) throw new TypeError(`Invalid base URL: '${shown(init.baseURL)}'`);
    inherit(result, init, base, escapePatternString);
  }
  if (init.protocol !== undefined) result.protocol = withoutColon(init.protocol);
  if (init.username !== undefined) result.username = init.username;
  if (init.password !== undefined) result.password = init.password;
  if (init.hostname !== undefined) result.hostname = init.hostname;
  if (init.port !== undefined) result.port = init.port;
  if (init.pathname !== undefined) {
    const isRelative = base !== null && !base.hasOpaquePath && !isAbsolutePattern(init.pathname);
    result.pathname = isRelative ? resolvePathname(init.pathname, base, escapePatternString) : init.pathname;
  }
  if (init.search !== undefined) result.search = withoutPrefix(init.search, "?");
  if (init.hash !== undefined) result.hash = withoutPrefix(init.hash, "#");
  return result;
}

const unchanged = (text) => text;

// What is to be matched, as UrlParts, or null when a member is impossible.
function partsOf(init) {
  const result = new UrlParts();
  let base = null;
  if (init.baseURL !== undefined) {
    base = parseUrlParts(init.baseURL, undefined);
    if (base === null) return null;
    inherit(result, init, base, unchanged);
    const hasAuthority = init.protocol !== undefined || init.hostname !== undefined || init.port !== undefined;
    if (!hasAuthority && init.username === undefined) {
      result.username = base.username;
      if (init.password === undefined) result.password = base.password;
    }
  }
  if (init.protocol !== undefined) result.protocol = canonicalize.protocol(withoutColon(init.protocol));
  if (init.username !== undefined) result.username = canonicalize.username(init.username);
  if (init.password !== undefined) result.password = canonicalize.password(init.password);
  if (init.hostname !== undefined) result.hostname = canonicalize.hostname(init.hostname);
  if (init.port !== undefined) result.port = canonicalize.port(init.port, result.protocol);
  if (init.pathname !== undefined) result.pathname = pathnameFor(init.pathname, base, result.protocol);
  if (init.search !== undefined) result.search = canonicalize.search(withoutPrefix(init.search, "?"));
  if (init.hash !== undefined) result.hash = canonicalize.hash(withoutPrefix(init.hash, "#"));
  const isPossible = result.protocol !== null && result.hostname !== null && result.port !== null;
  return isPossible ? result : null;
}

function pathnameFor(pathname, base, protocol) {
  const isRelative = base !== null && !base.hasOpaquePath && !StringPrototypeStartsWith(pathname, "/");
  const path = isRelative ? resolvePathname(pathname, base, unchanged) : pathname;
  return protocol === "" || isSpecialScheme(protocol) ? canonicalize.pathname(path)
    : canonicalize.opaquePathname(path);
}

exports.Init = Init;
exports.convertInit = convertInit;
exports.initLength = initLength;
exports.initToObject = initToObject;
exports.isSameInit = isSameInit;
exports.partsOf = partsOf;
exports.patternsOf = patternsOf;
