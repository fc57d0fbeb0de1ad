// SPDX-License-Identifier: Apache-2.0
// AES-CBC, AES-CTR, AES-GCM and AES-KW: https://w3c.github.io/webcrypto/#aes-cbc ff.
"use strict";

const { KeyAlgorithm, KeyState, createKey, usage } = require("crypto/crypto_key");
const { after, fail, toBuffer } = require("crypto/outcome");
const { checkNotEmpty, checkUsages } = require("crypto/usages");
const { checkJwk, invalid, makeJwk } = require("crypto/jwk");
const secret = require("crypto/secret");

// `mode` is aes.h's number, `suffix` what the names of JSON Web Algorithms end in.
const kWrapping = usage.wrapKey | usage.unwrapKey;
const kAll = usage.encrypt | usage.decrypt | kWrapping;
const modes = {
  __proto__: null,
  "AES-CBC": { __proto__: null, mode: 0, suffix: "CBC", usages: kAll },
  "AES-CTR": { __proto__: null, mode: 1, suffix: "CTR", usages: kAll },
  "AES-GCM": { __proto__: null, mode: 2, suffix: "GCM", usages: kAll },
  "AES-KW": { __proto__: null, mode: 3, suffix: "KW", usages: kWrapping },
};
const kDefaultTagBits = 128;

// What AES-CTR counts with, what AES-GCM adds.
function bitsOf(params, mode) {
  return mode === 1 ? params.length : mode === 2 ? params.tagLength ?? kDefaultTagBits : 0;
}

function crypt(encrypt, params, key, data, use) {
  const { name } = params;
  const { mode } = modes[name];
  const iv = mode === 1 ? params.counter : params.iv;
  return after(ops.cryptoAes(key.handle, mode, encrypt, data, iv, params.additionalData, bitsOf(params, mode)),
    "OperationError", name, use);
}

function encrypt(params, key, data) {
  return crypt(true, params, key, data, toBuffer);
}

// `use` gets the bytes.
function decrypt(params, key, data, use = toBuffer) {
  return crypt(false, params, key, data, use);
}

function isKeyLength(bits) {
  return bits === 128 || bits === 192 || bits === 256;
}

function makeState(name, handle, length, extractable, usages) {
  const algorithm = new KeyAlgorithm(name);
  algorithm.length = length;
  return new KeyState("secret", algorithm, handle, extractable, usages);
}

function generateKey(params, extractable, usages) {
  const { name, length } = params;
  checkUsages(usages, modes[name].usages, name);
  checkLength(name, length);
  checkNotEmpty(usages, name);
  return createKey(makeState(name, secret.randomSecret(length, name), length, extractable, usages));
}

function checkLength(name, length) {
  if (!isKeyLength(length)) {
    fail("OperationError", `${name}: a key has 128, 192 or 256 bits, not ${length}.`);
  }
}

// `use` gets the state of the key.
function importKey(format, data, params, extractable, usages, use) {
  const { name } = params;
  const { suffix, usages: allowed } = modes[name];
  checkUsages(usages, allowed, name);
  let handle;
  if (format === "raw") {
    handle = secret.secretFromRaw(data);
  } else if (format === "jwk") {
    checkJwk(data, name, "oct", "enc", extractable, usages);
    handle = secret.secretFromJwk(data, name);
  } else {
    secret.unknownFormat(name, format);
  }
  const length = secret.secretBits(handle);
  if (!isKeyLength(length)) fail("DataError", `${name}: a key has 128, 192 or 256 bits, not ${length}.`);
  if (format === "jwk" && data.alg !== undefined && data.alg !== `A${length}${suffix}`) {
    invalid(name, `is not for ${name} with ${length} bits`);
  }
  return use(makeState(name, handle, length, extractable, usages));
}

function exportKey(format, key) {
  const { name, length } = key.algorithm;
  if (format === "raw") return secret.secretToRaw(key.handle);
  if (format !== "jwk") secret.unknownFormat(name, format);
  return makeJwk(
    { kty: "oct", k: secret.secretToText(key.handle), alg: `A${length}${modes[name].suffix}` }, key);
}

function getKeyLength(params) {
  checkLength(params.name, params.length);
  return params.length;
}

// See crypto/support.
function check(operation, params) {
  const { name } = params;
  if (operation === "generateKey") checkLength(name, params.length);
  if (operation !== "encrypt" && operation !== "decrypt") return;
  const { mode } = modes[name];
  const wrong = ops.cryptoCheckAes(mode, mode === 1 ? params.counter : params.iv, bitsOf(params, mode));
  if (wrong !== null) fail("OperationError", wrong);
}

exports.check = check;
exports.encrypt = encrypt;
exports.decrypt = decrypt;
exports.wrapKey = encrypt;
exports.unwrapKey = decrypt;
exports.generateKey = generateKey;
exports.importKey = importKey;
exports.exportKey = exportKey;
exports.getKeyLength = getKeyLength;
