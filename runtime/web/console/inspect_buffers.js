// SPDX-License-Identifier: Apache-2.0
// How console/inspect shows binary data.
"use strict";

const {
  ArrayBufferPrototypeGetByteLength, ArrayPrototypePush, DataViewPrototypeGetBuffer,
  DataViewPrototypeGetByteLength, DataViewPrototypeGetByteOffset, MathMin, NumberPrototypeToString,
  StringPrototypePadStart, TypedArrayPrototypeGetLength,
  TypedArrayPrototypeGetSymbolToStringTag, Uint8Array,
} = primordials;

const { sharedByteLength } = require("script/late_intrinsics");
const kinds = require("script/value_kind");
const text = require("console/inspect_text");

const kMaxBytes = 50;

function noKeys() {
  return false;
}

function addTypedArray(printer, shape, array, name, tag) {
  const length = TypedArrayPrototypeGetLength(array);
  const type = TypedArrayPrototypeGetSymbolToStringTag(array);
  shape.open = `${text.prefix(name, tag === type ? "" : tag, type, length)}[`;
  shape.close = "]";
  const shown = MathMin(length, printer.maxItems);
  for (let i = 0; i < shown; ++i) {
    ArrayPrototypePush(shape.entries, text.primitive(array[i], Infinity));
  }
  shape.cells = shown;
  printer.addRest(shape.entries, length - shown);
  return text.isIndex;
}

function hexBytes(buffer, length) {
  const bytes = new Uint8Array(buffer, 0, MathMin(length, kMaxBytes));
  let result = "";
  for (let i = 0; i < MathMin(length, kMaxBytes); ++i) {
    const digits = StringPrototypePadStart(NumberPrototypeToString(bytes[i], 16), 2, "0");
    result += i === 0 ? digits : ` ${digits}`;
  }
  const rest = length - kMaxBytes;
  return rest > 0 ? `${result} ... ${rest} more byte${rest > 1 ? "s" : ""}` : result;
}

function addBuffer(printer, shape, buffer, kind, name, tag) {
  const isShared = kind === kinds.kSharedArrayBuffer;
  const type = isShared ? "SharedArrayBuffer" : "ArrayBuffer";
  shape.open = `${text.prefix(name, tag === type ? "" : tag, type)}{`;
  if (!isShared && ops.arrayBufferDetached(buffer)) {
    ArrayPrototypePush(shape.entries, "(detached)", "byteLength: 0");
    return noKeys;
  }
  const length = isShared
    ? sharedByteLength(buffer) : ArrayBufferPrototypeGetByteLength(buffer);
  ArrayPrototypePush(shape.entries,
    `[Uint8Contents]: <${hexBytes(buffer, length)}>`, `byteLength: ${length}`);
  return noKeys;
}

function addDataView(printer, shape, view, name, tag, level) {
  shape.open = `${text.prefix(name, tag === "DataView" ? "" : tag, "DataView")}{`;
  ArrayPrototypePush(shape.entries,
    `byteLength: ${DataViewPrototypeGetByteLength(view)}`,
    `byteOffset: ${DataViewPrototypeGetByteOffset(view)}`,
    `buffer: ${printer.child(shape, DataViewPrototypeGetBuffer(view), level)}`);
  return noKeys;
}

exports.addTypedArray = addTypedArray;
exports.addBuffer = addBuffer;
exports.addDataView = addDataView;
