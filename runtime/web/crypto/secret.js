// SPDX-License-Identifier: Apache-2.0
// Symmetric keys of any algorithm, from raw bytes and JSON Web Keys and back.
"use strict";

const { fail, toBuffer } = require("crypto/outcome");
const { invalid, requireMember } = require("crypto/jwk");

function secretFromRaw(data) {
  return ops.cryptoNewSecret(data);
}

// RFC 7518, section 6.4.
function secretFromJwk(jwk, what) {
  const handle = ops.cryptoDecodeSecret(requireMember(jwk, "k", what));
  if (handle === null) invalid(what, "has a \"k\" that is not base64url");
  return handle;
}

const kMaxRandomBits = 8 << 20; // far more than any hash function makes use of

function randomSecret(bits, what) {
  if (bits > kMaxRandomBits) {
    fail("OperationError", `${what}: keys of more than ${kMaxRandomBits} bits are not generated; ` +
      "leave the length out, or import such a key.");
  }
  const handle = ops.cryptoRandomSecret((bits + 7) >>> 3);
  return bits % 8 === 0 ? handle : ops.cryptoShortenSecret(handle, bits);
}

exports.secretFromRaw = secretFromRaw;
exports.secretFromJwk = secretFromJwk;
exports.randomSecret = randomSecret;
exports.secretBits = (handle) => ops.cryptoSecretSize(handle) * 8;
exports.firstBits = (handle, bits) => ops.cryptoShortenSecret(handle, bits);
exports.secretToRaw = (handle) => toBuffer(ops.cryptoSecretBytes(handle));
exports.secretToText = (handle) => ops.cryptoEncodeSecret(handle);
exports.unknownFormat = (what, format) => fail("NotSupportedError", `${what} has no key format "${format}".`);
