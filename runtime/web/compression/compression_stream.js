// SPDX-License-Identifier: Apache-2.0
// CompressionStream: https://compression.spec.whatwg.org/#compression-stream
"use strict";

const webidl = require("webidl/webidl");
const { convertFormat, createCodecTransform } = require("compression/codec_transform");
const { transformReadable, transformWritable } = require("streams/transform_stream");

class CompressionStream {
  #transform;

  constructor(format) {
    const context = "Failed to construct 'CompressionStream'";
    webidl.requiredArguments(arguments.length, 1, context);
    this.#transform =
      createCodecTransform(convertFormat(format, `${context}: parameter 1`), false, "CompressionStream");
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

webidl.defineInterface(CompressionStream);

exports.CompressionStream = CompressionStream;
