// SPDX-License-Identifier: Apache-2.0
// StructuredSerialize: https://html.spec.whatwg.org/#structuredserializeinternal. Objects become records that
// hold no reference to the original; primitives stand for themselves.
"use strict";

const {
  ArrayBuffer, ArrayBufferPrototypeGetByteLength, ArrayPrototypePush, BigIntPrototypeValueOf,
  BooleanPrototypeValueOf, DatePrototypeGetTime, MapPrototypeForEach, NumberPrototypeValueOf,
  ObjectGetPrototypeOf, ObjectHasOwn, ObjectKeys, ReflectGetOwnPropertyDescriptor, RegExpPrototypeGetSource,
  SafeMap, SetPrototypeForEach, String, StringPrototypeValueOf,
  TypedArrayPrototypeSet, Uint8Array, SymbolPrototypeToString,
} = primordials;

const { Object: { prototype: ObjectPrototype } } = primordials;
const { DOMException } = require("dom/dom_exception");
const { findSerializable, findTransferable, isUncloneable } = require("html/clone_registry");
const { constructorName, ownValue, read } = require("console/inspect_text");
const { viewParts } = require("html/view_parts");
const { isResizable, maxByteLength } = require("script/late_intrinsics");
const kinds = require("script/value_kind");
const { detachRecord } = require("webidl/webidl");

// Types of records.
const kBox = 0;       // value: the primitive that it wraps
const kDate = 1;      // value: time
const kRegExp = 2;    // value: source, more: flags
const kBuffer = 3;    // value: an ArrayBuffer of its own
const kView = 4;      // value: record of the buffer, more: viewParts()
const kMap = 5;       // value: [key, value, ...]
const kSet = 6;       // value: [value ...]
const kError = 7;     // value: { name, message, stack, hasCause, cause }
const kArray = 8;     // value: [key, value, ...], more: length
const kObject = 9;    // value: [key, value, ...]
const kPlatform = 10; // value: the handler's data, more: the handler
const kTransfer = 11; // value: the new buffer or the handler's data, more: the handler or undefined

class Record {
  constructor(type, value, more) {
    this.type = type;
    this.value = value;
    this.more = more;
    this.result = undefined; // what deserialization made of it
  }
}

detachRecord(Record);

function cannotClone(value) {
  let label;
  if (typeof value === "symbol") label = SymbolPrototypeToString(value);
  else if (typeof value === "function") label = `The function '${ownValue(value, "name") || "(anonymous)"}'`;
  else if (kinds.valueKind(value) === kinds.kProxy) label = "A Proxy object";
  else label = `A ${constructorName(value) ?? "Object"} object`;
  throw new DOMException(`${label} could not be cloned.`, "DataCloneError");
}

const errorNames = ["EvalError", "RangeError", "ReferenceError", "SyntaxError", "TypeError", "URIError"];

class Serializer {
  constructor(forStorage) {
    this.forStorage = forStorage;
    this.memory = undefined; // object -> record
    this.sub = (value) => this.serialize(value);
  }

  remember(object, record) {
    this.memory ??= new SafeMap();
    this.memory.set(object, record);
    return record;
  }

  serialize(value) {
    if (typeof value !== "object" || value === null) {
      if (typeof value === "symbol" || typeof value === "function") cannotClone(value);
      return value;
    }
    return this.memory?.get(value) ?? this.serializeObject(value, kinds.valueKind(value));
  }

  serializeObject(value, kind) {
    switch (kind) {
      case kinds.kOrdinary:
      case kinds.kArguments: return this.serializeOrdinary(value);
      case kinds.kArray: return this.serializeArray(value);
      case kinds.kMap: return this.serializeMap(value);
      case kinds.kSet: return this.serializeSet(value);
      case kinds.kError: return this.serializeError(value);
      case kinds.kDate: return this.remember(value, new Record(kDate, DatePrototypeGetTime(value)));
      case kinds.kRegExp:
        return this.remember(value,
          new Record(kRegExp, RegExpPrototypeGetSource(value), ops.regExpFlags(value)));
      case kinds.kArrayBuffer: return this.serializeBuffer(value);
      case kinds.kTypedArray:
      case kinds.kDataView: return this.serializeView(value, viewParts(value, kind));
      case kinds.kBooleanObject: return this.box(value, BooleanPrototypeValueOf(value));
      case kinds.kNumberObject: return this.box(value, NumberPrototypeValueOf(value));
      case kinds.kStringObject: return this.box(value, StringPrototypeValueOf(value));
      case kinds.kBigIntObject: return this.box(value, BigIntPrototypeValueOf(value));
      default: return cannotClone(value);
    }
  }

  box(object, primitive) {
    return this.remember(object, new Record(kBox, primitive));
  }

  serializeOrdinary(value) {
    if (ObjectGetPrototypeOf(value) !== ObjectPrototype) {
      const handler = findSerializable(value);
      if (handler !== undefined) {
        const record = this.remember(value, new Record(kPlatform, undefined, handler));
        record.value = handler.serialize(value, this.forStorage, this.sub);
        return record;
      }
      if (isUncloneable(value)) cannotClone(value);
    }
    const record = this.remember(value, new Record(kObject, []));
    this.serializeProperties(value, record.value);
    return record;
  }

