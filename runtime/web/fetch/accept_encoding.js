// SPDX-License-Identifier: Apache-2.0
// The Accept-Encoding of a request that fetch() sends: https://fetch.spec.whatwg.org/#http-network-or-cache-fetch
// and https://developers.cloudflare.com/workers/runtime-apis/fetch/#how-the-accept-encoding-header-is-handled
"use strict";

const { listFind, listGet } = require("fetch/headers");
const {
  SafeSet, StringPrototypeIndexOf, StringPrototypeSlice, StringPrototypeToLowerCase, StringPrototypeTrim,
} = primordials;

const kCodings = "gzip, br";

// What a response may be coded with and still be read here. "deflate" and "zstd" are decoded too, but
// not asked for: what a script makes of such a body would not be compressed again.
const known = new SafeSet();
const names = ["gzip", "x-gzip", "br", "identity", "*"];
for (let i = 0; i < names.length; ++i) known.add(names[i]);

function isKnown(element) {
  const semicolon = StringPrototypeIndexOf(element, ";");
  const name = semicolon < 0 ? element : StringPrototypeSlice(element, 0, semicolon);
  return known.has(StringPrototypeToLowerCase(StringPrototypeTrim(name)));
}

function filter(value) {
  let kept = "";
  for (let at = 0; at <= value.length;) {
    let comma = StringPrototypeIndexOf(value, ",", at);
    if (comma < 0) comma = value.length;
    const element = StringPrototypeTrim(StringPrototypeSlice(value, at, comma));
    if (isKnown(element)) kept = kept === "" ? element : `${kept}, ${element}`;
    at = comma + 1;
  }
  return kept === "" ? value : kept;
}

// Clients send few different ones.
let lastValue = kCodings;
let lastFiltered = kCodings;

// Gives the value for a request with these headers. One that the script set, or that its own client sent,
// loses the codings that are not known here, so that what comes back can be read; if none is left, it stays.
function requestedCodings(list) {
  const value = listGet(list, "accept-encoding");
  if (value === null) return listFind(list, "range") >= 0 ? "identity" : kCodings;
  if (value !== lastValue) {
    lastFiltered = filter(value);
    lastValue = value;
  }
  return lastFiltered;
}

exports.requestedCodings = requestedCodings;
