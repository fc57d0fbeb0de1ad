// SPDX-License-Identifier: Apache-2.0
// application/x-www-form-urlencoded: https://url.spec.whatwg.org/#application/x-www-form-urlencoded
// Entries are a flat list: [name, value, name, value ...].
"use strict";

const {
  StringFromCharCode, StringPrototypeCharCodeAt, StringPrototypeIndexOf,
  StringPrototypeSlice, TypedArrayPrototypeGetBuffer, TypedArrayPrototypeGetLength, Uint8Array,
  decodeURIComponent, encodeURIComponent,
} = primordials;

const UTF8 = 0; // the number of the encoding UTF-8, and flags of ops.textDecode
const FATAL = 1;
const IGNORE_BOM = 2;

const PERCENT = 0x25;

function hexValue(unit) {
  if (unit >= 0x30 && unit <= 0x39) return unit - 0x30;
  const lower = unit | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

// For what decodeURIComponent refuses: malformed escapes stay, bytes that are no UTF-8 become U+FFFD.
function decodeLeniently(text) {
  const bytes = ops.utf8Encode(text);
  const length = TypedArrayPrototypeGetLength(bytes);
  const decoded = new Uint8Array(length);
  let size = 0;
  for (let i = 0; i < length; ++i) {
    let byte = bytes[i];
    if (byte === PERCENT && i + 2 < length) {
      const high = hexValue(bytes[i + 1]);
      const low = hexValue(bytes[i + 2]);
      if (high >= 0 && low >= 0) {
        byte = high * 16 + low;
        i += 2;
      }
    }
    decoded[size++] = byte;
  }
  return ops.textDecode(UTF8, IGNORE_BOM, new Uint8Array(TypedArrayPrototypeGetBuffer(decoded), 0, size));
}

function plusToSpace(text, plus) {
  let result = "";
  let from = 0;
  for (; plus >= 0; plus = StringPrototypeIndexOf(text, "+", from)) {
    result += `${StringPrototypeSlice(text, from, plus)} `;
    from = plus + 1;
  }
  return result + StringPrototypeSlice(text, from);
}

function decodeComponent(text) {
  const plus = StringPrototypeIndexOf(text, "+");
  if (plus >= 0) text = plusToSpace(text, plus);
  if (StringPrototypeIndexOf(text, "%") < 0) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return decodeLeniently(text);
  }
}

// Bytes that are no UTF-8: each byte above 0x7F as an escape, which decodes to the same byte.
function escapeBytes(bytes) {
  let text = "";
  const length = TypedArrayPrototypeGetLength(bytes);
  for (let i = 0; i < length; ++i) {
    const byte = bytes[i];
    text += byte < 0x80 ? asciiCharacters[byte] : `%${hexDigits[byte >> 4]}${hexDigits[byte & 15]}`;
  }
  return text;
}

const hexDigits = "0123456789ABCDEF";
let asciiCharacters = "";
for (let i = 0; i < 0x80; ++i) asciiCharacters += StringFromCharCode(i);

// A string (of scalar values) or a Uint8Array -> entries.
function parseUrlencoded(input) {
  const text = typeof input === "string" ? input
    : ops.textDecode(UTF8, FATAL | IGNORE_BOM, input) ?? escapeBytes(input);
  const entries = [];
  const { length } = text;
  for (let start = 0; start < length;) {
    let end = StringPrototypeIndexOf(text, "&", start);
    if (end < 0) end = length;
    if (end > start) {
      const equals = StringPrototypeIndexOf(text, "=", start);
      const nameEnd = equals < 0 || equals > end ? end : equals;
      const at = entries.length;
      entries[at] = decodeComponent(StringPrototypeSlice(text, start, nameEnd));
      entries[at + 1] = nameEnd === end ? "" : decodeComponent(StringPrototypeSlice(text, nameEnd + 1, end));
    }
    start = end + 1;
  }
  return entries;
}

// By character: PLAIN stays; encodeURIComponent leaves MORE, which this format encodes.
const PLAIN = 1;
const MORE = 2;
const kinds = [];
for (let i = 0; i < 0x80; ++i) {
  const character = asciiCharacters[i];
  const alphanumeric = hexValue(i) >= 0 || (i >= 0x41 && i <= 0x5A) || (i >= 0x61 && i <= 0x7A);
  kinds[i] = alphanumeric || StringPrototypeIndexOf("*-._", character) >= 0 ? PLAIN
    : StringPrototypeIndexOf("!~'()", character) >= 0 ? MORE : 0;
}

function kindOf(text, i) {
  const unit = StringPrototypeCharCodeAt(text, i);
  return unit < 0x80 ? kinds[unit] : 0;
}

// `text` has no lone surrogates.
function encodeComponent(text) {
  const { length } = text;
  let i = 0;
  while (i < length && kindOf(text, i) === PLAIN) ++i;
  if (i === length) return text;
  const encoded = encodeURIComponent(text);
  let result = "";
  let plain = 0;
  for (i = 0; i < encoded.length; ++i) {
    const unit = StringPrototypeCharCodeAt(encoded, i);
    if (kinds[unit] === MORE) {
      result += `${StringPrototypeSlice(encoded, plain, i)}%${hexDigits[unit >> 4]}${hexDigits[unit & 15]}`;
      plain = i + 1;
    } else if (unit === PERCENT && encoded[i + 1] === "2" && encoded[i + 2] === "0") {
      result += `${StringPrototypeSlice(encoded, plain, i)}+`;
      plain = i + 3;
    }
  }
  return result + StringPrototypeSlice(encoded, plain);
}

function serializeUrlencoded(entries) {
  let text = "";
  for (let i = 0; i < entries.length; i += 2) {
    if (i > 0) text += "&";
    text += `${encodeComponent(entries[i])}=${encodeComponent(entries[i + 1])}`;
  }
  return text;
}

exports.parseUrlencoded = parseUrlencoded;
exports.serializeUrlencoded = serializeUrlencoded;
