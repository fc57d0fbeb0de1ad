// SPDX-License-Identifier: Apache-2.0
// QuotaExceededError: https://webidl.spec.whatwg.org/#quotaexceedederror, a DOMException that can say by how
// much.
"use strict";

const webidl = require("webidl/webidl");
const { DOMException, serializeDOMException } = require("dom/dom_exception");
const { ObjectDefineProperty, RangeError } = primordials;

const convertOptions = webidl.dictionary("QuotaExceededErrorOptions", [
  { key: "quota", converter: webidl.converters.double },
  { key: "requested", converter: webidl.converters.double },
]);

let isQuotaExceededError;
let serialize;

class QuotaExceededError extends DOMException {
  #quota;
  #requested;

  constructor(message = "", options = undefined) {
    super(message, "QuotaExceededError");
    const context = "Failed to construct 'QuotaExceededError'";
    const { quota = null, requested = null } = convertOptions(options, `${context}: parameter 2`);
    if (quota < 0) throw new RangeError(`${context}: the quota ${quota} is negative.`);
    if (requested < 0) throw new RangeError(`${context}: the request of ${requested} is negative.`);
    if (quota !== null && requested !== null && requested < quota) {
      throw new RangeError(`${context}: the request of ${requested} is below the quota of ${quota}.`);
    }
    this.#quota = quota;
    this.#requested = requested;
  }

  get quota() {
    return webidl.isObject(this) && #quota in this ? this.#quota : webidl.illegalInvocation();
  }

  get requested() {
    return webidl.isObject(this) && #quota in this ? this.#requested : webidl.illegalInvocation();
  }

  static {
    serialize = (error) => {
      const data = serializeDOMException(error);
      data.quota = error.#quota;
      data.requested = error.#requested;
      return data;
    };
    isQuotaExceededError = (value) => webidl.isObject(value) && #quota in value;
  }
}

webidl.defineInterface(QuotaExceededError);

function deserialize(data) {
  const options = { __proto__: null };
  if (data.quota !== null) options.quota = data.quota;
  if (data.requested !== null) options.requested = data.requested;
  const error = new QuotaExceededError(data.message, options);
  if (typeof data.stack === "string") {
    ObjectDefineProperty(error, "stack",
      { __proto__: null, value: data.stack, writable: true, enumerable: false, configurable: true });
  }
  return error;
}

exports.QuotaExceededError = QuotaExceededError;
exports.isQuotaExceededError = isQuotaExceededError;
exports.serializeQuotaExceededError = serialize;
exports.deserializeQuotaExceededError = deserialize;
