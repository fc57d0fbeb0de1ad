// SPDX-License-Identifier: Apache-2.0
// DecompressionStream: https://compression.spec.whatwg.org/#decompression-stream
"use strict";

const webidl = require("webidl/webidl");
const { convertFormat, createCodecTransform } = require("compression/codec_transform");
const { transformReadable, transformWritable } = require("streams/transform_stream");

class DecompressionStream {
  #transform;

  constructor(format) {
    const context = "Failed to construct 'DecompressionStream'";
    webidl.requiredArguments(arguments.length, 1, context);
    this.#transform =
      createCodecTransform(convertFormat(format, `${context}: parameter 1`), true, "DecompressionStream");
  }

  get readable() {
    if (!webidl.isObject(this) || !(#transform in this)) webidl.illegalInvocation();
    return transformReadable(this.#transform);
  }

  get writable() {
    if (!webidl.isObject(this) || !(#transform in this)) webidl.illegalInvocation();
    return transformWritable(this.#transform);
  }
}

webidl.defineInterface(DecompressionStream);

exports.DecompressionStream = DecompressionStream;
