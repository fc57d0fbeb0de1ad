// SPDX-License-Identifier: Apache-2.0
// CryptoKey: https://w3c.github.io/webcrypto/#cryptokey-interface, and what is behind one.
"use strict";

const webidl = require("webidl/webidl");
const { ArrayPrototypePush, Uint8Array } = primordials;

// In the standard's order, a bit each.
const usageNames =
  ["encrypt", "decrypt", "sign", "verify", "deriveKey", "deriveBits", "wrapKey", "unwrapKey"];

function usageArray(usages) {
  const names = [];
  for (let i = 0; i < usageNames.length; ++i) {
    if ((usages & (1 << i)) !== 0) ArrayPrototypePush(names, usageNames[i]);
  }
  return names;
}

// The KeyAlgorithm of any family; what a family does not have is undefined. `hash` is an entry of
// crypto/hash. Never changed once it is made: keys share it.
class KeyAlgorithm {
  constructor(name) {
    this.name = name;
    this.hash = undefined;
    this.length = undefined;
    this.modulusLength = undefined;
    this.publicExponent = undefined;
    this.namedCurve = undefined;
  }
}
webidl.detachRecord(KeyAlgorithm);

// As scripts see it.
function algorithmObject(algorithm) {
  const { name, hash, length, modulusLength, publicExponent, namedCurve } = algorithm;
  if (modulusLength !== undefined) {
    return { name, modulusLength, publicExponent: new Uint8Array(publicExponent), hash: { name: hash.name } };
  }
  if (hash !== undefined) return { name, hash: { name: hash.name }, length };
  if (length !== undefined) return { name, length };
  return namedCurve === undefined ? { name } : { name, namedCurve };
}

// A key: "secret", "public" or "private"; `handle` is the native object that has the key's material.
class KeyState {
  constructor(type, algorithm, handle, extractable, usages) {
    this.type = type;
    this.algorithm = algorithm;
    this.handle = handle;
    this.extractable = extractable;
    this.usages = usages; // bits
    this.algorithmObject = undefined;
    this.usageArray = undefined;
  }
}
webidl.detachRecord(KeyState);

let keyState;  // undefined for what is no CryptoKey
let stateOf;   // throws instead

class CryptoKey {
  #state;

  constructor(key = undefined, state = undefined) {
    if (key !== webidl.constructKey) webidl.illegalConstructor();
    this.#state = state;
  }

  get type() {
    return stateOf(this).type;
  }

  get extractable() {
    return stateOf(this).extractable;
  }

  get algorithm() {
    const state = stateOf(this);
    return state.algorithmObject ??= algorithmObject(state.algorithm);
  }

  get usages() {
    const state = stateOf(this);
    return state.usageArray ??= usageArray(state.usages);
  }

  static {
    stateOf = (key) => webidl.isObject(key) && #state in key ? key.#state : webidl.illegalInvocation();
    keyState = (V) => webidl.isObject(V) && #state in V ? V.#state : undefined;
  }
}
webidl.defineInterface(CryptoKey);

function createKey(state) {
  return new CryptoKey(webidl.constructKey, state);
}

exports.CryptoKey = CryptoKey;
exports.KeyAlgorithm = KeyAlgorithm;
exports.KeyState = KeyState;
exports.createKey = createKey;
exports.keyState = keyState;
exports.isCryptoKey = (V) => keyState(V) !== undefined;
exports.usageArray = usageArray;
exports.usageNames = usageNames;
exports.usage = {
  __proto__: null,
  encrypt: 1, decrypt: 2, sign: 4, verify: 8, deriveKey: 16, deriveBits: 32, wrapKey: 64, unwrapKey: 128,
};
