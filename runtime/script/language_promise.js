// SPDX-License-Identifier: Apache-2.0
// Promise.withResolvers and Promise.try: https://tc39.es/ecma262/#sec-promise.withResolvers
"use strict";

const { Promise, TypeError } = primordials;

const { defineMissing } = require("script/define_missing");
const { isObject } = require("script/language_support");

// NewPromiseCapability
function newCapability(C) {
  let resolve;
  let reject;
  const promise = new C((a, b) => {
    if (resolve !== undefined || reject !== undefined) {
      throw new TypeError("The promise's executor ran twice");
    }
    resolve = a;
    reject = b;
  });
  if (typeof resolve !== "function" || typeof reject !== "function") {
    throw new TypeError("The promise's resolve and reject are not functions");
  }
  return { promise, resolve, reject };
}

defineMissing(Promise, {
  withResolvers() {
    return newCapability(this);
  },

  try(callback, ...args) {
    if (!isObject(this)) throw new TypeError("Promise.try called on a value that is not an object");
    const { promise, resolve, reject } = newCapability(this);
    let result;
    try {
      result = primordials.ReflectApply(callback, undefined, args);
    } catch (error) {
      reject(error);
      return promise;
    }
    resolve(result);
    return promise;
  },
});
