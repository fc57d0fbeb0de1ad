// SPDX-License-Identifier: Apache-2.0
// What the algorithms with public and private keys share: pairs, usages by the kind of key, and agreement on a
// secret.
"use strict";

const { KeyState, createKey } = require("crypto/crypto_key");
const { after, fail } = require("crypto/outcome");
const { checkNotEmpty, checkUsages } = require("crypto/usages");
const {
  MathCeil, TypedArrayPrototypeGetBuffer, TypedArrayPrototypeGetByteLength, TypedArrayPrototypeSet, Uint8Array,
} = primordials;

// What an algorithm's public and private keys may be used for.
class PairUsages {
  constructor(ofPublic, ofPrivate) {
    this.ofPublic = ofPublic;
    this.ofPrivate = ofPrivate;
  }

  check(usages, what) {
    checkUsages(usages, this.ofPublic | this.ofPrivate, what);
  }

  checkOne(usages, isPrivate, what) {
    checkUsages(usages, isPrivate ? this.ofPrivate : this.ofPublic, what);
  }

  // Before a pair is generated: its private key must be of use.
  checkPrivate(usages, what) {
    checkNotEmpty(usages & this.ofPrivate, `${what}'s private key`);
  }
}

// The CryptoKeyPair of what an op returned: an outcome with [private key, public key].
function makePair(returned, algorithm, extractable, usages, pairUsages) {
  return after(returned, "OperationError", algorithm.name, (handles) => ({
    publicKey: createKey(
      new KeyState("public", algorithm, handles[1], true, usages & pairUsages.ofPublic)),
    privateKey: createKey(
      new KeyState("private", algorithm, handles[0], extractable, usages & pairUsages.ofPrivate)),
  }));
}

// getPublicKey; `handle` is the public key's.
function makePublic(key, usages, handle) {
  return new KeyState("public", key.algorithm, handle, true, usages);
}

function requireType(key, type, what) {
  if (key.type !== type) fail("InvalidAccessError", `${what}: this needs a ${type} key, not a ${key.type} one.`);
}

function takeBits(secret, length, what) {
  if (length === null) return secret;
  const bits = TypedArrayPrototypeGetByteLength(secret) * 8;
  if (length > bits) fail("OperationError", `${what}: the secret has ${bits} bits, not ${length}.`);
  const size = MathCeil(length / 8);
  const result = new Uint8Array(size);
  TypedArrayPrototypeSet(result, new Uint8Array(TypedArrayPrototypeGetBuffer(secret), 0, size));
  if (length % 8 !== 0) result[size - 1] &= 0xFF << (8 - length % 8);
  return result;
}

// deriveBits of ECDH, X25519 and X448. `other` is the state of the public key; `use` gets the bytes.
function agree(key, other, length, use) {
  const { name, namedCurve } = key.algorithm;
  requireType(key, "private", name);
  requireType(other, "public", name);
  if (other.algorithm.name !== name) {
    fail("InvalidAccessError", `${name}: the public key is of ${other.algorithm.name}.`);
  }
  if (other.algorithm.namedCurve !== namedCurve) {
    fail("InvalidAccessError", `${name}: the keys are not of one curve.`);
  }
  return after(ops.cryptoAgree(key.handle, other.handle), "OperationError", name,
    (secret) => use(takeBits(secret, length, name)));
}

exports.PairUsages = PairUsages;
exports.makePair = makePair;
exports.makePublic = makePublic;
exports.requireType = requireType;
exports.agree = agree;
