// SPDX-License-Identifier: Apache-2.0
// URLs as URL patterns see them: eight components without delimiters, by way of the ops of url/url.
"use strict";

const webidl = require("webidl/webidl");
const { StringPrototypeSlice, TypedArrayPrototypeGetBuffer, Uint32Array, Uint8Array } = primordials;

// Components that urlSet knows by number (runtime/web/url/url_ops.cc).
const USERNAME = 1;
const PASSWORD = 2;
const HOSTNAME = 4;
const PATHNAME = 6;
const SEARCH = 7;
const HASH = 8;

// Offsets of runtime/web/url/url_record.h.
const SCHEME_END = 0;
const USERNAME_END = 1;
const HOST_START = 2;
const HOST_END = 3;
const PATH_START = 4;
const QUERY_START = 5;
const FRAGMENT_START = 6;
const OFFSETS = 7;

const DUMMY_HOST = "dummy.invalid";
const OTHER_HOST = "other.invalid";

// Made on first use: the startup snapshot holds no buffers.
let offsets = null;
let offsetBytes = null;

function parse(url, base) {
  if (offsets === null) {
    offsets = new Uint32Array(OFFSETS);
    offsetBytes = new Uint8Array(TypedArrayPrototypeGetBuffer(offsets));
  }
  return ops.urlParse(url, base, offsetBytes);
}

class UrlParts {
  constructor() {
    this.protocol = "";
    this.username = "";
    this.password = "";
    this.hostname = "";
    this.port = "";
    this.pathname = "";
    this.search = "";
    this.hash = "";
    this.hasOpaquePath = false;
  }
}
webidl.detachRecord(UrlParts);

// null when that is no URL. `base` may be undefined.
function parseUrlParts(url, base) {
  const href = parse(url, base);
  if (href === null) return null;
  const parts = new UrlParts();
  const schemeEnd = offsets[SCHEME_END];
  const hostStart = offsets[HOST_START];
  const pathStart = offsets[PATH_START];
  const queryStart = offsets[QUERY_START];
  const fragmentStart = offsets[FRAGMENT_START];
  parts.protocol = StringPrototypeSlice(href, 0, schemeEnd);
  if (hostStart > schemeEnd + 1) {
    const usernameEnd = offsets[USERNAME_END];
    const hostEnd = offsets[HOST_END];
    if (hostStart > usernameEnd) {
      parts.username = StringPrototypeSlice(href, schemeEnd + 3, usernameEnd);
      parts.password = StringPrototypeSlice(href, usernameEnd + 1, hostStart - 1);
    }
    parts.hostname = StringPrototypeSlice(href, hostStart, hostEnd);
    parts.port = StringPrototypeSlice(href, hostEnd + 1, pathStart);
  } else {
    parts.hasOpaquePath = href[pathStart] !== "/";
  }
  parts.pathname = StringPrototypeSlice(href, pathStart, queryStart);
  parts.search = StringPrototypeSlice(href, queryStart + 1, fragmentStart);
  parts.hash = StringPrototypeSlice(href, fragmentStart + 1);
  return parts;
}

// The new href of a URL with that host where `value` was set; the offsets are its.
function setComponent(component, value, host = DUMMY_HOST) {
  return ops.urlSet(parse(`https://${host}/`, undefined), component, value, offsetBytes);
}

function hostWith(value, host) {
  const href = setComponent(HOSTNAME, value, host);
  return StringPrototypeSlice(href, offsets[HOST_START], offsets[HOST_END]);
}

exports.UrlParts = UrlParts;
exports.parseUrlParts = parseUrlParts;

// The basic URL parser with a state override, on a URL with a special scheme.
exports.usernameOf = (value) => {
  const href = setComponent(USERNAME, value);
  return StringPrototypeSlice(href, offsets[SCHEME_END] + 3, offsets[USERNAME_END]);
};
exports.passwordOf = (value) => {
  const href = setComponent(PASSWORD, value);
  return StringPrototypeSlice(href, offsets[USERNAME_END] + 1, offsets[HOST_START] - 1);
};
// null when that is no host: the setter leaves the host that was there, whichever it was.
exports.hostnameOf = (value) => {
  const host = hostWith(value, DUMMY_HOST);
  return host === DUMMY_HOST && hostWith(value, OTHER_HOST) === OTHER_HOST ? null : host;
};
exports.pathnameOf = (value) => {
  const href = setComponent(PATHNAME, value);
  return StringPrototypeSlice(href, offsets[PATH_START], offsets[QUERY_START]);
};
// The setters drop a "?" or "#" in front.
exports.searchOf = (value) => {
  const href = setComponent(SEARCH, `?${value}`);
  return StringPrototypeSlice(href, offsets[QUERY_START] + 1, offsets[FRAGMENT_START]);
};
exports.hashOf = (value) => {
  const href = setComponent(HASH, `#${value}`);
  return StringPrototypeSlice(href, offsets[FRAGMENT_START] + 1);
};
