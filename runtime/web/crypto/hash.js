// SPDX-License-Identifier: Apache-2.0
// Hash functions: https://w3c.github.io/webcrypto/#sha, SHA-3 of
// https://wicg.github.io/webcrypto-modern-algos/#sha3, and the Workers platform's MD5, for digests alone.
"use strict";

const { detachRecord } = require("webidl/webidl");
const { after, checked, toBuffer } = require("crypto/outcome");
const { ArrayBuffer } = primordials;

// `id` is hash.h's number; `suffix` what names of JSON Web Algorithms end in, where there are any.
class Hash {
  constructor(name, id, bytes, blockBits, suffix) {
    this.name = name;
    this.id = id;
    this.bytes = bytes;
    this.blockBits = blockBits;
    this.suffix = suffix;
  }
}
detachRecord(Hash);

const hashes = {
  __proto__: null,
  "SHA-1": new Hash("SHA-1", 0, 20, 512, "1"),
  "SHA-256": new Hash("SHA-256", 1, 32, 512, "256"),
  "SHA-384": new Hash("SHA-384", 2, 48, 1024, "384"),
  "SHA-512": new Hash("SHA-512", 3, 64, 1024, "512"),
  "SHA3-256": new Hash("SHA3-256", 4, 32, 1088, undefined),
  "SHA3-384": new Hash("SHA3-384", 5, 48, 832, undefined),
  "SHA3-512": new Hash("SHA3-512", 6, 64, 576, undefined),
  MD5: new Hash("MD5", 7, 16, 512, undefined),
};

function digest(params, data) {
  const { hash } = params.entry;
  const result = new ArrayBuffer(hash.bytes);
  const returned = ops.cryptoDigest(hash.id, data, result);
  return returned === undefined ? result : after(returned, "OperationError", hash.name, toBuffer);
}

// A hash over pieces, for DigestStream.
function startHash(params) {
  const { hash } = params.entry;
  return checked(ops.cryptoNewHash(hash.id), "OperationError", hash.name);
}

exports.hashes = hashes;
exports.digest = digest;
exports.startHash = startHash;
