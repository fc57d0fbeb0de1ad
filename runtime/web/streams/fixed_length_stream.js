// SPDX-License-Identifier: Apache-2.0
// FixedLengthStream, an interface of Workers: an IdentityTransformStream that knows how many bytes will go
// through, so that a response with it has a Content-Length.
// https://developers.cloudflare.com/workers/runtime-apis/streams/transformstream/#fixedlengthstream
"use strict";

const webidl = require("webidl/webidl");
const { IdentityTransformStream, createIdentityState } = require("streams/identity_transform_stream");
const { Number, NumberMAX_SAFE_INTEGER } = primordials;

const constructing = "Failed to construct 'FixedLengthStream'";
const context = `${constructing}: parameter 1`;
const enforceRange = { __proto__: null, enforceRange: true };

function convertLength(V) {
  if (typeof V !== "bigint") return webidl.converters["unsigned long long"](V, context, enforceRange);
  if (V < 0n || V > NumberMAX_SAFE_INTEGER) {
    webidl.fail(context, `is outside the range of a length: 0 to ${NumberMAX_SAFE_INTEGER}, inclusive.`);
  }
  return Number(V);
}

class FixedLengthStream extends IdentityTransformStream {
  constructor(expectedLength, strategy = undefined) {
    webidl.requiredArguments(arguments.length, 1, constructing);
    super(webidl.constructKey,
      createIdentityState(convertLength(expectedLength), strategy, `${constructing}: parameter 2`));
  }
}

webidl.defineInterface(FixedLengthStream);

exports.FixedLengthStream = FixedLengthStream;
