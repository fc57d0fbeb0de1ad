// SPDX-License-Identifier: Apache-2.0
// atob and btoa: https://html.spec.whatwg.org/#atob, on forgiving-base64 of https://infra.spec.whatwg.org/.
"use strict";

const webidl = require("webidl/webidl");
const { DOMException } = require("dom/dom_exception");
const {
  Array, MathMin, ReflectApply, String, StringFromCharCode, StringPrototypeCharCodeAt, Uint8Array,
} = primordials;

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const kPad = 0x3D;
const kChunk = 12_288; // characters per String.fromCharCode: a multiple of three and of four

const kInvalid = 0xFF;
const kSpace = 0xFE;

let codes;  // 6 bits -> character code
let values; // character code -> 6 bits, kSpace or kInvalid

function makeTables() {
  codes = new Uint8Array(64);
  values = new Uint8Array(256);
  for (let i = 0; i < 256; ++i) values[i] = kInvalid;
  for (let i = 0; i < 64; ++i) {
    codes[i] = StringPrototypeCharCodeAt(alphabet, i);
    values[codes[i]] = i;
  }
  values[0x09] = values[0x0A] = values[0x0C] = values[0x0D] = values[0x20] = kSpace;
}

// The text of an array of character codes. (A typed array would be asked for its length, which scripts can change.)
function chunkText(chunk) {
  return ReflectApply(StringFromCharCode, String, chunk);
}

// Three characters of `data` from `at` on as four codes in `chunk`; the bits of all units, to see if one was
// too large.
function encodeGroup(data, at, chunk, to) {
  const a = StringPrototypeCharCodeAt(data, at);
  const b = StringPrototypeCharCodeAt(data, at + 1);
  const c = StringPrototypeCharCodeAt(data, at + 2);
  chunk[to] = codes[(a >> 2) & 63];
  chunk[to + 1] = codes[((a & 3) << 4) | ((b >> 4) & 15)];
  chunk[to + 2] = codes[((b & 15) << 2) | ((c >> 6) & 3)];
  chunk[to + 3] = codes[c & 63];
  return a | b | c;
}

function encode(data) {
  if (codes === undefined) makeTables();
  const { length } = data;
  const whole = length - length % 3;
  let result = "";
  let seen = 0;
  for (let i = 0; i < whole;) {
    const stop = MathMin(whole, i + kChunk / 4 * 3);
    const chunk = new Array((stop - i) / 3 * 4);
    for (let to = 0; i < stop; i += 3, to += 4) seen |= encodeGroup(data, i, chunk, to);
    result += chunkText(chunk);
  }
  if (whole < length) {
    const a = StringPrototypeCharCodeAt(data, whole);
    const b = whole + 1 < length ? StringPrototypeCharCodeAt(data, whole + 1) : 0;
    seen |= a | b;
    result += StringFromCharCode(codes[(a >> 2) & 63], codes[((a & 3) << 4) | ((b >> 4) & 15)],
      whole + 1 < length ? codes[(b & 15) << 2] : kPad, kPad);
  }
  return seen > 0xFF ? null : result;
}

// Where the text ends without the padding that it may have, or -1: the padding is wrong.
function endOfData(data) {
  let end = data.length;
  let padding = 0;
  let characters = 0; // other than white space
  for (let i = 0; i < data.length; ++i) {
    const unit = StringPrototypeCharCodeAt(data, i);
    if (unit > 0xFF || values[unit] !== kSpace) ++characters;
  }
  for (; end > 0; --end) {
    const unit = StringPrototypeCharCodeAt(data, end - 1);
    if (unit === kPad && padding < 2) ++padding;
    else if (unit > 0xFF || values[unit] !== kSpace) break;
  }
  if (padding > 0) return characters % 4 === 0 ? end : -1;
  return characters % 4 === 1 ? -1 : end;
}

// Text without white space, as nearly all is: four characters at a time. Gives undefined at anything unusual.
function decodeTight(data) {
  let end = data.length;
  if (end % 4 === 0 && end > 0 && StringPrototypeCharCodeAt(data, end - 1) === kPad) {
    end -= StringPrototypeCharCodeAt(data, end - 2) === kPad ? 2 : 1;
  }
  const rest = end % 4;
  if (rest === 1) return undefined;
  const whole = end - rest;
  let result = "";
  for (let i = 0; i < whole;) {
    const stop = MathMin(whole, i + kChunk / 3 * 4);
    const chunk = new Array((stop - i) / 4 * 3);
    for (let to = 0; i < stop; i += 4, to += 3) {
      const a = StringPrototypeCharCodeAt(data, i);
      const b = StringPrototypeCharCodeAt(data, i + 1);
      const c = StringPrototypeCharCodeAt(data, i + 2);
      const d = StringPrototypeCharCodeAt(data, i + 3);
      if ((a | b | c | d) > 0xFF || (values[a] | values[b] | values[c] | values[d]) > 63) return undefined;
      const group = (values[a] << 18) | (values[b] << 12) | (values[c] << 6) | values[d];
      chunk[to] = group >> 16;
      chunk[to + 1] = (group >> 8) & 0xFF;
      chunk[to + 2] = group & 0xFF;
    }
    result += chunkText(chunk);
  }
  if (rest === 0) return result;
  const a = StringPrototypeCharCodeAt(data, whole);
  const b = StringPrototypeCharCodeAt(data, whole + 1);
  const c = rest === 3 ? StringPrototypeCharCodeAt(data, whole + 2) : 0x41; // "A": no bits
  if ((a | b | c) > 0xFF || (values[a] | values[b] | values[c]) > 63) return undefined;
  result += StringFromCharCode((values[a] << 2) | (values[b] >> 4));
  return rest === 2 ? result : result + StringFromCharCode(((values[b] & 15) << 4) | (values[c] >> 2));
}

function decode(data) {
  if (codes === undefined) makeTables();
  const tight = decodeTight(data);
  if (tight !== undefined) return tight;
  const end = endOfData(data);
  if (end < 0) return null;
  let result = "";
  let bits = 0;
  let count = 0; // of bits
  let chunk = [];
  for (let i = 0; i < end; ++i) {
    const unit = StringPrototypeCharCodeAt(data, i);
    const value = unit > 0xFF ? kInvalid : values[unit];
    if (value === kSpace) continue;
    if (value === kInvalid) return null;
    bits = ((bits << 6) | value) & 0xFFFF;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    chunk[chunk.length] = (bits >> count) & 0xFF;
    if (chunk.length === kChunk) {
      result += chunkText(chunk);
      chunk = [];
    }
  }
  return count === 6 ? null : result + chunkText(chunk);
}

const functions = {
  atob(data) {
    webidl.checkGlobal(this);
    webidl.requiredArguments(arguments.length, 1, "Failed to execute 'atob'");
    const result = decode(webidl.converters.DOMString(data, "Failed to execute 'atob': parameter 1"));
    if (result === null) {
      throw new DOMException("Failed to execute 'atob': the string is not correctly encoded base64.",
        "InvalidCharacterError");
    }
    return result;
  },
  btoa(data) {
    webidl.checkGlobal(this);
    webidl.requiredArguments(arguments.length, 1, "Failed to execute 'btoa'");
    const result = encode(webidl.converters.DOMString(data, "Failed to execute 'btoa': parameter 1"));
    if (result === null) {
      throw new DOMException("Failed to execute 'btoa': the string has characters above U+00FF.",
        "InvalidCharacterError");
    }
    return result;
  },
};

exports.atob = functions.atob;
exports.btoa = functions.btoa;
