// SPDX-License-Identifier: Apache-2.0
// URLPattern: https://urlpattern.spec.whatwg.org/#urlpattern-class
"use strict";

const webidl = require("webidl/webidl");
const canonicalize = require("urlpattern/canonicalize");
const { compileComponent, defaultOptions, matchesSpecialScheme, shown } = require("urlpattern/component");
const { parseConstructorString } = require("urlpattern/constructor_string");
const { convertInit, initLength, initToObject, isSameInit, partsOf, patternsOf } = require("urlpattern/init");
const { Options } = require("urlpattern/part");
const { defaultPort } = require("urlpattern/special_scheme");
const { parseUrlParts } = require("urlpattern/url_parts");
const { StringPrototypeStartsWith, TypeError } = primordials;

const { DOMString, USVString } = webidl.converters;
const convertOptions = webidl.dictionary("URLPatternOptions",
  [{ key: "ignoreCase", converter: webidl.converters.boolean, defaultValue: () => false }]);

const ignoreCaseOptions = new Options("", "", true);
const hostnameOptions = new Options(".", "", false);
const pathnameOptions = new Options("/", "/", false);
const ignoreCasePathnameOptions = new Options("/", "/", true);

// ---------------------------------------------------------------------------------------------- what is matched

// A router asks many patterns about one URL: the parts of the last one are kept.
const MAX_KEPT = 4096; // characters
let lastUrl;
let lastBase;
let lastUrlParts = null;
let lastInit = null;
let lastInitParts = null;

function urlParts(url, base) {
  if (url === lastUrl && base === lastBase) return lastUrlParts;
  const parts = parseUrlParts(url, base);
  if (url.length + (base === undefined ? 0 : base.length) <= MAX_KEPT) {
    lastUrl = url;
    lastBase = base;
    lastUrlParts = parts;
  }
  return parts;
}

function initParts(init) {
  if (lastInit !== null && isSameInit(init, lastInit)) return lastInitParts;
  const parts = partsOf(init);
  if (initLength(init) <= MAX_KEPT) {
    lastInit = init;
    lastInitParts = parts;
  }
  return parts;
}

// null when it is impossible.
function partsToMatch(input, baseURL, context) {
  if (typeof input === "string") return urlParts(input, baseURL);
  if (baseURL === undefined) return initParts(input);
  throw new TypeError(`${context}: a base URL goes with a string; give an object the member 'baseURL' instead`);
}

const isDictionary = (V) => V === undefined || V === null || webidl.isObject(V);

// The ops replace lone surrogates: a string becomes a USVString where a script sees it, not before.
function convertInput(V, context) {
  if (typeof V === "string") return V;
  return isDictionary(V) ? convertInit(V, `${context}: parameter 1`) : DOMString(V, `${context}: parameter 1`);
}

// ---------------------------------------------------------------------------------------------- compilation

function initOf(input, baseURL) {
  if (typeof input !== "string") {
    if (baseURL === null) return input;
    throw new TypeError("a base URL goes with a string; give an object the member 'baseURL' instead");
  }
  const init = parseConstructorString(webidl.toUSVString(input));
  if (baseURL === null && init.protocol === undefined) {
    throw new TypeError(`'${shown(input)}' has no protocol: give it a base URL`);
  }
  if (baseURL !== null) init.baseURL = baseURL;
  return init;
}

const isIpv6Pattern = (pattern) => StringPrototypeStartsWith(pattern, "[") ||
  StringPrototypeStartsWith(pattern, "{[") || StringPrototypeStartsWith(pattern, "\\[");

// The components of a pattern.
class Components {
  constructor(init, ignoreCase) {
    const { protocol = "*", username = "*", password = "*", hostname = "*", port = "*", pathname = "*",
      search = "*", hash = "*" } = patternsOf(init);
    const isDefaultPort = port !== "" && port === defaultPort(protocol);
    const options = ignoreCase ? ignoreCaseOptions : defaultOptions;
    this.protocol = compileComponent("protocol", protocol, canonicalize.protocol, defaultOptions);
    this.username = compileComponent("username", username, canonicalize.username, defaultOptions);
    this.password = compileComponent("password", password, canonicalize.password, defaultOptions);
    this.hostname = compileComponent("hostname", hostname,
      isIpv6Pattern(hostname) ? canonicalize.ipv6Hostname : canonicalize.hostname, hostnameOptions);
    this.port = compileComponent("port", isDefaultPort ? "" : port, canonicalize.port, defaultOptions);
    this.pathname = matchesSpecialScheme(this.protocol)
      ? compileComponent("pathname", pathname, canonicalize.pathname,
        ignoreCase ? ignoreCasePathnameOptions : pathnameOptions)
      : compileComponent("pathname", pathname, canonicalize.opaquePathname, options);
    this.search = compileComponent("search", search, canonicalize.search, options);
    this.hash = compileComponent("hash", hash, canonicalize.hash, options);
  }
}
webidl.detachRecord(Components);

