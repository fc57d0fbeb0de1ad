// SPDX-License-Identifier: Apache-2.0
// KvNamespace: a binding to one namespace of the KV store, as workers find it in env. Checks, their order and
// their texts are those of Cloudflare Workers (https://developers.cloudflare.com/kv/api/). Not a global.
"use strict";

const webidl = require("webidl/webidl");
const { DOMException } = require("dom/dom_exception");
const { registerSerializable } = require("html/clone_registry");
const { isBufferSource, viewBytes } = require("file/blob");
const {
  createNativeStream, declaredLength, isLocked, isReadableStream, nativeWatch, pumpToPipe, takeNativeHandle,
} = require("fetch/body_stream");
const { markHandled } = require("streams/promises");
const { isErrored, readableState } = require("streams/readable_stream");
const {
  ArrayIsArray, ArrayPrototypePush, DateNow, Error, JSONParse, JSONStringify, Map, MapPrototypeSet, MathFloor,
  MathTrunc, NumberIsFinite, StringPrototypeCharCodeAt, TypeError, TypedArrayPrototypeGetBuffer,
  TypedArrayPrototypeGetByteLength,
} = primordials;

// https://developers.cloudflare.com/kv/platform/limits/
const kMaxKeyBytes = 512;
const kMaxValueBytes = 25 * 1024 * 1024;
const kMaxMetadataBytes = 1024;
const kMaxListLimit = 1000;
const kMaxBulkKeys = 100;
const kMinTtlSeconds = 60;
const kMinCacheTtlSeconds = 30;
const kMaxInt32 = 2147483647;
const kMinInt32 = -2147483648;

// How ops give a value, see kv_ops.h.
const kAsText = 0;
const kAsBytes = 1;
const kAsBody = 2;

const kKeyCall = "Failed to execute 'key' on 'KvNamespace': parameter 1";
const kValueMessage =
  "KV put() accepts only strings, ArrayBuffers, ArrayBufferViews, and ReadableStreams as values.";

function failure(method, status, text) {
  return new Error(`KV ${method} failed: ${status} ${text}`);
}

// ------------------------------------------------------------------------------------------- conversions

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

function checkCacheTtl(method, options) {
  const given = options.cacheTtl;
  if (given === undefined) return;
  const cacheTtl = toInt32(given);
  if (cacheTtl < kMinCacheTtlSeconds) {
    throw failure(method, 400,
      `Invalid cache_ttl of ${cacheTtl}. Cache TTL must be at least ${kMinCacheTtlSeconds}.`);
  }
}

// The type that is asked for, from a type or an options object.
function toType(options) {
  if (options === undefined || options === null) return undefined;
  const type = webidl.isObject(options) ? options.type : options;
  if (type === undefined || typeof type === "string") return type;
  return webidl.converters.DOMString(type, "Failed to execute 'get' on 'KvNamespace': type");
}

// ------------------------------------------------------------------------------------------------- get

function modeOf(type) {
  if (type === "arrayBuffer") return kAsBytes;
  return type === "stream" ? kAsBody : kAsText;
}

// What an op gave, as the type has it.
function toValue(type, value) {
  switch (type) {
    case undefined:
    case "text": return value;
    case "json": return JSONParse(value);
    case "arrayBuffer": return TypedArrayPrototypeGetBuffer(value);
    case "stream": return createNativeStream(value);
    default:
      throw new TypeError(
        'Unknown response type. Possible types are "text", "arrayBuffer", "json", and "stream".');
  }
}

async function getOne(ns, name, options) {
  const key = toKey("GET", name);
  const type = toType(options);
  if (webidl.isObject(options)) checkCacheTtl("GET", options);
  const mode = modeOf(type);
  let value = ops.kvTryGet(ns, key, mode, false);
  if (value === undefined) { // as a pair: bytes alone could be made a thenable
    const pair = await ops.kvGet(ns, key, mode, true);
    value = pair === null ? null : pair[0];
  }
  return value === null ? null : toValue(type, value);
}

