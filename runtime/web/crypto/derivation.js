// SPDX-License-Identifier: Apache-2.0
// HKDF and PBKDF2: https://w3c.github.io/webcrypto/#hkdf and #pbkdf2
"use strict";

const { KeyAlgorithm, KeyState, usage } = require("crypto/crypto_key");
const { after, fail } = require("crypto/outcome");
const { checkUsages } = require("crypto/usages");
const secret = require("crypto/secret");
const { MathCeil, Uint8Array } = primordials;

const kUsages = usage.deriveKey | usage.deriveBits;

// The limit counts the work: each block of output takes all iterations.
function checkIterations(params, length) {
  const max = ops.cryptoMaxPbkdf2Iterations();
  const blocks = MathCeil(length / 8 / params.hash.bytes);
  if (params.iterations * blocks <= max) return;
  fail("NotSupportedError", `PBKDF2: ${params.iterations} iterations for ${blocks} block${
    blocks === 1 ? "" : "s"} of output are more than this server's limit of ${
    max}. Use fewer, or raise limits.pbkdf2_iterations in its configuration.`);
}

// What can be told without a key; see also crypto/support.
function check(operation, params, length) {
  if (operation !== "deriveBits") return;
  const { name } = params;
  if (length === null || length % 8 !== 0) {
    fail("OperationError", `${name}: the length must be a multiple of 8 bits, not ${length}.`);
  }
  if (name === "HKDF") return;
  if (params.iterations === 0) fail("OperationError", "PBKDF2: there must be at least one iteration.");
  if (length !== 0) checkIterations(params, length);
}

// `use` gets the bytes.
function deriveBits(params, key, length, use) {
  const { name, hash } = params;
  check("deriveBits", params, length);
  if (name === "HKDF") {
    return after(ops.cryptoHkdf(key.handle, hash.id, params.salt, params.info, length / 8), "OperationError",
      name, use);
  }
  if (length === 0) return use(new Uint8Array(0));
  return after(ops.cryptoPbkdf2(key.handle, hash.id, params.salt, params.iterations, length / 8),
    "OperationError", name, use);
}

// `use` gets the state of the key.
function importKey(format, data, params, extractable, usages, use) {
  const { name } = params;
  if (format !== "raw") secret.unknownFormat(name, format);
  checkUsages(usages, kUsages, name);
  if (extractable) fail("SyntaxError", `${name}: a key cannot be extractable.`);
  return use(new KeyState("secret", new KeyAlgorithm(name), secret.secretFromRaw(data), extractable, usages));
}

exports.check = check;
exports.deriveBits = deriveBits;
exports.importKey = importKey;
exports.getKeyLength = () => null;
