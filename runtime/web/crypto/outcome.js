// SPDX-License-Identifier: Apache-2.0
// What operations of crypto come to: failures as DOMExceptions, and outcomes that the pool gives later. Steps
// are chained by functions, not by promises: a key's bytes on their way would else pass through a `then` that
// a worker put on Object.prototype.
"use strict";

const { DOMException } = require("dom/dom_exception");
const { ArrayIsArray, Promise, PromisePrototypeThen, TypedArrayPrototypeGetBuffer } = primordials;

function fail(name, message) {
  throw new DOMException(message, name);
}

// An outcome is a value, or a string that says why there is none.
function checked(outcome, errorName, what) {
  if (typeof outcome === "string") fail(errorName, `${what}: ${outcome}.`);
  return outcome;
}

// Gives `use` the value of what an op returned: an outcome, or [a promise of { value: outcome }]. Returns what
// `use` does, now or as a promise.
function after(returned, errorName, what, use) {
  if (!ArrayIsArray(returned)) return use(checked(returned, errorName, what));
  return new Promise((resolve, reject) => {
    PromisePrototypeThen(returned[0], (box) => {
      try {
        resolve(use(checked(box.value, errorName, what)));
      } catch (error) {
        reject(error);
      }
    }, reject);
  });
}

exports.fail = fail;
exports.checked = checked;
exports.after = after;
exports.toBuffer = (bytes) => TypedArrayPrototypeGetBuffer(bytes);