  serializeArray(array) {
    const record = this.remember(array, new Record(kArray, [], array.length));
    this.serializeProperties(array, record.value);
    return record;
  }

  serializeProperties(object, entries) {
    const keys = ObjectKeys(object);
    for (let i = 0; i < keys.length; ++i) {
      const key = keys[i];
      if (!ObjectHasOwn(object, key)) continue; // a getter has removed it
      const value = this.serialize(object[key]);
      ArrayPrototypePush(entries, key, value);
    }
  }

  // What the collection holds now: serializing may run getters that change it.
  serializeMap(map) {
    const record = this.remember(map, new Record(kMap, []));
    const { value: entries } = record;
    MapPrototypeForEach(map, (value, key) => ArrayPrototypePush(entries, key, value));
    for (let i = 0; i < entries.length; ++i) entries[i] = this.serialize(entries[i]);
    return record;
  }

  serializeSet(set) {
    const record = this.remember(set, new Record(kSet, []));
    const { value: entries } = record;
    SetPrototypeForEach(set, (value) => ArrayPrototypePush(entries, value));
    for (let i = 0; i < entries.length; ++i) entries[i] = this.serialize(entries[i]);
    return record;
  }

  serializeError(error) {
    const { name } = error;
    let known = "Error";
    for (let i = 0; i < errorNames.length; ++i) {
      if (errorNames[i] === name) known = name;
    }
    const message = ReflectGetOwnPropertyDescriptor(error, "message");
    const cause = ReflectGetOwnPropertyDescriptor(error, "cause");
    const hasMessage = message !== undefined && ObjectHasOwn(message, "value");
    const hasCause = cause !== undefined && ObjectHasOwn(cause, "value");
    const text = hasMessage ? String(throwIfSymbol(message.value)) : undefined;
    const stack = read(error, "stack");
    const details = { name: known, message: text, stack: undefined, hasCause, cause: undefined };
    if (typeof stack === "string") details.stack = stack;
    const record = this.remember(error, new Record(kError, details));
    if (hasCause) record.value.cause = this.serialize(cause.value);
    return record;
  }

  serializeBuffer(buffer) {
    if (ops.arrayBufferDetached(buffer)) {
      throw new DOMException("An ArrayBuffer is detached and could not be cloned.", "DataCloneError");
    }
    const length = ArrayBufferPrototypeGetByteLength(buffer);
    const copy = isResizable(buffer)
      ? new ArrayBuffer(length, { maxByteLength: maxByteLength(buffer) }) : new ArrayBuffer(length);
    TypedArrayPrototypeSet(new Uint8Array(copy), new Uint8Array(buffer));
    return this.remember(buffer, new Record(kBuffer, copy));
  }

  // The buffer of a view is cloned in full, as the standard has it.
  serializeView(view, parts) {
    const { buffer } = parts;
    parts.buffer = undefined;
    return this.remember(view, new Record(kView, this.serialize(buffer), parts));
  }
}

detachRecord(Serializer);

function throwIfSymbol(value) {
  return typeof value === "symbol" ? `${value}` : value; // String() would take it; ToString throws
}

function structuredSerialize(value, forStorage = false) {
  return new Serializer(forStorage).serialize(value);
}

function addTransferable(serializer, value) {
  const kind = kinds.valueKind(value);
  const handler = kind === kinds.kOrdinary ? findTransferable(value) : undefined;
  if (kind !== kinds.kArrayBuffer && handler === undefined) {
    throw new DOMException("The transfer list has an object that is not transferable.", "DataCloneError");
  }
  if (serializer.memory?.has(value)) {
    throw new DOMException("The transfer list has the same object twice.", "DataCloneError");
  }
  return serializer.remember(value, new Record(kTransfer, undefined, handler));
}

// -> { root, transfers: the records of what was transferred }
function structuredSerializeWithTransfer(value, transferList) {
  const serializer = new Serializer(false);
  const transfers = [];
  for (let i = 0; i < transferList.length; ++i) {
    ArrayPrototypePush(transfers, addTransferable(serializer, transferList[i]));
  }
  const root = serializer.serialize(value);
  for (let i = 0; i < transfers.length; ++i) {
    const source = transferList[i];
    const { more: handler } = transfers[i];
    const isDetached = handler === undefined ? ops.arrayBufferDetached(source) : handler.isDetached?.(source);
    if (isDetached) {
      throw new DOMException("The transfer list has an object that is detached.", "DataCloneError");
    }
    transfers[i].value = handler === undefined ? ops.arrayBufferDetach(source) : handler.transfer(source);
  }
  return { root, transfers };
}

exports.Record = Record;
exports.recordTypes =
  { kBox, kDate, kRegExp, kBuffer, kView, kMap, kSet, kError, kArray, kObject, kPlatform, kTransfer };
exports.structuredSerialize = structuredSerialize;
exports.structuredSerializeWithTransfer = structuredSerializeWithTransfer;
