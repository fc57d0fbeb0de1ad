// SPDX-License-Identifier: Apache-2.0
// ArrayBuffer operations of the Streams standard:
// https://streams.spec.whatwg.org/#abstract-opdef-transferarraybuffer ff.
"use strict";

const webidl = require("webidl/webidl");
const {
  ArrayBuffer, ArrayBufferIsView, ArrayBufferPrototypeGetByteLength, ArrayBufferPrototypeGetDetached,
  ArrayBufferPrototypeTransfer, DataView, DataViewPrototypeGetByteLength, DataViewPrototypeGetByteOffset,
  SafeMap, TypedArrayPrototypeGetByteLength, TypedArrayPrototypeGetByteOffset,
  TypedArrayPrototypeGetSymbolToStringTag, TypedArrayPrototypeSet, Uint8Array,
} = primordials;

const elementTypes = new SafeMap(); // @@toStringTag -> [bytes per element, constructor]
for (const name of [
  "Int8Array", "Uint8Array", "Uint8ClampedArray", "Int16Array", "Uint16Array", "Int32Array", "Uint32Array",
  "Float16Array", "Float32Array", "Float64Array", "BigInt64Array", "BigUint64Array",
]) {
  const Type = primordials[name] ?? primordials.globalThis[name];
  if (Type !== undefined) elementTypes.set(name, { size: Type.BYTES_PER_ELEMENT, Type });
}
const dataView = { size: 1, Type: DataView };

// { size, Type } of a view's elements.
function elementTypeOf(view) {
  const tag = TypedArrayPrototypeGetSymbolToStringTag(view);
  return tag === undefined ? dataView : elementTypes.get(tag);
}

function byteLengthOf(view) {
  return TypedArrayPrototypeGetSymbolToStringTag(view) === undefined
    ? DataViewPrototypeGetByteLength(view) : TypedArrayPrototypeGetByteLength(view);
}

function byteOffsetOf(view) {
  return TypedArrayPrototypeGetSymbolToStringTag(view) === undefined
    ? DataViewPrototypeGetByteOffset(view) : TypedArrayPrototypeGetByteOffset(view);
}

function isDetached(buffer) {
  if (ArrayBufferPrototypeGetByteLength(buffer) !== 0) return false;
  if (ArrayBufferPrototypeGetDetached !== undefined) return ArrayBufferPrototypeGetDetached(buffer);
  try {
    new Uint8Array(buffer);
    return false;
  } catch {
    return true;
  }
}

// Moves the bytes to a new buffer and detaches the old one. Throws a TypeError when the buffer cannot be
// detached.
function transfer(buffer) {
  return ArrayBufferPrototypeTransfer !== undefined
    ? ArrayBufferPrototypeTransfer(buffer) : ops.transferArrayBuffer(buffer);
}

// A Uint8Array with a buffer of its own that has these bytes.
function copyBytes(buffer, byteOffset, byteLength) {
  const copy = new Uint8Array(byteLength);
  TypedArrayPrototypeSet(copy, new Uint8Array(buffer, byteOffset, byteLength));
  return copy;
}

function copyView(view) {
  return copyBytes(webidl.bufferOf(view), byteOffsetOf(view), byteLengthOf(view));
}

// Any BufferSource, shared or not, as a new Uint8Array with bytes of its own.
function copyBufferSource(source) {
  return ArrayBufferIsView(source) ? copyView(source) : new Uint8Array(new Uint8Array(source));
}

exports.elementTypeOf = elementTypeOf;
exports.byteLengthOf = byteLengthOf;
exports.byteOffsetOf = byteOffsetOf;
exports.bufferOf = webidl.bufferOf;
exports.isDetached = isDetached;
exports.transfer = transfer;
exports.copyBytes = copyBytes;
exports.copyView = copyView;
exports.copyBufferSource = copyBufferSource;
exports.newArrayBuffer = (length) => new ArrayBuffer(length);
