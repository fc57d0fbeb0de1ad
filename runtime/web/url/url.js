// SPDX-License-Identifier: Apache-2.0
// URL: https://url.spec.whatwg.org/#url-class
// Holds the serialisation and offsets into it (runtime/web/url/url_record.h has the picture), so that parsing
// is one op and a getter is one slice.
"use strict";

const webidl = require("webidl/webidl");
const { linkedURLSearchParams, replaceQuery, setUrlUpdater } = require("url/url_search_params");
const {
  RegExpPrototypeExec, StringPrototypeCharCodeAt, StringPrototypeIndexOf, StringPrototypeSlice, TypeError,
  TypedArrayPrototypeGetBuffer, Uint32Array, Uint8Array,
} = primordials;

// The op replaces lone surrogates: what it is given need not be a USVString yet.
const { DOMString, USVString } = webidl.converters;
const { constructKey, illegalInvocation, isObject, requiredArguments } = webidl;

// Components that urlSet knows by number (url_ops.cc).
const PROTOCOL = 0;
const USERNAME = 1;
const PASSWORD = 2;
const HOST = 3;
const HOSTNAME = 4;
const PORT = 5;
const PATHNAME = 6;
const SEARCH = 7;
const HASH = 8;

const COLON = 0x3A;
const BRACKET = 0x5B;
const OFFSETS = 7;
const MAX_SHOWN = 200; // characters of a wrong URL in an error
const tabOrNewline = /[\t\n\r]/;

// Where ops put offsets and take them from. Made on first use: the startup snapshot holds no buffers.
let offsets = null;
let offsetBytes = null;

function makeOffsets() {
  offsets = new Uint32Array(OFFSETS);
  offsetBytes = new Uint8Array(TypedArrayPrototypeGetBuffer(offsets));
}

function parse(url, base) {
  if (offsets === null) makeOffsets();
  return ops.urlParse(url, base, offsetBytes);
}

function shown(text) {
  return text.length > MAX_SHOWN ? `${StringPrototypeSlice(text, 0, MAX_SHOWN)}...` : text;
}

function invalidUrl(url, base) {
  const withBase = base === undefined ? "" : ` with base '${shown(base)}'`;
  return new TypeError(`Invalid URL: '${shown(url)}'${withBase}`);
}

// The URL of the request that came last, once somebody asked for it: most workers parse it, and it is parsed already.
// No string at first.
let incoming = constructKey;

let setPart;

class URL {
  #href;
  #schemeEnd = 0;
  #usernameEnd = 0;
  #hostStart = 0;
  #hostEnd = 0;
  #pathStart = 0;
  #queryStart = 0;
  #fragmentStart = 0;
  #params = null;

  constructor(url, base = undefined) {
    if (url === constructKey) {
      this.#take(base); // just parsed
      return;
    }
    if (url === incoming && base === undefined) {
      this.#takeIncoming(url);
      return;
    }
    requiredArguments(arguments.length, 1, "Failed to construct 'URL'");
    url = DOMString(url, "Failed to construct 'URL': parameter 1");
    if (base !== undefined) base = DOMString(base, "Failed to construct 'URL': parameter 2");
    const href = parse(url, base);
    if (href === null) throw invalidUrl(url, base);
    this.#take(href);
  }

  static parse(url, base = undefined) {
    requiredArguments(arguments.length, 1, "Failed to execute 'parse' on 'URL'");
    url = DOMString(url, "Failed to execute 'parse' on 'URL': parameter 1");
    if (base !== undefined) base = DOMString(base, "Failed to execute 'parse' on 'URL': parameter 2");
    const href = parse(url, base);
    return href === null ? null : new URL(constructKey, href);
  }

  static canParse(url, base = undefined) {
    requiredArguments(arguments.length, 1, "Failed to execute 'canParse' on 'URL'");
    url = DOMString(url, "Failed to execute 'canParse' on 'URL': parameter 1");
    if (base !== undefined) base = DOMString(base, "Failed to execute 'canParse' on 'URL': parameter 2");
    return ops.urlCanParse(url, base);
  }

