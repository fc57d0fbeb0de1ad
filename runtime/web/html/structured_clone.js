// SPDX-License-Identifier: Apache-2.0
// structuredClone: https://html.spec.whatwg.org/#structured-cloning
"use strict";

const webidl = require("webidl/webidl");
const registry = require("html/clone_registry");
require("html/clone_platform");
const { structuredSerialize, structuredSerializeWithTransfer } = require("html/structured_serialize");
const { structuredDeserialize, structuredDeserializeWithTransfer } = require("html/structured_deserialize");
const { deserializeDOMException, isDOMException, serializeDOMException } = require("dom/dom_exception");
const {
  deserializeQuotaExceededError, isQuotaExceededError, serializeQuotaExceededError,
} = require("dom/quota_exceeded_error");

const convertOptions = webidl.dictionary("StructuredSerializeOptions", [
  { key: "transfer", converter: webidl.sequence(webidl.converters.object), defaultValue: () => [] },
]);

// The more special one comes first.
registry.registerSerializable(isQuotaExceededError,
  { serialize: serializeQuotaExceededError, deserialize: deserializeQuotaExceededError });
registry.registerSerializable(isDOMException,
  { serialize: serializeDOMException, deserialize: deserializeDOMException });

exports.structuredClone = {
  structuredClone(value, options = undefined) {
    webidl.checkGlobal(this);
    const context = "Failed to execute 'structuredClone'";
    webidl.requiredArguments(arguments.length, 1, context);
    if (options === undefined) return structuredDeserialize(structuredSerialize(value));
    const { transfer } = convertOptions(options, `${context}: parameter 2`);
    return structuredDeserializeWithTransfer(structuredSerializeWithTransfer(value, transfer)).value;
  },
}.structuredClone;
exports.convertTransferOptions = convertOptions;
