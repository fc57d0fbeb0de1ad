// SPDX-License-Identifier: Apache-2.0
// The URLs that fetch works with, as strings, over URL's parser.
"use strict";

const webidl = require("webidl/webidl");
const { replaceMatches } = require("file/replace_matches");
const { URL, parseURL } = require("url/url");
const {
  JSONStringify, NumberPrototypeToString, ReflectGetOwnPropertyDescriptor, StringPrototypeCharCodeAt,
  StringPrototypeIndexOf, StringPrototypeSlice, StringPrototypeToUpperCase, TypeError, uncurryThis,
} = primordials;

function getter(name) {
  return uncurryThis(ReflectGetOwnPropertyDescriptor(URL.prototype, name).get);
}
const kMaxShown = 200; // characters of a wrong URL in an error

const origin = getter("origin");
const protocol = getter("protocol");
const username = getter("username");
const password = getter("password");
const hash = getter("hash");


// The URL of a new Request. There is no base URL: a worker has no page.
function parseRequestUrl(input, context) {
  const text = webidl.converters.DOMString(input, `${context}: parameter 1`);
  const url = parseURL(text, undefined);
  if (url === null) {
    throw new TypeError(`Invalid URL: ${StringPrototypeSlice(text, 0, kMaxShown)}`);
  }
  if (StringPrototypeIndexOf(url, "@") >= 0 && hasCredentials(new URL(url))) {
    throw new TypeError(`${context}: Request cannot be constructed from a URL that includes credentials: ` +
      `${JSONStringify(text)}. Send them in an Authorization header instead.`);
  }
  return url;
}

function hasCredentials(url) {
  return username(url) !== "" || password(url) !== "";
}

function withoutFragment(url) {
  const at = StringPrototypeIndexOf(url, "#");
  return at < 0 ? url : StringPrototypeSlice(url, 0, at);
}

// A header value's characters are bytes, and so they go into the URL.
const nonAscii = /[\x80-\xFF]/g;
function escapeByte(character) {
  return `%${StringPrototypeToUpperCase(NumberPrototypeToString(StringPrototypeCharCodeAt(character, 0), 16))}`;
}

// Where a redirect leads: {url, origin, isHttp, hasCredentials}, or null when `location` is no URL.
function parseLocation(location, base) {
  const target = parseURL(replaceMatches(nonAscii, location, escapeByte), base);
  if (target === null) return null;
  const url = new URL(target);
  const at = StringPrototypeIndexOf(base, "#");
  return {
    // https://fetch.spec.whatwg.org/#concept-response-location-url: the fragment stays, unless there is a new
    // one.
    url: hash(url) === "" && at >= 0 ? withoutFragment(target) + StringPrototypeSlice(base, at) : target,
    origin: origin(url),
    isHttp: protocol(url) === "http:" || protocol(url) === "https:",
    hasCredentials: hasCredentials(url),
  };
}

exports.parseRequestUrl = parseRequestUrl;
exports.parseLocation = parseLocation;
exports.withoutFragment = withoutFragment;
exports.urlOrigin = (url) => origin(new URL(url));
// The absolute form of a URL string, or null.
exports.normalizeUrl = (text) => parseURL(text, undefined);