  get href() {
    return isObject(this) && #href in this ? this.#href : illegalInvocation();
  }
  set href(value) {
    if (!isObject(this) || !(#href in this)) illegalInvocation();
    value = DOMString(value, "Failed to set 'href' on 'URL': the value");
    const href = parse(value, undefined);
    if (href === null) throw invalidUrl(value, undefined);
    this.#take(href);
    if (this.#params !== null) replaceQuery(this.#params, this.#query());
  }

  toString() {
    return isObject(this) && #href in this ? this.#href : illegalInvocation();
  }

  get origin() {
    if (!isObject(this) || !(#href in this)) illegalInvocation();
    const scheme = this.#slice(0, this.#schemeEnd);
    switch (scheme) {
      case "http":
      case "https":
      case "ws":
      case "wss":
      case "ftp":
        return `${scheme}://${this.#slice(this.#hostStart, this.#pathStart)}`;
      case "blob": {
        const path = this.#slice(this.#pathStart, this.#queryStart);
        const href = parse(path, undefined);
        if (href === null) return "null";
        const inner = new URL(constructKey, href);
        const innerScheme = inner.#slice(0, inner.#schemeEnd);
        return innerScheme === "http" || innerScheme === "https" ? inner.origin : "null";
      }
      default:
        return "null";
    }
  }

  get protocol() {
    if (!isObject(this) || !(#href in this)) illegalInvocation();
    return this.#slice(0, this.#schemeEnd + 1);
  }
  set protocol(value) {
    setPart(this, PROTOCOL, value, "protocol");
  }

  // Without a host, usernameEnd and hostStart are schemeEnd + 1, and these slices are empty.
  get username() {
    if (!isObject(this) || !(#href in this)) illegalInvocation();
    return this.#slice(this.#schemeEnd + 3, this.#usernameEnd);
  }
  set username(value) {
    setPart(this, USERNAME, value, "username");
  }

  get password() {
    if (!isObject(this) || !(#href in this)) illegalInvocation();
    return this.#slice(this.#usernameEnd + 1, this.#hostStart - 1);
  }
  set password(value) {
    setPart(this, PASSWORD, value, "password");
  }

  // An empty host has no port; behind it may be a "/." that is part of nothing.
  get host() {
    if (!isObject(this) || !(#href in this)) illegalInvocation();
    return this.#hostStart === this.#hostEnd ? "" : this.#slice(this.#hostStart, this.#pathStart);
  }
  set host(value) {
    setPart(this, HOST, value, "host");
  }

  get hostname() {
    if (!isObject(this) || !(#href in this)) illegalInvocation();
    return this.#slice(this.#hostStart, this.#hostEnd);
  }
  set hostname(value) {
    setPart(this, HOSTNAME, value, "hostname");
  }

  get port() {
    if (!isObject(this) || !(#href in this)) illegalInvocation();
    return this.#hostStart === this.#hostEnd ? "" : this.#slice(this.#hostEnd + 1, this.#pathStart);
  }
  set port(value) {
    setPart(this, PORT, value, "port");
  }

  get pathname() {
    if (!isObject(this) || !(#href in this)) illegalInvocation();
    return this.#slice(this.#pathStart, this.#queryStart);
  }
  set pathname(value) {
    setPart(this, PATHNAME, value, "pathname");
  }

  // A lone "?" or "#" shows only in href.
  get search() {
    if (!isObject(this) || !(#href in this)) illegalInvocation();
    if (this.#fragmentStart - this.#queryStart <= 1) return "";
    return this.#slice(this.#queryStart, this.#fragmentStart);
  }
  set search(value) {
    if (!isObject(this) || !(#href in this)) illegalInvocation();
    value = USVString(value, "Failed to set 'search' on 'URL': the value");
    const query = value[0] === "?" ? StringPrototypeSlice(value, 1) : value;
    // The params get what is set, tabs and newlines included, of which the URL keeps nothing.
    if (this.#params === null && RegExpPrototypeExec(tabOrNewline, query) !== null) {
      this.#params = linkedURLSearchParams(this, "");
    }
    this.#set(SEARCH, value, "search");
    if (this.#params !== null) replaceQuery(this.#params, query);
  }

  get searchParams() {
    if (!isObject(this) || !(#href in this)) illegalInvocation();
    return this.#params ??= linkedURLSearchParams(this, this.#query());
  }

  get hash() {
    if (!isObject(this) || !(#href in this)) illegalInvocation();
    if (this.#href.length - this.#fragmentStart <= 1) return "";
    return StringPrototypeSlice(this.#href, this.#fragmentStart);
  }
  set hash(value) {
    setPart(this, HASH, value, "hash");
  }

  toJSON() {
    return isObject(this) && #href in this ? this.#href : illegalInvocation();
  }

  #slice(start, end) {
    return StringPrototypeSlice(this.#href, start, end);
  }

  // Without its "?".
  #query() {
    return this.#slice(this.#queryStart + 1, this.#fragmentStart);
  }

  #take(href) {
    this.#href = href;
    this.#schemeEnd = offsets[0];
    this.#usernameEnd = offsets[1];
    this.#hostStart = offsets[2];
    this.#hostEnd = offsets[3];
    this.#pathStart = offsets[4];
    this.#queryStart = offsets[5];
    this.#fragmentStart = offsets[6];
  }

  // It begins with "http://" or "https://", is its own serialisation, and has neither credentials nor a fragment.
  #takeIncoming(href) {
    const { length } = href;
    const schemeEnd = StringPrototypeCharCodeAt(href, 4) === COLON ? 4 : 5;
    const hostStart = schemeEnd + 3;
    const pathStart = StringPrototypeIndexOf(href, "/", hostStart);
    const isAddress = StringPrototypeCharCodeAt(href, hostStart) === BRACKET; // of IPv6, which has colons
    const colon =
      StringPrototypeIndexOf(href, ":", isAddress ? StringPrototypeIndexOf(href, "]", hostStart) : hostStart);
    const query = StringPrototypeIndexOf(href, "?", pathStart);
    this.#href = href;
    this.#schemeEnd = schemeEnd;
    this.#usernameEnd = hostStart;
    this.#hostStart = hostStart;
    this.#hostEnd = colon >= 0 && colon < pathStart ? colon : pathStart;
    this.#pathStart = pathStart;
    this.#queryStart = query >= 0 ? query : length;
    this.#fragmentStart = length;
  }

  #set(component, value, name) {
    value = DOMString(value, `Failed to set '${name}' on 'URL': the value`);
    if (offsets === null) makeOffsets();
    offsets[0] = this.#schemeEnd;
    offsets[1] = this.#usernameEnd;
    offsets[2] = this.#hostStart;
    offsets[3] = this.#hostEnd;
    offsets[4] = this.#pathStart;
    offsets[5] = this.#queryStart;
    offsets[6] = this.#fragmentStart;
    this.#take(ops.urlSet(this.#href, component, value, offsetBytes));
  }

  static {
    setPart = (url, component, value, name) => {
      if (!isObject(url) || !(#href in url)) illegalInvocation();
      url.#set(component, value, name);
    };
    webidl.defineInterface(URL);

    exports.isURL = (value) => isObject(value) && #href in value;
    // `query` is urlencoded: nothing in it needs the parser.
    setUrlUpdater((url, query) => {
      const search = query === "" ? "" : `?${query}`;
      const hash = StringPrototypeSlice(url.#href, url.#fragmentStart);
      url.#href = `${url.#slice(0, url.#queryStart)}${search}${hash}`;
      url.#fragmentStart = url.#queryStart + search.length;
    });
  }
}

exports.URL = URL;
// The serialisation of a URL string, or null; without an object. `base` may be undefined.
exports.parseURL = parse;
// `href`: an incoming request's, as native code gave it.
exports.noteIncomingUrl = (href) => {
  incoming = href;
};
