// SPDX-License-Identifier: Apache-2.0
// Canonical components: https://urlpattern.spec.whatwg.org/#canon-encoding-callbacks
// Each function takes a text and gives its canonical form, or null where the standard throws: an impossible
// component is no exception when a match meets it.
"use strict";

const { defaultPort } = require("urlpattern/special_scheme");
const { parseUrlParts, usernameOf, passwordOf, hostnameOf, pathnameOf, searchOf, hashOf } =
  require("urlpattern/url_parts");
const { replaceMatches } = require("file/replace_matches");
const {
  RegExpPrototypeExec, StringPrototypeCharCodeAt, StringPrototypeEndsWith, StringPrototypeSlice,
  StringPrototypeToLowerCase, encodeURIComponent,
} = primordials;

const MAX_PORT = 65535;

// Texts that are canonical already, so that the usual ones need no op. Not all of them: a "." may be the start of
// a dot segment.
const plainProtocol = /^[a-z][a-z0-9+\-.]*$/;
const plainPathname = /^(?:[\w\-~!$&'()*+,;=:@/]|(?<=[\w\-])\.)*$/;
const notPlainSearch = /[^\x21-\x7E]|["#<>']/;
const notPlainHash = /[^\x21-\x7E]|["<>`]/;
const notInIpv6 = /[^0-9A-Fa-f[\]:]/;
const tabsAndNewlines = /[\t\n\r]/g;
const queryOrFragment = /[?#]/;
const notInOpaquePath = /[^\x20-\x7E]+/g;

const matches = (regexp, text) => RegExpPrototypeExec(regexp, text) !== null;

exports.protocol = (value) => {
  if (value === "" || matches(plainProtocol, value)) return value;
  const parts = parseUrlParts(`${value}://dummy.invalid/`, undefined);
  return parts === null ? null : parts.protocol;
};

exports.username = (value) => value === "" ? value : usernameOf(value);
exports.password = (value) => value === "" ? value : passwordOf(value);
exports.hostname = (value) => value === "" ? value : hostnameOf(value);
exports.ipv6Hostname = (value) => matches(notInIpv6, value) ? null : StringPrototypeToLowerCase(value);

// The port state. Without a protocol no port is the default one: the standard says so since June 2026, before
// that it dropped "443" from every pattern.
exports.port = (value, protocol = "") => {
  if (value === "") return value;
  const text = replaceMatches(tabsAndNewlines, value, "");
  let port = 0;
  let digits = 0;
  for (; digits < text.length && port <= MAX_PORT; ++digits) {
    const digit = StringPrototypeCharCodeAt(text, digits) - 0x30;
    if (digit < 0 || digit > 9) break;
    port = port * 10 + digit;
  }
  if (digits === 0 || port > MAX_PORT) return null;
  const canonical = `${port}`;
  return canonical === defaultPort(protocol) ? "" : canonical;
};

exports.pathname = (value) => {
  if (value === "" || matches(plainPathname, value)) return value;
  if (value[0] === "/") return pathnameOf(value);
  // Pieces of a path need not start with a slash; "-" keeps the added one from making a dot segment.
  return StringPrototypeSlice(pathnameOf(`/-${value}`), 2);
};

// The opaque path state.
exports.opaquePathname = (value) => {
  let path = replaceMatches(tabsAndNewlines, value, "");
  const end = RegExpPrototypeExec(queryOrFragment, path);
  if (end !== null) {
    path = StringPrototypeSlice(path, 0, end.index);
    if (StringPrototypeEndsWith(path, " ")) path = `${StringPrototypeSlice(path, 0, -1)}%20`;
  }
  return replaceMatches(notInOpaquePath, path, encodeURIComponent);
};

exports.search = (value) => matches(notPlainSearch, value) ? searchOf(value) : value;
exports.hash = (value) => matches(notPlainHash, value) ? hashOf(value) : value;
