// SPDX-License-Identifier: Apache-2.0
// The Accept-Encoding of a request that fetch() sends: https://fetch.spec.whatwg.org/#http-network-or-cache-fetch
// and https://developers.cloudflare.com/workers/runtime-apis/fetch/#how-the-accept-encoding-header-is-handled
"use strict";

const { listFind, listGet } = require("fetch/header_list");

const kCodings = "gzip, br";

// Clients send few different ones.
let lastValue = kCodings;
let lastFiltered = kCodings;

// Gives the value for a request with these headers. One that the script set, or that its own client sent,
// loses the codings that are not known here, so that what comes back can be read; if none is left, it stays.
function requestedCodings(list) {
  const value = listGet(list, "accept-encoding");
  if (value === null) return listFind(list, "range") >= 0 ? "identity" : kCodings;
  if (value !== lastValue) {
    lastFiltered = ops.knownCodings(value);
    lastValue = value;
  }
  return lastFiltered;
}

exports.requestedCodings = requestedCodings;
