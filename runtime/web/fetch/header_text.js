// SPDX-License-Identifier: Apache-2.0
// Names and values of headers: what they may be, and how they are kept
// (https://fetch.spec.whatwg.org/#concept-header).
"use strict";

const webidl = require("webidl/webidl");
const {
  JSONStringify, RegExpPrototypeExec, SafeMap, StringPrototypeCharCodeAt, StringPrototypeSlice,
  StringPrototypeToLowerCase, TypeError,
} = primordials;
const { ByteString } = webidl.converters;

// Names and content types that a worker uses are few; what was checked once is not checked again.
const kCacheMaxEntries = 256;
const kCacheMaxLength = 64;
const knownNames = new SafeMap(); // as given -> lower-case
const knownTypes = new SafeMap(); // content-type values: as given -> without outer white space

const notToken = /[^!#$%&'*+\-.^_`|~0-9A-Za-z]/;
const notFieldValue = /[^\x01-\t\x0B\x0C\x0E-\xFF]/;

function learnName(name, context) {
  const given = ByteString(name, `${context}: the header name`);
  if (given === "" || RegExpPrototypeExec(notToken, given) !== null) {
    throw new TypeError(`${context}: ${JSONStringify(given)} is not a legal HTTP header name.`);
  }
  const lower = StringPrototypeToLowerCase(given);
  if (given.length <= kCacheMaxLength && knownNames.size < kCacheMaxEntries) knownNames.set(given, lower);
  return lower;
}

function normalizeName(name, context) {
  const known = knownNames.get(name);
  return known !== undefined ? known : learnName(name, context);
}

function isHttpWhitespace(code) {
  return code === 0x20 || code === 0x09 || code === 0x0A || code === 0x0D;
}

function trimHttpWhitespace(value) {
  let from = 0;
  let to = value.length;
  while (from < to && isHttpWhitespace(StringPrototypeCharCodeAt(value, from))) ++from;
  while (to > from && isHttpWhitespace(StringPrototypeCharCodeAt(value, to - 1))) --to;
  return from === 0 && to === value.length ? value : StringPrototypeSlice(value, from, to);
}

function checkValue(name, given, context) {
  let value = given;
  if (typeof value !== "string") value = ByteString(given, `${context}: the value of header '${name}'`);
  const { length } = value;
  if (length === 0) return value;
  if (StringPrototypeCharCodeAt(value, 0) <= 0x20 || StringPrototypeCharCodeAt(value, length - 1) <= 0x20) {
    value = trimHttpWhitespace(value);
  }
  const bad = RegExpPrototypeExec(notFieldValue, value);
  if (bad !== null) {
    throw new TypeError(StringPrototypeCharCodeAt(bad[0], 0) > 0xFF
      ? `${context}: the value of header '${name}' is not a byte string: it has a character above U+00FF ` +
        "(encodeURIComponent makes one that fits)."
      : `${context}: the value of header '${name}' has a NUL, CR or LF character: ${JSONStringify(value)}`);
  }
  return value;
}

function normalizeValue(name, given, context) {
  if (name !== "content-type") return checkValue(name, given, context);
  const known = knownTypes.get(given);
  if (known !== undefined) return known;
  const value = checkValue(name, given, context);
  if (typeof given === "string" && given.length <= kCacheMaxLength && knownTypes.size < kCacheMaxEntries) {
    knownTypes.set(given, value);
  }
  return value;
}

// Of a pair, both are converted before either is judged, as Web IDL has it.
function convertName(name, context) {
  return typeof name === "string" ? name : ByteString(name, `${context}: the header name`);
}

function convertValue(name, value, context) {
  return typeof value === "string" ? value : ByteString(value, `${context}: the value of header '${name}'`);
}

exports.convertName = convertName;
exports.convertValue = convertValue;
exports.normalizeName = normalizeName;
exports.normalizeValue = normalizeValue;
exports.trimHttpWhitespace = trimHttpWhitespace;
