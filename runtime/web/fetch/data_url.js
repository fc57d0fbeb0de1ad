// SPDX-License-Identifier: Apache-2.0
// data: URLs: https://fetch.spec.whatwg.org/#data-url-processor
"use strict";

const { parseMimeType, serializeMimeType } = require("fetch/mime_type");
const { trimHttpWhitespace } = require("fetch/header_text");
const {
  RegExpPrototypeExec, StringPrototypeCharCodeAt, StringPrototypeIndexOf, StringPrototypeSlice,
  StringPrototypeStartsWith, TypedArrayPrototypeGetBuffer, TypedArrayPrototypeGetLength, Uint8Array,
} = primordials;

function hexValue(code) {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

// A serialised URL is ASCII, so a character is a byte.
function percentDecode(text) {
  const bytes = new Uint8Array(text.length);
  let length = 0;
  for (let i = 0; i < text.length; ++i) {
    const code = StringPrototypeCharCodeAt(text, i);
    if (code === 0x25 && i + 2 < text.length) {
      const high = hexValue(StringPrototypeCharCodeAt(text, i + 1));
      const low = hexValue(StringPrototypeCharCodeAt(text, i + 2));
      if (high >= 0 && low >= 0) {
        bytes[length++] = high * 16 + low;
        i += 2;
        continue;
      }
    }
    bytes[length++] = code;
  }
  return new Uint8Array(TypedArrayPrototypeGetBuffer(bytes), 0, length);
}

function base64Value(code) {
  if (code >= 0x41 && code <= 0x5A) return code - 0x41;
  if (code >= 0x61 && code <= 0x7A) return code - 0x47;
  if (code >= 0x30 && code <= 0x39) return code + 4;
  return code === 0x2B ? 62 : code === 0x2F ? 63 : -1;
}

// https://infra.spec.whatwg.org/#forgiving-base64-decode; null when it cannot be decoded.
function base64Decode(bytes, length) {
  const out = new Uint8Array(length * 3 / 4 + 3);
  let written = 0;
  let bits = 0;
  let symbols = 0;
  let padding = 0;
  for (let i = 0; i < length; ++i) {
    const code = bytes[i];
    if (code === 0x20 || code === 0x09 || code === 0x0A || code === 0x0C || code === 0x0D) continue;
    if (code === 0x3D) {
      ++padding;
      continue;
    }
    const value = base64Value(code);
    if (value < 0 || padding > 0) return null;
    bits = (bits << 6 | value) & 0xFFFFFF;
    if (++symbols % 4 === 0) {
      out[written++] = bits >> 16;
      out[written++] = bits >> 8;
      out[written++] = bits;
    }
  }
  const rest = symbols % 4;
  if (rest === 1 || padding > 2 || (padding > 0 && rest + padding !== 4)) return null;
  if (rest === 2) {
    out[written++] = bits >> 4;
  } else if (rest === 3) {
    out[written++] = bits >> 10;
    out[written++] = bits >> 2;
  }
  return new Uint8Array(TypedArrayPrototypeGetBuffer(out), 0, written);
}

const base64Marker = /;\x20*base64$/i;

// `url`: a serialised data: URL. Gives {type, bytes} or null.
function parseDataUrl(url) {
  const hash = StringPrototypeIndexOf(url, "#");
  const input = StringPrototypeSlice(url, 5, hash < 0 ? url.length : hash);
  const comma = StringPrototypeIndexOf(input, ",");
  if (comma < 0) return null;
  let mimeText = trimHttpWhitespace(StringPrototypeSlice(input, 0, comma));
  let bytes = percentDecode(StringPrototypeSlice(input, comma + 1));
  const marker = RegExpPrototypeExec(base64Marker, mimeText);
  if (marker !== null) {
    bytes = base64Decode(bytes, TypedArrayPrototypeGetLength(bytes));
    if (bytes === null) return null;
    mimeText = StringPrototypeSlice(mimeText, 0, marker.index);
  }
  if (StringPrototypeStartsWith(mimeText, ";")) mimeText = `text/plain${mimeText}`;
  const type = parseMimeType(mimeText);
  return { type: type === null ? "text/plain;charset=US-ASCII" : serializeMimeType(type), bytes };
}

exports.parseDataUrl = parseDataUrl;