async function getOneWithMetadata(ns, name, options) {
  const key = toKey("GET", name);
  const type = toType(options);
  if (webidl.isObject(options)) checkCacheTtl("GET", options);
  const mode = modeOf(type);
  let pair = ops.kvTryGet(ns, key, mode, true);
  if (pair === undefined) pair = await ops.kvGet(ns, key, mode, true);
  if (pair === null) return { value: null, metadata: null, cacheStatus: null };
  const metadata = pair[1] === null ? null : JSONParse(pair[1]);
  return { value: toValue(type, pair[0]), metadata, cacheStatus: null };
}

function toBulkValue(type, value) {
  if (type !== "json") return value;
  try {
    return JSONParse(value);
  } catch {
    throw failure("GET_BULK", 400, "At least one of the requested keys corresponds to a non-json value");
  }
}

async function getBulk(ns, names, options, withMetadata) {
  const type = toType(options);
  if (type !== undefined && type !== "" && type !== "text" && type !== "json") {
    throw failure("GET_BULK", 400, `"${type}" is not a valid type. Use "json" or "text"`);
  }
  if (names.length > kMaxBulkKeys) {
    throw failure("GET_BULK", 400, `You can request a maximum of ${kMaxBulkKeys} keys`);
  }
  if (names.length < 1) throw failure("GET_BULK", 400, "You must request a minimum of 1 key");
  const keys = [];
  for (let i = 0; i < names.length; ++i) ArrayPrototypePush(keys, toBulkKey(names[i]));
  if (webidl.isObject(options)) checkCacheTtl("GET_BULK", options);
  const found = await ops.kvGetBulk(ns, keys); // value, metadata, value, metadata ...
  const result = new Map();
  for (let i = 0; i < keys.length; ++i) {
    let value = found[2 * i];
    if (value !== null) {
      value = toBulkValue(type, value);
      if (withMetadata) {
        const metadata = found[2 * i + 1];
        value = { value, metadata: metadata === null ? null : JSONParse(metadata) };
      }
    }
    MapPrototypeSet(result, keys[i], value);
  }
  return result;
}

