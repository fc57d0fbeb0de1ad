// SPDX-License-Identifier: Apache-2.0
// What headers of a request in the mode "no-cors" may be:
// https://fetch.spec.whatwg.org/#no-cors-safelisted-request-header. Names are lower-case here, values checked.
"use strict";

const { RegExpPrototypeExec } = primordials;

const kMaxValueLength = 128;

const unsafeByte = /[\x00-\x08\x0A-\x1F"():<>?@[\\\]{}\x7F]/;
const notOfLanguages = /[^0-9A-Za-z *,\-.;=]/;
const simpleType =
  /^[\t ]*(?:application\/x-www-form-urlencoded|multipart\/form-data|text\/plain)[\t ]*(?:;|$)/i;

function isSafelistedName(name) {
  return name === "accept" || name === "accept-language" || name === "content-language" ||
    name === "content-type";
}

function isSafelisted(name, value) {
  if (value.length > kMaxValueLength) return false;
  switch (name) {
    case "accept": return RegExpPrototypeExec(unsafeByte, value) === null;
    case "accept-language": case "content-language": return RegExpPrototypeExec(notOfLanguages, value) === null;
    case "content-type":
      return RegExpPrototypeExec(unsafeByte, value) === null && RegExpPrototypeExec(simpleType, value) !== null;
    default: return false;
  }
}

// Whether a header may be added to a flat header list: the whole combined value counts.
function mayAppend(list, name, value) {
  let combined = "";
  for (let i = 0; i < list.length; i += 2) {
    if (list[i] === name) combined += `${list[i + 1]}, `;
  }
  return isSafelisted(name, combined + value);
}

// A new flat header list of those of `list` that may be added one by one.
function keepSafelisted(list) {
  const kept = [];
  for (let i = 0; i < list.length; i += 2) {
    if (!mayAppend(kept, list[i], list[i + 1])) continue;
    kept[kept.length] = list[i];
    kept[kept.length] = list[i + 1];
  }
  return kept;
}

exports.isSafelistedName = isSafelistedName;
exports.isSafelisted = isSafelisted;
exports.mayAppend = mayAppend;
exports.keepSafelisted = keepSafelisted;
