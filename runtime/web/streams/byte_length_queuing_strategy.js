// SPDX-License-Identifier: Apache-2.0
// ByteLengthQueuingStrategy: https://streams.spec.whatwg.org/#blqs-class
"use strict";

const webidl = require("webidl/webidl");
const { convertQueuingStrategyInit } = require("streams/queuing_strategy");

// One function for all strategies, not a constructor: hence the object literal's method.
const { size } = { size(chunk) { return chunk.byteLength; } };

class ByteLengthQueuingStrategy {
  #highWaterMark;

  constructor(init) {
    webidl.requiredArguments(arguments.length, 1, "Failed to construct 'ByteLengthQueuingStrategy'");
    this.#highWaterMark = convertQueuingStrategyInit(
      init, "Failed to construct 'ByteLengthQueuingStrategy': parameter 1").highWaterMark;
  }

  get highWaterMark() {
    return webidl.isObject(this) && #highWaterMark in this ? this.#highWaterMark : webidl.illegalInvocation();
  }

  get size() {
    return webidl.isObject(this) && #highWaterMark in this ? size : webidl.illegalInvocation();
  }
}

webidl.defineInterface(ByteLengthQueuingStrategy);

exports.ByteLengthQueuingStrategy = ByteLengthQueuingStrategy;
