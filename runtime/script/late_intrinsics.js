// SPDX-License-Identifier: Apache-2.0
// Intrinsics that V8 makes only when an isolate starts, so that primordials cannot have them: those of shared and of
// resizable buffers. They are captured by installMissing(), before the worker runs.
"use strict";

const { ReflectGetOwnPropertyDescriptor, globalThis: globalObject, uncurryThis } = primordials;
const { whenInstalling } = require("script/define_missing");

const intrinsics = {
  __proto__: null,
  resizable: undefined, maxByteLength: undefined, resize: undefined, // of ArrayBuffer
  sharedByteLength: undefined,
};

function getter(Class, name) {
  const get = Class === undefined ? undefined : ReflectGetOwnPropertyDescriptor(Class.prototype, name)?.get;
  return get === undefined ? undefined : uncurryThis(get);
}

whenInstalling(() => {
  const { ArrayBuffer, SharedArrayBuffer } = globalObject;
  intrinsics.resizable = getter(ArrayBuffer, "resizable");
  intrinsics.maxByteLength = getter(ArrayBuffer, "maxByteLength");
  const { resize } = ArrayBuffer.prototype;
  if (resize !== undefined) intrinsics.resize = uncurryThis(resize);
  intrinsics.sharedByteLength = getter(SharedArrayBuffer, "byteLength");
});

// Each takes an ArrayBuffer alone, and sharedByteLength a SharedArrayBuffer.
exports.isResizable = (buffer) => intrinsics.resizable !== undefined && intrinsics.resizable(buffer);
exports.maxByteLength = (buffer) => intrinsics.maxByteLength(buffer);
exports.resize = (buffer, byteLength) => intrinsics.resize(buffer, byteLength);
exports.sharedByteLength = (buffer) => intrinsics.sharedByteLength(buffer);
