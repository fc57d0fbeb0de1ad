// SPDX-License-Identifier: Apache-2.0
// Uint8Array to and from base64 and hex (https://tc39.es/proposal-arraybuffer-base64/),
// ArrayBuffer.prototype.transfer and `detached`
// (https://tc39.es/ecma262/#sec-arraybuffer.prototype.transfer).
"use strict";

const {
  Array, ArrayBuffer, ArrayBufferPrototypeGetByteLength, ArrayPrototypePush, MathMin, ObjectSetPrototypeOf, RangeError,
  ReflectApply,
  String, StringFromCharCode, StringPrototypeCharCodeAt, SyntaxError, TypeError,
  TypedArrayPrototypeGetByteLength, TypedArrayPrototypeGetSymbolToStringTag, TypedArrayPrototypeKeys,
  TypedArrayPrototypeSet, Uint8Array,
} = primordials;

const { defineMissing } = require("script/define_missing");
const { isObject, toIntegerOrInfinity } = require("script/language_support");

const kStandard = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const kUrl = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const kPad = 0x3D;
const kTextChunk = 12_288; // codes per String.fromCharCode

function checkBytes(value, method) {
  if (TypedArrayPrototypeGetSymbolToStringTag(value) !== "Uint8Array") {
    throw new TypeError(`${method}: the value is not a Uint8Array`);
  }
}

function checkAttached(array) {
  TypedArrayPrototypeKeys(array); // throws when the buffer is detached
}

function readOptions(options, method) {
  if (options === undefined) return { __proto__: null };
  if (!isObject(options)) throw new TypeError(`${method}: the options are not an object`);
  return options;
}

function readAlphabet(options, method) {
  const { alphabet } = options;
  if (alphabet === undefined || alphabet === "base64") return kStandard;
  if (alphabet === "base64url") return kUrl;
  throw new TypeError(`${method}: the alphabet is neither "base64" nor "base64url"`);
}

function readLastChunk(options, method) {
  const { lastChunkHandling = "loose" } = options;
  switch (lastChunkHandling) {
    case "loose": case "strict": case "stop-before-partial": return lastChunkHandling;
  }
  throw new TypeError(`${method}: lastChunkHandling is not "loose", "strict" or "stop-before-partial"`);
}

function textOf(codes) {
  let result = "";
  const length = TypedArrayPrototypeGetByteLength(codes);
  for (let i = 0; i < length; i += kTextChunk) {
    const end = MathMin(length, i + kTextChunk);
    const part = new Array(end - i);
    for (let k = i; k < end; ++k) part[k - i] = codes[k];
    result += ReflectApply(StringFromCharCode, String, part);
  }
  return result;
}

function encodeBase64(bytes, alphabet, omitPadding) {
  const length = TypedArrayPrototypeGetByteLength(bytes);
  const rest = length % 3;
  const codes = new Uint8Array((length - rest) / 3 * 4 + (rest === 0 ? 0 : omitPadding ? rest + 1 : 4));
  const table = new Uint8Array(64);
  for (let i = 0; i < 64; ++i) table[i] = StringPrototypeCharCodeAt(alphabet, i);
  let to = 0;
  let i = 0;
  for (; i + 2 < length; i += 3) {
    const group = (bytes[i] << 16) | (bytes[i + 1] << 8) | bytes[i + 2];
    codes[to++] = table[group >> 18];
    codes[to++] = table[(group >> 12) & 63];
    codes[to++] = table[(group >> 6) & 63];
    codes[to++] = table[group & 63];
  }
  if (rest === 0) return textOf(codes);
  const group = (bytes[i] << 16) | (rest === 2 ? bytes[i + 1] << 8 : 0);
  codes[to++] = table[group >> 18];
  codes[to++] = table[(group >> 12) & 63];
  if (rest === 2) codes[to++] = table[(group >> 6) & 63];
  while (to < TypedArrayPrototypeGetByteLength(codes)) codes[to++] = kPad;
  return textOf(codes);
}

function makeDecodeTable(alphabet) {
  const table = new Uint8Array(128);
  for (let i = 0; i < 128; ++i) table[i] = 0xFF;
  for (let i = 0; i < 64; ++i) table[StringPrototypeCharCodeAt(alphabet, i)] = i;
  return table;
}

