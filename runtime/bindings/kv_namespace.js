// SPDX-License-Identifier: Apache-2.0
// KvNamespace: a binding to one namespace of the KV store, as workers find it in env. Checks, their order and
// their texts are those of Cloudflare Workers (https://developers.cloudflare.com/kv/api/). Not a global.
"use strict";

const webidl = require("webidl/webidl");
const {
  kMaxBulkKeys, kMaxValueBytes, failure, utf8LengthWithin, toInt32, checkKeyLength, toKey, toBulkKey, toMaxAge,
  toType, toExpiration, toMetadata, checkMetadata, checkValueLength, toLimit,
} = require("bindings/kv_checks");
const { DOMException } = require("dom/dom_exception");
const { registerSerializable } = require("html/clone_registry");
const { isBufferSource, viewBytes } = require("file/blob");
const {
  createNativeStream, declaredLength, isLocked, isReadableStream, nativeWatch, pumpToPipe, takeNativeHandle,
} = require("fetch/body_stream");
const { markHandled } = require("streams/promises");
const { isErrored, readableState } = require("streams/readable_stream");
const {
  ArrayIsArray, ArrayPrototypePush, JSONParse, Map, MapPrototypeSet, TypeError, TypedArrayPrototypeGetBuffer,
  TypedArrayPrototypeGetByteLength,
} = primordials;

// How ops give a value, see kv_ops.h.
const kAsText = 0;
const kAsBytes = 1;
const kAsBody = 2;

const kValueMessage =
  "KV put() accepts only strings, ArrayBuffers, ArrayBufferViews, and ReadableStreams as values.";

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
  const maxAge = toMaxAge("GET", ns, options);
  const mode = modeOf(type);
  let value = maxAge === null ? ops.kvTryGet(ns.id, key, mode, false) : undefined;
  if (value === undefined) { // as a pair: bytes alone could be made a thenable
    const pair = await ops.kvGet(ns.id, key, mode, true, maxAge);
    value = pair === null ? null : pair[0];
  }
  return value === null ? null : toValue(type, value);
}

async function getOneWithMetadata(ns, name, options) {
  const key = toKey("GET", name);
  const type = toType(options);
  const maxAge = toMaxAge("GET", ns, options);
  const mode = modeOf(type);
  let pair = maxAge === null ? ops.kvTryGet(ns.id, key, mode, true) : undefined;
  if (pair === undefined) pair = await ops.kvGet(ns.id, key, mode, true, maxAge);
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
  // Value, metadata, value, metadata ...
  const found = await ops.kvGetBulk(ns.id, keys, toMaxAge("GET_BULK", ns, options));
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
    await ops.kvPut(ns.id, key, handle, expiration, metadata, ns.isEventual);
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
  return await ops.kvPut(ns.id, key, value, expiration, metadata, ns.isEventual);
}

// ---------------------------------------------------------------------------------------- list and delete

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
  const found = await ops.kvList(ns.id, prefix, limit, cursor);
  const keys = [];
  for (let i = 1; i < found.length; i += 3) {
    ArrayPrototypePush(keys, toListKey(found[i], found[i + 1], found[i + 2]));
  }
  if (found[0] === null) return { keys, list_complete: true, cacheStatus: null };
  return { keys, list_complete: false, cursor: found[0], cacheStatus: null };
}

async function deleteOne(ns, name) {
  return await ops.kvDelete(ns.id, toKey("DELETE", name), ns.isEventual);
}

// ------------------------------------------------------------------------------------------------ class

class Namespace {
  constructor(id, isEventual) {
    this.id = id;
    this.isEventual = isEventual;
  }
}
webidl.detachRecord(Namespace);

let namespaceOf;
let isKvNamespace;

class KvNamespace {
  #namespace;

  constructor(key = undefined, namespace = undefined) {
    if (key !== webidl.constructKey) webidl.illegalConstructor();
    this.#namespace = namespace;
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
    isKvNamespace = (value) => webidl.isObject(value) && #namespace in value;
    namespaceOf = (self) => isKvNamespace(self) ? self.#namespace : webidl.illegalInvocation();
  }
}
webidl.defineInterface(KvNamespace);

registerSerializable(isKvNamespace, {
  serialize() {
    throw new DOMException("A KV namespace binding cannot be serialized.", "DataCloneError");
  },
});

exports.createKvNamespace = (id, isEventual) =>
  new KvNamespace(webidl.constructKey, new Namespace(id, isEventual));
exports.isKvNamespace = isKvNamespace;
