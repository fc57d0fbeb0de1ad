// SPDX-License-Identifier: Apache-2.0
// IdentityTransformStream, an interface of Workers: a TransformStream for bytes alone, whose readable side is
// a byte stream. https://developers.cloudflare.com/workers/runtime-apis/streams/transformstream/
"use strict";

const webidl = require("webidl/webidl");
const { TransformStream } = require("streams/transform_stream");
const { IdentityState } = require("streams/identity_state");
const { convertQueuingStrategy, highWaterMarkOf } = require("streams/queuing_strategy");
const { ArrayBufferIsView, ArrayBufferPrototypeGetByteLength } = primordials;
const { byteLengthOf } = require("streams/buffers");

// A highWaterMark that a script gives counts bytes; the write that follows reports anything that has none.
function sizeInBytes(chunk) {
  if (ArrayBufferIsView(chunk)) return byteLengthOf(chunk);
  return webidl.isArrayBuffer(chunk) ? ArrayBufferPrototypeGetByteLength(chunk) : 1;
}

// The record of a stream with a fixed length (or -1) and the script's { highWaterMark }.
function createIdentityState(expectedLength, strategy, context) {
  const { highWaterMark } = convertQueuingStrategy(strategy, context);
  if (highWaterMark === undefined) return new IdentityState(expectedLength, 1, null);
  return new IdentityState(expectedLength, highWaterMarkOf({ __proto__: null, highWaterMark }, 1), sizeInBytes);
}

class IdentityTransformStream extends TransformStream {
  // Two parameters for FixedLengthStream alone: its record.
  constructor(strategy = undefined, state = undefined) {
    const context = "Failed to construct 'IdentityTransformStream': parameter 1";
    super(webidl.constructKey,
      strategy === webidl.constructKey ? state : createIdentityState(-1, strategy, context));
  }
}

webidl.defineInterface(IdentityTransformStream);

exports.IdentityTransformStream = IdentityTransformStream;
exports.createIdentityState = createIdentityState;
