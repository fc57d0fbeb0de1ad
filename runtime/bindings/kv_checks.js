// SPDX-License-Identifier: Apache-2.0
// What KvNamespace checks of its arguments, and converts them to. Order and texts are those of Cloudflare Workers:
// some checks are the binding's own, others those of the service behind it.
"use strict";

const webidl = require("webidl/webidl");
const {
  Error, JSONStringify, MathFloor, MathTrunc, NumberIsFinite, StringPrototypeCharCodeAt, TypeError,
} = primordials;

// https://developers.cloudflare.com/kv/platform/limits/
const kMaxKeyBytes = 512;
const kMaxValueBytes = 25 * 1024 * 1024;
const kMaxMetadataBytes = 1024;
const kMaxListLimit = 1000;
const kMaxBulkKeys = 100;
const kMinTtlSeconds = 60;
const kMinCacheTtlSeconds = 30;
const kDefaultCacheTtlSeconds = 60;
const kMaxInt32 = 2147483647;
const kMinInt32 = -2147483648;

const kKeyCall = "Failed to execute 'key' on 'KvNamespace': parameter 1";

function failure(method, status, text) {
  return new Error(`KV ${method} failed: ${status} ${text}`);
}

// The number of bytes in UTF-8. A unit is 3 bytes at most, so strings that cannot pass `limit` are not
// counted: for them the result is only known to be within it.
function utf8LengthWithin(text, limit) {
  if (text.length * 3 <= limit) return text.length;
  let bytes = 0;
  for (let i = 0; i < text.length; ++i) {
    const unit = StringPrototypeCharCodeAt(text, i);
    if (unit < 0x80) bytes += 1;
    else if (unit < 0x800) bytes += 2;
    else if ((unit & 0xFC00) === 0xD800 && i + 1 < text.length &&
             (StringPrototypeCharCodeAt(text, i + 1) & 0xFC00) === 0xDC00) {
      bytes += 4;
      ++i;
    } else bytes += 3;
  }
  return bytes;
}

// A 32-bit integer as Workers converts it: what is no finite number is 0, fractions are cut off.
function toInt32(value) {
  if (typeof value === "bigint" || typeof value === "symbol") {
    throw new TypeError(`Cannot convert a ${typeof value} to a number.`);
  }
  const number = +value;
  if (!NumberIsFinite(number)) return 0;
  if (number > kMaxInt32 || number < kMinInt32) {
    throw new TypeError(`Value out of range. Must be between ${kMinInt32} and ${kMaxInt32} (inclusive).`);
  }
  return MathTrunc(number) + 0; // + 0: no negative zero
}

function checkKeyLength(method, key) {
  const bytes = utf8LengthWithin(key, kMaxKeyBytes);
  if (bytes > kMaxKeyBytes) {
    throw failure(method, 414,
      `UTF-8 encoded length of ${bytes} exceeds key length limit of ${kMaxKeyBytes}.`);
  }
}

function toKey(method, name) {
  const key = typeof name === "string" ? name : webidl.converters.DOMString(name, kKeyCall);
  if (key === "") throw new TypeError("Key name cannot be empty.");
  if (key === "." || key === "..") throw new TypeError(`"${key}" is not allowed as a key name.`);
  checkKeyLength(method, key);
  return key;
}

// For a whole array, where the service checks the names.
function toBulkKey(name) {
  const key = typeof name === "string" ? name : webidl.converters.DOMString(name, kKeyCall);
  if (key === "") throw failure("GET_BULK", 400, "Key names must not be empty");
  if (key === "." || key === "..") {
    throw failure("GET_BULK", 400, `Illegal key name "${key}". Please use a different name.`);
  }
  checkKeyLength("GET_BULK", key);
  return key;
}

// How old an answer may be, in seconds; null where every one is fresh.
function toMaxAge(method, ns, options) {
  let cacheTtl = kDefaultCacheTtlSeconds;
  const given = webidl.isObject(options) ? options.cacheTtl : undefined;
  if (given !== undefined) {
    cacheTtl = toInt32(given);
    if (cacheTtl < kMinCacheTtlSeconds) {
      throw failure(method, 400,
        `Invalid cache_ttl of ${cacheTtl}. Cache TTL must be at least ${kMinCacheTtlSeconds}.`);
    }
  }
  return ns.isEventual ? cacheTtl : null;
}

// The type that is asked for, from a type or an options object.
function toType(options) {
  if (options === undefined || options === null) return undefined;
  const type = webidl.isObject(options) ? options.type : options;
  if (type === undefined || typeof type === "string") return type;
  return webidl.converters.DOMString(type, "Failed to execute 'get' on 'KvNamespace': type");
}

// By the clock that the store goes by.
function nowSeconds() {
  return MathFloor(ops.wallNow() / 1000);
}

function checkFuture(name, seconds, floor, wanted, tooSoon) {
  const invalid = `Invalid ${name} of ${seconds}.`;
  if (seconds <= floor) throw failure("PUT", 400, `${invalid} Please specify ${wanted}.`);
  if (seconds < floor + kMinTtlSeconds) throw failure("PUT", 400, `${invalid} ${tooSoon}.`);
}

// In seconds since the epoch; null for none. The time to live wins over the moment.
function toExpiration(moment, ttl) {
  if (ttl !== undefined) {
    checkFuture("expiration_ttl", ttl, 0, "integer greater than 0",
      `Expiration TTL must be at least ${kMinTtlSeconds}`);
    return nowSeconds() + ttl;
  }
  if (moment === undefined) return null;
  checkFuture("expiration", moment, nowSeconds(),
    "integer greater than the current number of seconds since the UNIX epoch",
    `Expiration times must be at least ${kMinTtlSeconds} seconds in the future`);
  return moment;
}

function toMetadata(metadata) {
  if (metadata === undefined || metadata === null) return null;
  const json = JSONStringify(metadata);
  if (json === undefined) {
    throw new TypeError("KV put() metadata must be serializable as JSON; functions and symbols are not.");
  }
  return json;
}

function checkMetadata(json) {
  if (json === null) return;
  const bytes = utf8LengthWithin(json, kMaxMetadataBytes);
  if (bytes > kMaxMetadataBytes) {
    throw failure("PUT", 413, `Metadata length of ${bytes} exceeds limit of ${kMaxMetadataBytes}.`);
  }
}

function checkValueLength(bytes) {
  if (bytes > kMaxValueBytes) {
    throw failure("PUT", 413, `Value length of ${bytes} exceeds limit of ${kMaxValueBytes}.`);
  }
}

// What is not given, or not more than 0, is the most there can be.
function toLimit(given) {
  const limit = given === undefined ? 0 : toInt32(given);
  if (limit > kMaxListLimit) {
    throw failure("GET", 400,
      `Invalid key_count_limit of ${limit}. Please specify an integer less than ${kMaxListLimit}.`);
  }
  return limit > 0 ? limit : kMaxListLimit;
}

exports.kMaxBulkKeys = kMaxBulkKeys;
exports.kMaxValueBytes = kMaxValueBytes;
exports.failure = failure;
exports.utf8LengthWithin = utf8LengthWithin;
exports.toInt32 = toInt32;
exports.checkKeyLength = checkKeyLength;
exports.toKey = toKey;
exports.toBulkKey = toBulkKey;
exports.toMaxAge = toMaxAge;
exports.toType = toType;
exports.toExpiration = toExpiration;
exports.toMetadata = toMetadata;
exports.checkMetadata = checkMetadata;
exports.checkValueLength = checkValueLength;
exports.toLimit = toLimit;