function isSpace(unit) {
  return unit === 0x20 || unit === 0x09 || unit === 0x0A || unit === 0x0C || unit === 0x0D;
}

function skipSpace(text, index) {
  while (index < text.length && isSpace(StringPrototypeCharCodeAt(text, index))) ++index;
  return index;
}

// FromBase64 of the proposal: reads until the text ends, is wrong, or `maxLength` bytes are there. An error
// is kept, so that the bytes before it are written first.
class Base64Reader {
  constructor(text, alphabet, lastChunk, maxLength) {
    this.text = text;
    this.table = makeDecodeTable(alphabet);
    this.lastChunk = lastChunk;
    this.maxLength = maxLength;
    this.bytes = [];
    this.read = 0; // characters consumed
    this.error = undefined;
    this.chunk = 0; // bits of the unfinished group of four
    this.chunkLength = 0;
  }

  fail(problem) {
    this.error = new SyntaxError(`The base64 text is wrong: ${problem}`);
  }

  // Two or three characters without the rest of their group; false after an error.
  flushPartial(throwOnExtraBits) {
    const spare = this.chunkLength === 2 ? 4 : 2;
    if (throwOnExtraBits && (this.chunk & ((1 << spare) - 1)) !== 0) {
      this.fail("bits are left over at its end");
      return;
    }
    if (this.chunkLength === 3) ArrayPrototypePush(this.bytes, this.chunk >> 10);
    ArrayPrototypePush(this.bytes, (this.chunk >> spare) & 0xFF);
  }

  atEnd() {
    if (this.chunkLength > 0) {
      if (this.lastChunk === "stop-before-partial") return;
      if (this.lastChunk === "strict") return this.fail("its last group has no padding");
      if (this.chunkLength === 1) return this.fail("its last group has one character");
      this.flushPartial(false);
    }
    this.read = this.text.length;
  }

  // At the first "="; `index` is behind it.
  atPadding(index) {
    if (this.chunkLength < 2) return this.fail("'=' comes too early");
    index = skipSpace(this.text, index);
    if (this.chunkLength === 2) {
      if (index === this.text.length) {
        if (this.lastChunk === "stop-before-partial") return;
        return this.fail("an '=' is missing");
      }
      if (StringPrototypeCharCodeAt(this.text, index) === kPad) index = skipSpace(this.text, index + 1);
    }
    if (index < this.text.length) return this.fail("there is more after the '='");
    this.flushPartial(this.lastChunk === "strict");
    if (this.error === undefined) this.read = this.text.length;
  }

  run() {
    const { text, table, maxLength } = this;
    if (maxLength === 0) return;
    let index = 0;
    for (;;) {
      index = skipSpace(text, index);
      if (index === text.length) return this.atEnd();
      const unit = StringPrototypeCharCodeAt(text, index++);
      if (unit === kPad) return this.atPadding(index);
      const value = unit < 128 ? table[unit] : 0xFF;
      if (value === 0xFF) return this.fail(`character ${index - 1} is not in the alphabet`);
      const room = maxLength - this.bytes.length;
      if ((room === 1 && this.chunkLength === 2) || (room === 2 && this.chunkLength === 3)) return;
      this.chunk = (this.chunk << 6) | value;
      if (++this.chunkLength < 4) continue;
      ArrayPrototypePush(this.bytes, this.chunk >> 16, (this.chunk >> 8) & 0xFF, this.chunk & 0xFF);
      this.chunk = 0;
      this.chunkLength = 0;
      this.read = index;
      if (this.bytes.length === maxLength) return;
    }
  }
}

ObjectSetPrototypeOf(Base64Reader.prototype, null);

