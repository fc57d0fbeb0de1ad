// SPDX-License-Identifier: Apache-2.0
// TextEncoder: https://encoding.spec.whatwg.org/#interface-textencoder
"use strict";

const webidl = require("webidl/webidl");
const { TypedArrayPrototypeGetBuffer, Uint32Array, Uint8Array } = primordials;

// The ops replace lone surrogates, so strings need no conversion to USVString.
const { DOMString, Uint8Array: convertUint8Array } = webidl.converters;
const destinationOptions = { __proto__: null, allowShared: true, allowResizable: true };

// Where utf8EncodeInto puts what it read and wrote. Made on first use: the startup snapshot holds no buffers.
let progress = null;
let progressBytes = null;

class TextEncoder {
  #brand;

  get encoding() {
    return webidl.isObject(this) && #brand in this ? "utf-8" : webidl.illegalInvocation();
  }

  encode(input = "") {
    if (!webidl.isObject(this) || !(#brand in this)) webidl.illegalInvocation();
    return ops.utf8Encode(DOMString(input, "Failed to execute 'encode' on 'TextEncoder': parameter 1"));
  }

  encodeInto(source, destination) {
    if (!webidl.isObject(this) || !(#brand in this)) webidl.illegalInvocation();
    const context = "Failed to execute 'encodeInto' on 'TextEncoder'";
    webidl.requiredArguments(arguments.length, 2, context);
    source = DOMString(source, `${context}: parameter 1`);
    convertUint8Array(destination, `${context}: parameter 2`, destinationOptions);
    if (progress === null) {
      progress = new Uint32Array(2);
      progressBytes = new Uint8Array(TypedArrayPrototypeGetBuffer(progress));
    }
    ops.utf8EncodeInto(source, destination, progressBytes);
    return { read: progress[0], written: progress[1] };
  }
}

webidl.defineInterface(TextEncoder);

exports.TextEncoder = TextEncoder;
