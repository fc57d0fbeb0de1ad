// SPDX-License-Identifier: Apache-2.0
// RSASSA-PKCS1-v1_5, RSA-PSS and RSA-OAEP: https://w3c.github.io/webcrypto/#rsassa-pkcs1 ff.
"use strict";

const { KeyAlgorithm, KeyState, usage } = require("crypto/crypto_key");
const { after, checked, fail, toBuffer } = require("crypto/outcome");
const { PairUsages, makePair, makePublic, requireType } = require("crypto/key_pair");
const { checkJwk, invalid, makeJwk, requireMember } = require("crypto/jwk");
const secret = require("crypto/secret");
const { TypedArrayPrototypeGetLength, Uint8Array } = primordials;

const signing = new PairUsages(usage.verify, usage.sign);
const encrypting = new PairUsages(usage.encrypt | usage.wrapKey, usage.decrypt | usage.unwrapKey);

// `jwkName` gives the name in JSON Web Algorithms by the hash's suffix there.
const schemes = {
  __proto__: null,
  "RSASSA-PKCS1-v1_5": { __proto__: null, usages: signing, use: "sig", jwkName: (suffix) => `RS${suffix}` },
  "RSA-PSS": { __proto__: null, usages: signing, use: "sig", jwkName: (suffix) => `PS${suffix}` },
  "RSA-OAEP": {
    __proto__: null, usages: encrypting, use: "enc",
    jwkName: (suffix) => suffix === "1" ? "RSA-OAEP" : `RSA-OAEP-${suffix}`,
  },
};

const same = (value) => value;

function sign(params, key, data) {
  const { name, hash } = key.algorithm;
  requireType(key, "private", name);
  return after(ops.cryptoSignRsa(key.handle, hash.id, params.saltLength, data), "OperationError", name, toBuffer);
}

function verify(params, key, signature, data) {
  const { name, hash } = key.algorithm;
  requireType(key, "public", name);
  return after(ops.cryptoVerifyRsa(key.handle, hash.id, params.saltLength, signature, data), "OperationError",
    name, same);
}

function encrypt(params, key, data) {
  const { name, hash } = key.algorithm;
  requireType(key, "public", name);
  return after(ops.cryptoCryptRsa(key.handle, true, hash.id, params.label, data), "OperationError", name, toBuffer);
}

// `use` gets the bytes.
function decrypt(params, key, data, use = toBuffer) {
  const { name, hash } = key.algorithm;
  requireType(key, "private", name);
  return after(ops.cryptoCryptRsa(key.handle, false, hash.id, params.label, data), "OperationError", name, use);
}

function makeAlgorithm(name, modulusLength, publicExponent, hash) {
  const algorithm = new KeyAlgorithm(name);
  algorithm.modulusLength = modulusLength;
  algorithm.publicExponent = publicExponent;
  algorithm.hash = hash;
  return algorithm;
}

// Scripts get numbers in as few bytes as they need.
function withoutZeros(number) {
  const length = TypedArrayPrototypeGetLength(number);
  let zeros = 0;
  while (zeros < length && number[zeros] === 0) ++zeros;
  const result = new Uint8Array(length - zeros);
  for (let i = zeros; i < length; ++i) result[i - zeros] = number[i];
  return result;
}

function generateKey(params, extractable, usages) {
  const { name, modulusLength, publicExponent, hash } = params;
  const scheme = schemes[name];
  scheme.usages.check(usages, name);
  const wrong = ops.cryptoCheckRsa(modulusLength, publicExponent);
  if (wrong !== null) fail("OperationError", `${name}: ${wrong}.`);
  scheme.usages.checkPrivate(usages, name);
  const algorithm = makeAlgorithm(name, modulusLength, withoutZeros(publicExponent), hash);
  return makePair(ops.cryptoGenerateRsa(modulusLength, publicExponent), algorithm, extractable, usages,
    scheme.usages);
}

