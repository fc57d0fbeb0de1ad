// SPDX-License-Identifier: Apache-2.0
// ECDSA and ECDH on P-256, P-384 and P-521: https://w3c.github.io/webcrypto/#ecdsa and #ecdh
"use strict";

const { KeyAlgorithm, KeyState, keyState, usage } = require("crypto/crypto_key");
const { after, checked, fail, toBuffer } = require("crypto/outcome");
const { PairUsages, agree, makePair, makePublic, requireType } = require("crypto/key_pair");
const { checkJwk, invalid, makeJwk, requireMember } = require("crypto/jwk");

const schemes = {
  __proto__: null,
  ECDSA: { __proto__: null, usages: new PairUsages(usage.verify, usage.sign), use: "sig" },
  ECDH: { __proto__: null, usages: new PairUsages(0, usage.deriveKey | usage.deriveBits), use: "enc" },
};

// `id` is ec_key.h's number, `alg` the name in JSON Web Algorithms.
const curves = {
  __proto__: null,
  "P-256": { __proto__: null, id: 0, alg: "ES256" },
  "P-384": { __proto__: null, id: 1, alg: "ES384" },
  "P-521": { __proto__: null, id: 2, alg: "ES512" },
};

// Forms of keys, as ops number them.
const kRaw = 0;
const kSpki = 1;
const kPkcs8 = 2;

const same = (value) => value;

function curveOf(key) {
  return curves[key.algorithm.namedCurve].id;
}

function sign(params, key, data) {
  requireType(key, "private", "ECDSA");
  return after(ops.cryptoSignEc(curveOf(key), key.handle, params.hash.id, data), "OperationError", "ECDSA",
    toBuffer);
}

function verify(params, key, signature, data) {
  requireType(key, "public", "ECDSA");
  return after(ops.cryptoVerifyEc(curveOf(key), key.handle, params.hash.id, signature, data), "OperationError",
    "ECDSA", same);
}

function deriveBits(params, key, length, use) {
  return agree(key, keyState(params.public), length, use);
}

function makeAlgorithm(name, namedCurve) {
  const algorithm = new KeyAlgorithm(name);
  algorithm.namedCurve = namedCurve;
  return algorithm;
}

function generateKey(params, extractable, usages) {
  const { name, namedCurve } = params;
  const { usages: allowed } = schemes[name];
  allowed.check(usages, name);
  const curve = curves[namedCurve];
  if (curve === undefined) fail("NotSupportedError", `${name}: there is no curve "${namedCurve}" here.`);
  allowed.checkPrivate(usages, name);
  return makePair(ops.cryptoGenerateEc(curve.id), makeAlgorithm(name, namedCurve), extractable, usages, allowed);
}

function importJwk(jwk, params, scheme, extractable, usages) {
  const { name, namedCurve } = params;
  checkJwk(jwk, name, "EC", scheme.use, extractable, usages);
  if (jwk.crv !== namedCurve) invalid(name, `is not of the curve ${namedCurve}`);
  const { id, alg } = curves[namedCurve];
  if (name === "ECDSA" && jwk.alg !== undefined && jwk.alg !== alg) invalid(name, `has not "alg": "${alg}"`);
  return ops.cryptoMakeEc(id, requireMember(jwk, "x", name), requireMember(jwk, "y", name), jwk.d);
}

// `use` gets the state of the key.
function importKey(format, data, params, extractable, usages, use) {
  const { name, namedCurve } = params;
  const scheme = schemes[name];
  const isPrivate = format === "pkcs8" || (format === "jwk" && data.d !== undefined);
  scheme.usages.checkOne(usages, isPrivate, name);
  if (curves[namedCurve] === undefined) fail("DataError", `${name}: there is no curve "${namedCurve}" here.`);
  let returned;
  if (format === "jwk") {
    returned = importJwk(data, params, scheme, extractable, usages);
  } else {
    const form = format === "raw" ? kRaw : isPrivate ? kPkcs8 : kSpki;
    returned = ops.cryptoParseEc(curves[namedCurve].id, form, data);
  }
  return after(returned, "DataError", name, (handle) => use(new KeyState(isPrivate ? "private" : "public",
    makeAlgorithm(name, namedCurve), handle, extractable, usages)));
}

function exportKey(format, key) {
  const { name, namedCurve } = key.algorithm;
  const isPrivate = key.type === "private";
  if (format === "jwk") {
    const numbers = ops.cryptoEcNumbers(curveOf(key), key.handle, isPrivate);
    return makeJwk({ kty: "EC", crv: namedCurve, x: numbers[0], y: numbers[1], d: numbers[2] }, key);
  }
  requireType(key, format === "pkcs8" ? "private" : "public", name);
  const form = format === "raw" ? kRaw : format === "pkcs8" ? kPkcs8 : kSpki;
  return toBuffer(ops.cryptoFormatEc(curveOf(key), form, key.handle));
}

// https://wicg.github.io/webcrypto-modern-algos/#SubtleCrypto-method-getPublicKey
function getPublicKey(key, usages) {
  const { name } = key.algorithm;
  schemes[name].usages.checkOne(usages, false, name);
  const point = ops.cryptoFormatEc(curveOf(key), kRaw, key.handle);
  return makePublic(key, usages, checked(ops.cryptoParseEc(curveOf(key), kRaw, point), "OperationError", name));
}

// See crypto/support.
function check(operation, params) {
  const needsCurve = operation === "generateKey" || operation === "importKey";
  if (needsCurve && curves[params.namedCurve] === undefined) fail("NotSupportedError", "There is no such curve.");
}

exports.check = check;
exports.getPublicKey = getPublicKey;
exports.sign = sign;
exports.verify = verify;
exports.deriveBits = deriveBits;
exports.generateKey = generateKey;
exports.importKey = importKey;
exports.exportKey = exportKey;
