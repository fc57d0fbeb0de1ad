// SPDX-License-Identifier: Apache-2.0
// Crypto: https://w3c.github.io/webcrypto/#crypto-interface: random values, UUIDs, and the way to SubtleCrypto
// and DigestStream.
"use strict";

const webidl = require("webidl/webidl");
const { DOMException } = require("dom/dom_exception");
const { subtle } = require("crypto/subtle_crypto");
const { QuotaExceededError } = require("dom/quota_exceeded_error");
const {
  ArrayBufferIsView, NumberPrototypeToString, StringPrototypePadStart, TypedArrayPrototypeGetByteLength,
  TypedArrayPrototypeGetSymbolToStringTag, Uint8Array,
} = primordials;

const kMaxRandomBytes = 65_536; // per call of getRandomValues, as the standard has it
const kUuidBytes = 16;
const kUuidBatch = 128;         // UUIDs for which random bytes are fetched at once

let check;

function isIntegerArray(array) {
  switch (TypedArrayPrototypeGetSymbolToStringTag(array)) {
    case "Int8Array": case "Int16Array": case "Int32Array": case "BigInt64Array": case "BigUint64Array":
    case "Uint8Array": case "Uint8ClampedArray": case "Uint16Array": case "Uint32Array":
      return true;
    default:
      return false;
  }
}

let pool; // random bytes, each used once
let poolAt = 0;
let hex;  // byte -> two digits

function refill() {
  if (pool === undefined) {
    pool = new Uint8Array(kUuidBytes * kUuidBatch);
    hex = [];
    for (let i = 0; i < 256; ++i) hex[i] = StringPrototypePadStart(NumberPrototypeToString(i, 16), 2, "0");
  }
  ops.randomFill(pool);
  poolAt = 0;
}

// RFC 9562, version 4.
function makeUuid() {
  if (pool === undefined || poolAt === kUuidBytes * kUuidBatch) refill();
  const p = pool;
  const h = hex;
  const i = poolAt;
  poolAt += kUuidBytes;
  return `${h[p[i]]}${h[p[i + 1]]}${h[p[i + 2]]}${h[p[i + 3]]}-${h[p[i + 4]]}${h[p[i + 5]]}-${
    h[(p[i + 6] & 0x0F) | 0x40]}${h[p[i + 7]]}-${h[(p[i + 8] & 0x3F) | 0x80]}${h[p[i + 9]]}-${
    h[p[i + 10]]}${h[p[i + 11]]}${h[p[i + 12]]}${h[p[i + 13]]}${h[p[i + 14]]}${h[p[i + 15]]}`;
}

class Crypto {
  #brand = true;

  constructor(key = undefined) {
    if (key !== webidl.constructKey) webidl.illegalConstructor();
  }

  get subtle() {
    check(this);
    return subtle;
  }

  // Of the Workers platform, where it is not a global.
  get DigestStream() {
    check(this);
    return require("crypto/digest_stream").DigestStream;
  }

  getRandomValues(array) {
    check(this);
    const context = "Failed to execute 'getRandomValues' on 'Crypto'";
    webidl.requiredArguments(arguments.length, 1, context);
    if (!ArrayBufferIsView(array)) webidl.fail(`${context}: parameter 1`, "is not an ArrayBufferView.");
    if (!isIntegerArray(array)) {
      throw new DOMException(`${context}: the view is not an array of integers.`, "TypeMismatchError");
    }
    webidl.converters.ArrayBufferView(array, `${context}: parameter 1`);
    const length = TypedArrayPrototypeGetByteLength(array);
    if (length > kMaxRandomBytes) {
      throw new QuotaExceededError(`${context}: ${length} bytes are asked for, but one call gives at most ${
        kMaxRandomBytes}. Call it several times.`);
    }
    if (length > 0) ops.randomFill(array);
    return array;
  }

  randomUUID() {
    check(this);
    return makeUuid();
  }

  static {
    check = (crypto) => (webidl.isObject(crypto) && #brand in crypto) || webidl.illegalInvocation();
  }
}
webidl.defineInterface(Crypto);

exports.Crypto = Crypto;
exports.crypto = new Crypto(webidl.constructKey);
