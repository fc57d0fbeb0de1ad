// SPDX-License-Identifier: Apache-2.0
// CountQueuingStrategy: https://streams.spec.whatwg.org/#cqs-class
"use strict";

const webidl = require("webidl/webidl");
const { convertQueuingStrategyInit } = require("streams/queuing_strategy");

const { size } = { size() { return 1; } };

class CountQueuingStrategy {
  #highWaterMark;

  constructor(init) {
    webidl.requiredArguments(arguments.length, 1, "Failed to construct 'CountQueuingStrategy'");
    this.#highWaterMark = convertQueuingStrategyInit(
      init, "Failed to construct 'CountQueuingStrategy': parameter 1").highWaterMark;
  }

  get highWaterMark() {
    return webidl.isObject(this) && #highWaterMark in this ? this.#highWaterMark : webidl.illegalInvocation();
  }

  get size() {
    return webidl.isObject(this) && #highWaterMark in this ? size : webidl.illegalInvocation();
  }
}

webidl.defineInterface(CountQueuingStrategy);

exports.CountQueuingStrategy = CountQueuingStrategy;
