// SPDX-License-Identifier: Apache-2.0
// What a clone of a view on a buffer needs to know of it: the steps for views in
// https://html.spec.whatwg.org/#structuredserializeinternal, also over buffers that can be resized (shared ones
// cannot be cloned here).
"use strict";

const { DOMException } = require("dom/dom_exception");
const kinds = require("script/value_kind");
const late = require("script/late_intrinsics");
const {
  ArrayBufferPrototypeGetByteLength, DataViewPrototypeGetBuffer, DataViewPrototypeGetByteLength,
  DataViewPrototypeGetByteOffset, TypedArrayPrototypeGetBuffer, TypedArrayPrototypeGetByteLength,
  TypedArrayPrototypeGetByteOffset, TypedArrayPrototypeGetLength, TypedArrayPrototypeGetSymbolToStringTag,
  TypedArrayPrototypeKeys,
} = primordials;

const kProbeBytes = 8; // what the largest element takes

// Whether the view is as long as its buffer lets it: ECMAScript does not tell, but such a view grows with its buffer.
// Where the buffer cannot grow, what reaches its end is taken for one.
function isLengthTracking(buffer, end, byteLengthOf) {
  if (kinds.valueKind(buffer) === kinds.kSharedArrayBuffer || !late.isResizable(buffer)) return false;
  const length = ArrayBufferPrototypeGetByteLength(buffer);
  const most = late.maxByteLength(buffer);
  if (length === most) return length - end < kProbeBytes;
  const before = byteLengthOf();
  late.resize(buffer, length + kProbeBytes < most ? length + kProbeBytes : most);
  const after = byteLengthOf();
  late.resize(buffer, length);
  return after !== before || (most - length < kProbeBytes && length - end < kProbeBytes);
}

function outOfBounds() {
  throw new DOMException("A view on a detached or shorter buffer could not be cloned.", "DataCloneError");
}

function typedArrayParts(view) {
  try {
    TypedArrayPrototypeKeys(view); // throws for what is out of bounds
  } catch {
    outOfBounds();
  }
  const buffer = TypedArrayPrototypeGetBuffer(view);
  const offset = TypedArrayPrototypeGetByteOffset(view);
  const byteLengthOf = () => TypedArrayPrototypeGetByteLength(view);
  const length = isLengthTracking(buffer, offset + byteLengthOf(), byteLengthOf)
    ? undefined : TypedArrayPrototypeGetLength(view);
  return { type: TypedArrayPrototypeGetSymbolToStringTag(view), buffer, offset, length };
}

function dataViewParts(view) {
  const buffer = DataViewPrototypeGetBuffer(view);
  const byteLengthOf = () => DataViewPrototypeGetByteLength(view);
  try {
    const offset = DataViewPrototypeGetByteOffset(view);
    let length = byteLengthOf();
    if (isLengthTracking(buffer, offset + length, byteLengthOf)) length = undefined;
    return { type: "DataView", buffer, offset, length };
  } catch { // the getters throw for what is out of bounds
    return outOfBounds();
  }
}

// -> { type, buffer, offset, length }; without a length when the view takes all that its buffer has.
exports.viewParts = (view, kind) => kind === kinds.kDataView ? dataViewParts(view) : typedArrayParts(view);
