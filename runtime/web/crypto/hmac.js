// SPDX-License-Identifier: Apache-2.0
// HMAC: https://w3c.github.io/webcrypto/#hmac
"use strict";

const { KeyAlgorithm, KeyState, createKey, usage } = require("crypto/crypto_key");
const { after, fail, toBuffer } = require("crypto/outcome");
const { checkNotEmpty, checkUsages } = require("crypto/usages");
const { checkJwk, invalid, makeJwk } = require("crypto/jwk");
const secret = require("crypto/secret");
const { ArrayBuffer } = primordials;

const kWhat = "HMAC";
const kUsages = usage.sign | usage.verify;

function sign(params, key, data) {
  const { hash } = key.algorithm;
  const mac = new ArrayBuffer(hash.bytes);
  const returned = ops.cryptoHmac(key.handle, hash.id, data, mac);
  return returned === undefined ? mac : after(returned, "OperationError", kWhat, toBuffer);
}

const same = (value) => value;

function verify(params, key, signature, data) {
  const returned = ops.cryptoVerifyHmac(key.handle, key.algorithm.hash.id, signature, data);
  return typeof returned === "boolean" ? returned : after(returned, "OperationError", kWhat, same);
}

function makeState(handle, hash, length, extractable, usages) {
  const algorithm = new KeyAlgorithm("HMAC");
  algorithm.hash = hash;
  algorithm.length = length;
  return new KeyState("secret", algorithm, handle, extractable, usages);
}

function generateKey(params, extractable, usages) {
  checkUsages(usages, kUsages, kWhat);
  const length = params.length ?? params.hash.blockBits;
  if (length === 0) fail("OperationError", "HMAC: a key of no bits cannot be generated.");
  checkNotEmpty(usages, kWhat);
  return createKey(makeState(secret.randomSecret(length, kWhat), params.hash, length, extractable, usages));
}

// "HS256" for SHA-256.
function jwkAlgorithm(hash) {
  return hash.suffix === undefined ? undefined : `HS${hash.suffix}`;
}

function importJwk(jwk, hash, extractable, usages) {
  checkJwk(jwk, kWhat, "oct", "sig", extractable, usages);
  const handle = secret.secretFromJwk(jwk, kWhat);
  if (jwk.alg !== undefined && jwk.alg !== jwkAlgorithm(hash)) invalid(kWhat, `is not for ${hash.name}`);
  return handle;
}

// `use` gets the state of the key.
function importKey(format, data, params, extractable, usages, use) {
  checkUsages(usages, kUsages, kWhat);
  const { hash } = params;
  let handle;
  if (format === "raw") handle = secret.secretFromRaw(data);
  else if (format === "jwk") handle = importJwk(data, hash, extractable, usages);
  else secret.unknownFormat(kWhat, format);
  let length = secret.secretBits(handle);
  if (length === 0) fail("DataError", "HMAC: the key is empty.");
  if (params.length !== undefined) {
    if (params.length > length || params.length <= length - 8) {
      fail("DataError", `HMAC: the key has ${length} bits, not ${params.length}.`);
    }
    length = params.length;
    if (length % 8 !== 0) handle = secret.firstBits(handle, length);
  }
  return use(makeState(handle, hash, length, extractable, usages));
}

function exportKey(format, key) {
  if (format === "raw") return secret.secretToRaw(key.handle);
  if (format !== "jwk") secret.unknownFormat(kWhat, format);
  return makeJwk(
    { kty: "oct", k: secret.secretToText(key.handle), alg: jwkAlgorithm(key.algorithm.hash) }, key);
}

function getKeyLength(params) {
  if (params.length === undefined) return params.hash.blockBits;
  if (params.length === 0) throw new primordials.TypeError("HMAC: a key of no bits cannot be derived.");
  return params.length;
}

// See crypto/support.
function check(operation, params) {
  if (operation === "generateKey" && params.length === 0) fail("OperationError", "HMAC: a key has bits.");
}

exports.check = check;
exports.sign = sign;
exports.verify = verify;
exports.generateKey = generateKey;
exports.importKey = importKey;
exports.exportKey = exportKey;
exports.getKeyLength = getKeyLength;
