// SPDX-License-Identifier: Apache-2.0
// Whether an operation would work with some parameters, before there is a key:
// https://wicg.github.io/webcrypto-modern-algos/#SubtleCrypto-method-supports
"use strict";

const { familyNamed, familyOf, normalize } = require("crypto/algorithm");

const operations = {
  __proto__: null,
  encrypt: "encrypt", decrypt: "decrypt", sign: "sign", verify: "verify", digest: "digest",
  generateKey: "generateKey", deriveKey: "deriveBits", deriveBits: "deriveBits", importKey: "importKey",
  exportKey: "exportKey", wrapKey: "wrapKey", unwrapKey: "unwrapKey", getPublicKey: "getPublicKey",
};
const alternatives = { __proto__: null, wrapKey: "encrypt", unwrapKey: "decrypt" };

// The operation's steps as far as they need neither key nor data; what they throw says no.
function tryOperation(operation, algorithm, length) {
  const params = normalize(operation, algorithm);
  familyOf(params).check?.(operation, params, length);
  return params;
}

function isSupported(operation, algorithm, length) {
  try {
    if (operation === "getPublicKey") {
      return familyNamed(normalize("exportKey", algorithm).name).getPublicKey !== undefined;
    }
    tryOperation(operation, algorithm, length);
    return true;
  } catch {
    const alternative = alternatives[operation];
    return alternative !== undefined && isSupported(alternative, algorithm, length);
  }
}

// `additional` is the algorithm of the key that is derived, wrapped or unwrapped; undefined for none.
function supports(operation, algorithm, length, additional) {
  const name = operations[operation];
  if (name === undefined) return false;
  if (additional === undefined) return isSupported(name, algorithm, length);
  if (operation === "deriveKey" || operation === "unwrapKey") {
    if (!isSupported("importKey", additional, null)) return false;
  } else if (operation === "wrapKey" && !isSupported("exportKey", additional, null)) {
    return false;
  }
  if (operation !== "deriveKey") return isSupported(name, algorithm, null);
  try {
    const params = tryOperation("getKeyLength", additional, null);
    return isSupported(name, algorithm, familyOf(params).getKeyLength(params));
  } catch {
    return false;
  }
}

exports.supports = supports;