// ------------------------------------------------------------------------------------------------- put

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
    return MathFloor(DateNow() / 1000) + ttl;
  }
  if (moment === undefined) return null;
  checkFuture("expiration", moment, MathFloor(DateNow() / 1000),
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

// A string, a Uint8Array or a stream; primitives become strings.
function toPutValue(value) {
  if (typeof value === "string") return value;
  if (!webidl.isObject(value)) {
    return webidl.converters.DOMString(value, "Failed to execute 'put' on 'KvNamespace': parameter 2");
  }
  if (isBufferSource(value)) return viewBytes(value);
  if (!isReadableStream(value)) throw new TypeError(kValueMessage);
  if (isLocked(value)) throw new TypeError("This ReadableStream is currently locked to a reader.");
  return value;
}

// The options in the order in which Workers read them; metadata as JSON.
function toPutOptions(options) {
  if (options === undefined || options === null) return { moment: undefined, ttl: undefined, metadata: null };
  if (!webidl.isObject(options)) {
    throw new TypeError("Failed to execute 'put' on 'KvNamespace': parameter 3 is not an options object.");
  }
  const { expiration, expirationTtl, metadata } = options;
  return {
    moment: expiration === undefined ? undefined : toInt32(expiration),
    ttl: expirationTtl === undefined ? undefined : toInt32(expirationTtl),
    metadata: toMetadata(metadata),
  };
}

// Native code reads the stream, and stops it when the value is too long.
async function putStream(ns, key, stream, expiration, metadata) {
  checkValueLength(declaredLength(stream));
  let handle = takeNativeHandle(stream);
  if (handle === 0) {
    handle = ops.pipeCreate(-1);
    markHandled(pumpToPipe(stream, handle));
  }
  try {
    await ops.kvPut(ns, key, handle, expiration, metadata);
  } catch (error) {
    if (isErrored(stream)) throw readableState(stream).storedError;
    const watch = nativeWatch(stream); // a fetched body may have been aborted on its way
    throw watch !== null && watch.reason !== undefined ? watch.reason : error;
  }
}

// Promises are awaited before they are returned: an async function calls `then`, which a worker may have
// overwritten, of one that is returned as it is.
async function putOne(ns, name, input, options) {
  const key = toKey("PUT", name);
  const { moment, ttl, metadata } = toPutOptions(options);
  const value = toPutValue(input);
  const expiration = toExpiration(moment, ttl);
  checkMetadata(metadata);
  if (typeof value === "string") {
    checkValueLength(utf8LengthWithin(value, kMaxValueBytes));
  } else if (isReadableStream(value)) {
    return await putStream(ns, key, value, expiration, metadata);
  } else {
    checkValueLength(TypedArrayPrototypeGetByteLength(value));
  }
  return await ops.kvPut(ns, key, value, expiration, metadata);
}

// ---------------------------------------------------------------------------------------- list and delete

// What is not given, or not more than 0, is the most there can be.
function toLimit(given) {
  const limit = given === undefined ? 0 : toInt32(given);
  if (limit > kMaxListLimit) {
    throw failure("GET", 400,
      `Invalid key_count_limit of ${limit}. Please specify an integer less than ${kMaxListLimit}.`);
  }
  return limit > 0 ? limit : kMaxListLimit;
}

function toListText(value, what) {
  if (value === undefined || value === null) return "";
  return webidl.converters.DOMString(value, `Failed to execute 'list' on 'KvNamespace': ${what}`);
}

// Made whole: an assignment to a plain object may be the affair of a setter that it inherits.
function toListKey(name, expiration, metadata) {
  if (metadata === null) return expiration === null ? { name } : { name, expiration };
  const value = JSONParse(metadata);
  return expiration === null ? { name, metadata: value } : { name, expiration, metadata: value };
}

async function list(ns, options) {
  let limit, prefix, cursor;
  if (options !== undefined && options !== null) {
    if (!webidl.isObject(options)) {
      throw new TypeError("Failed to execute 'list' on 'KvNamespace': parameter 1 is not an options object.");
    }
    ({ limit, prefix, cursor } = options);
  }
  limit = toLimit(limit);
  prefix = toListText(prefix, "prefix");
  cursor = toListText(cursor, "cursor");
  checkKeyLength("GET", prefix);
  // The next page's cursor, then name, expiration and metadata of each key.
  const found = await ops.kvList(ns, prefix, limit, cursor);
  const keys = [];
  for (let i = 1; i < found.length; i += 3) {
    ArrayPrototypePush(keys, toListKey(found[i], found[i + 1], found[i + 2]));
  }
  if (found[0] === null) return { keys, list_complete: true, cacheStatus: null };
  return { keys, list_complete: false, cursor: found[0], cacheStatus: null };
}

async function deleteOne(ns, name) {
  return await ops.kvDelete(ns, toKey("DELETE", name));
}

// ------------------------------------------------------------------------------------------------ class

let namespaceOf;
let isKvNamespace;

class KvNamespace {
  #id;

  constructor(key = undefined, id = undefined) {
    if (key !== webidl.constructKey) webidl.illegalConstructor();
    this.#id = id;
  }

  get(name, options = undefined) {
    const ns = namespaceOf(this);
    return ArrayIsArray(name) ? getBulk(ns, name, options, false) : getOne(ns, name, options);
  }

  getWithMetadata(name, options = undefined) {
    const ns = namespaceOf(this);
    return ArrayIsArray(name) ? getBulk(ns, name, options, true) : getOneWithMetadata(ns, name, options);
  }

  put(name, value, options = undefined) {
    return putOne(namespaceOf(this), name, value, options);
  }

  list(options = undefined) {
    return list(namespaceOf(this), options);
  }

  delete(name) {
    return deleteOne(namespaceOf(this), name);
  }

  static {
    isKvNamespace = (value) => webidl.isObject(value) && #id in value;
    namespaceOf = (self) => isKvNamespace(self) ? self.#id : webidl.illegalInvocation();
  }
}
webidl.defineInterface(KvNamespace);

registerSerializable(isKvNamespace, {
  serialize() {
    throw new DOMException("A KV namespace binding cannot be serialized.", "DataCloneError");
  },
});

exports.createKvNamespace = (id) => new KvNamespace(webidl.constructKey, id);
exports.isKvNamespace = isKvNamespace;
