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
    return #transform in this ? transformReadable(this.#transform) : webidl.illegalInvocation();
  }

  get writable() {
    return #transform in this ? transformWritable(this.#transform) : webidl.illegalInvocation();
  }
}

webidl.defineInterface(DecompressionStream);

exports.DecompressionStream = DecompressionStream;