// ---------------------------------------------------------------------------------------------- matching

// Paths differ most. None of the eight has an effect that shows: their order is free.
function matches(components, parts) {
  return components.pathname.matcher.test(parts.pathname) && components.hostname.matcher.test(parts.hostname) &&
    components.port.matcher.test(parts.port) && components.protocol.matcher.test(parts.protocol) &&
    components.search.matcher.test(parts.search) && components.hash.matcher.test(parts.hash) &&
    components.username.matcher.test(parts.username) && components.password.matcher.test(parts.password);
}

// An URLPatternResult, or null. Members of dictionaries are in the order of the alphabet.
function resultOf(components, parts, input, baseURL) {
  const pathname = components.pathname.matcher.exec(parts.pathname);
  if (pathname === null) return null;
  const hostname = components.hostname.matcher.exec(parts.hostname);
  if (hostname === null) return null;
  const port = components.port.matcher.exec(parts.port);
  if (port === null) return null;
  const protocol = components.protocol.matcher.exec(parts.protocol);
  if (protocol === null) return null;
  const search = components.search.matcher.exec(parts.search);
  if (search === null) return null;
  const hash = components.hash.matcher.exec(parts.hash);
  if (hash === null) return null;
  const username = components.username.matcher.exec(parts.username);
  if (username === null) return null;
  const password = components.password.matcher.exec(parts.password);
  if (password === null) return null;
  const first = typeof input === "string" ? webidl.toUSVString(input) : initToObject(input);
  return {
    hash: { groups: hash, input: parts.hash },
    hostname: { groups: hostname, input: parts.hostname },
    inputs: baseURL === undefined ? [first] : [first, webidl.toUSVString(baseURL)],
    password: { groups: password, input: parts.password },
    pathname: { groups: pathname, input: parts.pathname },
    port: { groups: port, input: parts.port },
    protocol: { groups: protocol, input: parts.protocol },
    search: { groups: search, input: parts.search },
    username: { groups: username, input: parts.username },
  };
}

let componentsOf;

class URLPattern {
  #components;

  // Overloads: (input, baseURL, options) and (input, options).
  constructor(input = undefined, baseURLOrOptions = undefined, options = undefined) {
    const context = "Failed to construct 'URLPattern'";
    const isWithBase = arguments.length > 2 || !isDictionary(baseURLOrOptions);
    const converted = convertInput(input, context);
    const baseURL = isWithBase ? USVString(baseURLOrOptions, `${context}: parameter 2`) : null;
    const { ignoreCase } = isWithBase ? convertOptions(options, `${context}: parameter 3`)
      : convertOptions(baseURLOrOptions, `${context}: parameter 2`);
    try {
      this.#components = new Components(initOf(converted, baseURL), ignoreCase);
    } catch (error) {
      throw new TypeError(`${context}: ${error.message}`);
    }
  }

  test(input = undefined, baseURL = undefined) {
    const components = componentsOf(this);
    const context = "Failed to execute 'test' on 'URLPattern'";
    const converted = convertInput(input, context);
    if (baseURL !== undefined) baseURL = DOMString(baseURL, `${context}: parameter 2`);
    const parts = partsToMatch(converted, baseURL, context);
    return parts !== null && matches(components, parts);
  }

  exec(input = undefined, baseURL = undefined) {
    const components = componentsOf(this);
    const context = "Failed to execute 'exec' on 'URLPattern'";
    const converted = convertInput(input, context);
    if (baseURL !== undefined) baseURL = DOMString(baseURL, `${context}: parameter 2`);
    const parts = partsToMatch(converted, baseURL, context);
    return parts === null ? null : resultOf(components, parts, converted, baseURL);
  }

  get protocol() {
    return componentsOf(this).protocol.patternString;
  }
  get username() {
    return componentsOf(this).username.patternString;
  }
  get password() {
    return componentsOf(this).password.patternString;
  }
  get hostname() {
    return componentsOf(this).hostname.patternString;
  }
  get port() {
    return componentsOf(this).port.patternString;
  }
  get pathname() {
    return componentsOf(this).pathname.patternString;
  }
  get search() {
    return componentsOf(this).search.patternString;
  }
  get hash() {
    return componentsOf(this).hash.patternString;
  }

  get hasRegExpGroups() {
    const c = componentsOf(this);
    return c.protocol.hasRegExpGroups || c.username.hasRegExpGroups || c.password.hasRegExpGroups ||
      c.hostname.hasRegExpGroups || c.port.hasRegExpGroups || c.pathname.hasRegExpGroups ||
      c.search.hasRegExpGroups || c.hash.hasRegExpGroups;
  }

  static {
    componentsOf = (pattern) =>
      webidl.isObject(pattern) && #components in pattern ? pattern.#components : webidl.illegalInvocation();
    webidl.defineInterface(URLPattern);
  }
}

exports.URLPattern = URLPattern;