// RFC 7518, section 6.3: a private key has d alone or everything.
function makeFromJwk(jwk, name) {
  const n = requireMember(jwk, "n", name);
  const e = requireMember(jwk, "e", name);
  if (jwk.oth !== undefined) fail("NotSupportedError", `${name}: keys of more than two primes are not supported.`);
  let { p, q, dp, dq, qi } = jwk;
  if (jwk.d === undefined) p = q = dp = dq = qi = undefined;
  const count = (p !== undefined) + (q !== undefined) + (dp !== undefined) + (dq !== undefined) + (qi !== undefined);
  if (count !== 0 && count !== 5) invalid(name, "has some of \"p\", \"q\", \"dp\", \"dq\" and \"qi\", not all");
  return ops.cryptoMakeRsa(n, e, jwk.d, p, q, dp, dq, qi);
}

function jwkAlgorithm(name, hash) {
  return hash.suffix === undefined ? undefined : schemes[name].jwkName(hash.suffix);
}

// `use` gets the state of the key.
function importKey(format, data, params, extractable, usages, use) {
  const { name, hash } = params;
  const scheme = schemes[name];
  let isPrivate;
  let returned;
  if (format === "spki" || format === "pkcs8") {
    isPrivate = format === "pkcs8";
    scheme.usages.checkOne(usages, isPrivate, name);
    returned = ops.cryptoParseRsa(isPrivate, data);
  } else if (format === "jwk") {
    isPrivate = data.d !== undefined;
    scheme.usages.checkOne(usages, isPrivate, name);
    checkJwk(data, name, "RSA", scheme.use, extractable, usages);
    if (data.alg !== undefined && data.alg !== jwkAlgorithm(name, hash)) {
      invalid(name, `is not for ${name} with ${hash.name}`);
    }
    returned = makeFromJwk(data, name);
  } else {
    secret.unknownFormat(name, format);
  }
  return after(returned, "DataError", name, (handle) => {
    const algorithm = makeAlgorithm(name, ops.cryptoRsaBits(handle), ops.cryptoRsaExponent(handle), hash);
    return use(new KeyState(isPrivate ? "private" : "public", algorithm, handle, extractable, usages));
  });
}

function exportJwk(key) {
  const { name, hash } = key.algorithm;
  const alg = jwkAlgorithm(name, hash);
  if (alg === undefined) fail("NotSupportedError", `${name}: no JSON Web Algorithm has ${hash.name}.`);
  const numbers = ops.cryptoRsaNumbers(key.handle, key.type === "private");
  const jwk = { kty: "RSA", alg, n: numbers[0], e: numbers[1] };
  if (key.type === "public") return makeJwk(jwk, key);
  return makeJwk({
    __proto__: null, ...jwk, d: numbers[2], p: numbers[3], q: numbers[4], dp: numbers[5], dq: numbers[6],
    qi: numbers[7],
  }, key);
}

function exportKey(format, key) {
  const { name } = key.algorithm;
  if (format === "jwk") return exportJwk(key);
  if (format === "raw") secret.unknownFormat(name, format);
  const isPrivate = format === "pkcs8";
  requireType(key, isPrivate ? "private" : "public", name);
  return toBuffer(ops.cryptoFormatRsa(key.handle, isPrivate));
}

// https://wicg.github.io/webcrypto-modern-algos/#SubtleCrypto-method-getPublicKey
function getPublicKey(key, usages) {
  const { name } = key.algorithm;
  schemes[name].usages.checkOne(usages, false, name);
  return makePublic(key, usages,
    checked(ops.cryptoParseRsa(false, ops.cryptoFormatRsa(key.handle, false)), "OperationError", name));
}

// See crypto/support.
function check(operation, params) {
  if (operation !== "generateKey") return;
  const wrong = ops.cryptoCheckRsa(params.modulusLength, params.publicExponent);
  if (wrong !== null) fail("OperationError", wrong);
}

exports.check = check;
exports.getPublicKey = getPublicKey;
exports.sign = sign;
exports.verify = verify;
exports.encrypt = encrypt;
exports.decrypt = decrypt;
exports.generateKey = generateKey;
exports.importKey = importKey;
exports.exportKey = exportKey;
