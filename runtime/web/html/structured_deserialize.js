// SPDX-License-Identifier: Apache-2.0
// StructuredDeserialize: https://html.spec.whatwg.org/#structureddeserialize. A record is brought back once:
// its buffers go to the result.
"use strict";

const {
  ArrayPrototypePush, BigInt64Array, BigUint64Array, DataView, Date, Error, EvalError, Float32Array,
  Float64Array, Int16Array, Int32Array, Int8Array, Map, MapPrototypeSet, Object, ObjectDefineProperty,
  RangeError, ReferenceError, RegExp, Set, SetPrototypeAdd, SyntaxError, TypeError, URIError, Uint16Array,
  Uint32Array, Uint8Array, Uint8ClampedArray, globalThis: globalObject,
} = primordials;

const { prototype: ObjectPrototype } = Object;
const { recordTypes } = require("html/structured_serialize");
const {
  kBox, kDate, kRegExp, kBuffer, kView, kMap, kSet, kError, kArray, kPlatform, kTransfer,
} = recordTypes;

const errors =
  { __proto__: null, Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError };
const views = {
  __proto__: null, BigInt64Array, BigUint64Array, DataView, Float32Array, Float64Array, Int16Array,
  Int32Array, Int8Array, Uint16Array, Uint32Array, Uint8Array, Uint8ClampedArray,
};

function define(object, key, value, enumerable) {
  ObjectDefineProperty(object, key,
    { __proto__: null, value, writable: true, enumerable, configurable: true });
}

function deserialize(value) {
  if (typeof value !== "object" || value === null) return value;
  return value.result ?? deserializeRecord(value);
}

function deserializeRecord(record) {
  switch (record.type) {
    case kBox: return record.result = Object(record.value);
    case kDate: return record.result = new Date(record.value);
    case kRegExp: return record.result = new RegExp(record.value, record.more);
    case kBuffer: return record.result = record.value;
    case kView: return deserializeView(record);
    case kMap: return deserializeMap(record);
    case kSet: return deserializeSet(record);
    case kError: return deserializeError(record);
    case kArray: {
      const array = record.result = [];
      array.length = record.more;
      return addProperties(array, record.value);
    }
    case kPlatform: return record.result = record.more.deserialize(record.value, deserialize);
    case kTransfer:
      return record.result = record.more === undefined ? record.value : record.more.receive(record.value);
    default: return addProperties(record.result = {}, record.value);
  }
}

function addProperties(object, entries) {
  for (let i = 0; i < entries.length; i += 2) {
    const key = entries[i];
    const value = deserialize(entries[i + 1]);
    if (key in ObjectPrototype) define(object, key, value, true); // an assignment might be a setter's affair
    else object[key] = value;
  }
  return object;
}

function deserializeView(record) {
  const buffer = deserialize(record.value);
  const { type, offset, length } = record.more;
  return record.result = new (views[type] ?? globalObject[type])(buffer, offset, length);
}

function deserializeMap(record) {
  const map = record.result = new Map();
  const { value: entries } = record;
  for (let i = 0; i < entries.length; i += 2) {
    const key = deserialize(entries[i]);
    MapPrototypeSet(map, key, deserialize(entries[i + 1]));
  }
  return map;
}

function deserializeSet(record) {
  const set = record.result = new Set();
  const { value: entries } = record;
  for (let i = 0; i < entries.length; ++i) SetPrototypeAdd(set, deserialize(entries[i]));
  return set;
}

function deserializeError(record) {
  const { name, message, stack, hasCause, cause } = record.value;
  const error = record.result = new errors[name]();
  if (message !== undefined) define(error, "message", message, false);
  if (stack !== undefined) define(error, "stack", stack, false);
  if (hasCause) define(error, "cause", deserialize(cause), false);
  return error;
}

function structuredDeserialize(serialized) {
  return deserialize(serialized);
}

// -> { value, transferred: the received objects, in the order of the transfer list }
function structuredDeserializeWithTransfer(serialized) {
  const transferred = [];
  for (let i = 0; i < serialized.transfers.length; ++i) {
    ArrayPrototypePush(transferred, deserialize(serialized.transfers[i]));
  }
  return { value: deserialize(serialized.root), transferred };
}

exports.structuredDeserialize = structuredDeserialize;
exports.structuredDeserializeWithTransfer = structuredDeserializeWithTransfer;
