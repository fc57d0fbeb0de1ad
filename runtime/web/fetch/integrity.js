// SPDX-License-Identifier: Apache-2.0
// Integrity metadata: https://w3c.github.io/webappsec-subresource-integrity/#does-response-match-metadatalist
"use strict";

const { replaceMatches } = require("file/replace_matches");
const { RegExpPrototypeExec, StringPrototypeSlice } = primordials;

const item = /[^\t\n\f\r ]+/g;
const hashItem = /^(sha256|sha384|sha512)-([A-Za-z0-9+/_-]+)={0,2}(?:\?[\x21-\x7E]*)?$/i;
const urlCharacter = /[-_]/g;
const kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

// Without padding.
function toBase64(bytes) {
  let text = "";
  for (let i = 0; i < bytes.length; i += 3) {
    const left = bytes.length - i;
    const group = bytes[i] << 16 | (left > 1 ? bytes[i + 1] << 8 : 0) | (left > 2 ? bytes[i + 2] : 0);
    text += kAlphabet[group >> 18] + kAlphabet[group >> 12 & 63];
    if (left > 1) text += kAlphabet[group >> 6 & 63];
    if (left > 2) text += kAlphabet[group & 63];
  }
  return text;
}

// Whether `bytes` have one of the digests of the strongest hash function that `metadata` names; true when it names
// none.
function matchesIntegrity(metadata, bytes) {
  let strongest = 0; // the bits of the function
  let expected = [];
  item.lastIndex = 0;
  for (let found; (found = RegExpPrototypeExec(item, metadata)) !== null;) {
    const parsed = RegExpPrototypeExec(hashItem, found[0]);
    if (parsed === null) continue;
    const bits = +StringPrototypeSlice(parsed[1], 3);
    if (bits < strongest) continue;
    if (bits > strongest) expected = [];
    strongest = bits;
    expected[expected.length] =
      replaceMatches(urlCharacter, parsed[2], (character) => character === "-" ? "+" : "/");
  }
  if (strongest === 0) return true;
  const actual = toBase64(ops.integrityDigest(strongest, bytes));
  for (let i = 0; i < expected.length; ++i) {
    if (expected[i] === actual) return true;
  }
  return false;
}

exports.matchesIntegrity = matchesIntegrity;