function nibble(unit) {
  if (unit >= 0x30 && unit <= 0x39) return unit - 0x30;
  const lower = unit | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

// FromHex -> { bytes, read, error }
function readHex(text, maxLength) {
  const result = { bytes: [], read: 0, error: undefined };
  if (text.length % 2 !== 0) {
    result.error = new SyntaxError("The hex text has an odd number of digits");
    return result;
  }
  while (result.read < text.length && result.bytes.length < maxLength) {
    const high = nibble(StringPrototypeCharCodeAt(text, result.read));
    const low = nibble(StringPrototypeCharCodeAt(text, result.read + 1));
    if (high < 0 || low < 0) {
      result.error = new SyntaxError(`The hex text is wrong at character ${result.read}`);
      return result;
    }
    ArrayPrototypePush(result.bytes, high << 4 | low);
    result.read += 2;
  }
  return result;
}

function checkText(text, method) {
  if (typeof text !== "string") throw new TypeError(`${method}: the argument is not a string`);
}

function finish(target, result) {
  TypedArrayPrototypeSet(target, result.bytes);
  if (result.error !== undefined) throw result.error;
  return { read: result.read, written: result.bytes.length };
}

defineMissing(Uint8Array, {
  fromBase64(string, options = undefined) {
    checkText(string, "Uint8Array.fromBase64");
    const o = readOptions(options, "Uint8Array.fromBase64");
    const alphabet = readAlphabet(o, "Uint8Array.fromBase64");
    const reader = new Base64Reader(string, alphabet, readLastChunk(o, "Uint8Array.fromBase64"), Infinity);
    reader.run();
    if (reader.error !== undefined) throw reader.error;
    return new Uint8Array(reader.bytes);
  },

  fromHex(string) {
    checkText(string, "Uint8Array.fromHex");
    const result = readHex(string, Infinity);
    if (result.error !== undefined) throw result.error;
    return new Uint8Array(result.bytes);
  },
});

defineMissing(Uint8Array.prototype, {
  toBase64(options = undefined) {
    checkBytes(this, "toBase64");
    const o = readOptions(options, "toBase64");
    const alphabet = readAlphabet(o, "toBase64");
    const omitPadding = !!o.omitPadding;
    checkAttached(this);
    return encodeBase64(this, alphabet, omitPadding);
  },

  setFromBase64(string, options = undefined) {
    checkBytes(this, "setFromBase64");
    checkText(string, "setFromBase64");
    const o = readOptions(options, "setFromBase64");
    const alphabet = readAlphabet(o, "setFromBase64");
    const lastChunk = readLastChunk(o, "setFromBase64");
    checkAttached(this);
    const reader = new Base64Reader(string, alphabet, lastChunk, TypedArrayPrototypeGetByteLength(this));
    reader.run();
    return finish(this, reader);
  },

  toHex() {
    checkBytes(this, "toHex");
    checkAttached(this);
    const length = TypedArrayPrototypeGetByteLength(this);
    const codes = new Uint8Array(length * 2);
    for (let i = 0; i < length; ++i) {
      codes[2 * i] = StringPrototypeCharCodeAt("0123456789abcdef", this[i] >> 4);
      codes[2 * i + 1] = StringPrototypeCharCodeAt("0123456789abcdef", this[i] & 15);
    }
    return textOf(codes);
  },

  setFromHex(string) {
    checkBytes(this, "setFromHex");
    checkText(string, "setFromHex");
    checkAttached(this);
    return finish(this, readHex(string, TypedArrayPrototypeGetByteLength(this)));
  },
});

// ArrayBufferCopyAndDetach. Buffers of fixed length only: a V8 that has others has these methods too.
function transfer(buffer, newLength) {
  const length = ArrayBufferPrototypeGetByteLength(buffer);
  const wanted = newLength === undefined ? length : toIntegerOrInfinity(newLength);
  if (wanted < 0 || wanted > 2 ** 53 - 1) throw new RangeError(`Invalid array buffer length: ${wanted}`);
  if (ops.arrayBufferDetached(buffer)) throw new TypeError("The ArrayBuffer is detached");
  if (wanted === length) return ops.arrayBufferDetach(buffer);
  const result = new ArrayBuffer(wanted);
  const kept = new Uint8Array(buffer, 0, MathMin(length, wanted));
  TypedArrayPrototypeSet(new Uint8Array(result), kept);
  ops.arrayBufferDetach(buffer);
  return result;
}

defineMissing(ArrayBuffer.prototype, {
  transfer(newLength = undefined) {
    return transfer(this, newLength);
  },

  transferToFixedLength(newLength = undefined) {
    return transfer(this, newLength);
  },

  get detached() {
    ArrayBufferPrototypeGetByteLength(this);
    return ops.arrayBufferDetached(this);
  },
});
