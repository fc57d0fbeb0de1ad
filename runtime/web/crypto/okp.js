// SPDX-License-Identifier: Apache-2.0
// Ed25519 and X25519: https://w3c.github.io/webcrypto/#ed25519 and #x25519; Ed448 and X448 of
// https://wicg.github.io/webcrypto-secure-curves/; and the Workers platform's older name NODE-ED25519.
"use strict";

const { KeyAlgorithm, KeyState, keyState, usage } = require("crypto/crypto_key");
const { after, checked, fail, toBuffer } = require("crypto/outcome");
const { PairUsages, agree, makePair, makePublic, requireType } = require("crypto/key_pair");
const { checkJwk, invalid, makeJwk, requireMember } = require("crypto/jwk");
const { byteLengthOf } = require("streams/buffers");
const { isArrayBuffer } = require("webidl/webidl");
const { ArrayBufferPrototypeGetByteLength } = primordials;

const signing = new PairUsages(usage.verify, usage.sign);
const agreeing = new PairUsages(0, usage.deriveKey | usage.deriveBits);

// `id` is okp_key.h's number, `crv` the curve of JSON Web Keys, `alg` what they have as algorithm.
const curves = {
  __proto__: null,
  Ed25519: { __proto__: null, id: 0, crv: "Ed25519", alg: "Ed25519", usages: signing, use: "sig" },
  X25519: { __proto__: null, id: 1, crv: "X25519", alg: undefined, usages: agreeing, use: "enc" },
  Ed448: { __proto__: null, id: 2, crv: "Ed448", alg: "Ed448", usages: signing, use: "sig" },
  X448: { __proto__: null, id: 3, crv: "X448", alg: undefined, usages: agreeing, use: "enc" },
  "NODE-ED25519": { __proto__: null, id: 0, crv: "Ed25519", alg: "EdDSA", usages: signing, use: "sig" },
};

// Forms of keys, as ops number them.
const kRaw = 0;
const kSpki = 1;
const kPkcs8 = 2;

const same = (value) => value;

// Of Ed448 alone, and not in OpenSSL 3.0.
function checkContext({ name, context }) {
  if (context === undefined) return;
  const length = isArrayBuffer(context) ? ArrayBufferPrototypeGetByteLength(context) : byteLengthOf(context);
  if (length !== 0) fail("NotSupportedError", `${name}: signatures with a context are not supported.`);
}

function sign(params, key, data) {
  const { name } = key.algorithm;
  requireType(key, "private", name);
  checkContext(params);
  return after(ops.cryptoSignEd(key.handle, data), "OperationError", name, toBuffer);
}

function verify(params, key, signature, data) {
  const { name } = key.algorithm;
  requireType(key, "public", name);
  checkContext(params);
  return after(ops.cryptoVerifyEd(key.handle, signature, data), "OperationError", name, same);
}

function deriveBits(params, key, length, use) {
  return agree(key, keyState(params.public), length, use);
}

function makeAlgorithm({ name, namedCurve }) {
  const algorithm = new KeyAlgorithm(name);
  algorithm.namedCurve = namedCurve;
  if (namedCurve !== undefined && namedCurve !== name) { // NODE-ED25519 is its own curve
    fail("NotSupportedError", `${name}: there is no curve "${namedCurve}".`);
  }
  return algorithm;
}

function generateKey(params, extractable, usages) {
  const { name } = params;
  const { id, usages: allowed } = curves[name];
  allowed.check(usages, name);
  const algorithm = makeAlgorithm(params);
  allowed.checkPrivate(usages, name);
  return makePair(ops.cryptoGenerateOkp(id), algorithm, extractable, usages, allowed);
}

function importJwk(jwk, name, extractable, usages) {
  const { id, crv, alg, use } = curves[name];
  checkJwk(jwk, name, "OKP", use, extractable, usages);
  if (jwk.crv !== crv) invalid(name, `is not of the curve ${crv}`);
  if (alg !== undefined && jwk.alg !== undefined && jwk.alg !== alg && jwk.alg !== "EdDSA") {
    invalid(name, `has not "alg": "${alg}"`);
  }
  return checked(ops.cryptoMakeOkp(id, requireMember(jwk, "x", name), jwk.d), "DataError", name);
}

// `use` gets the state of the key.
function importKey(format, data, params, extractable, usages, use) {
  const { name } = params;
  const { id, usages: allowed } = curves[name];
  const isPrivate = format === "pkcs8" || (format === "jwk" && data.d !== undefined);
  allowed.checkOne(usages, isPrivate, name);
  const algorithm = makeAlgorithm(params);
  let handle;
  if (format === "jwk") {
    handle = importJwk(data, name, extractable, usages);
  } else {
    const form = format === "raw" ? kRaw : isPrivate ? kPkcs8 : kSpki;
    handle = checked(ops.cryptoParseOkp(id, form, data), "DataError", name);
  }
  return use(new KeyState(isPrivate ? "private" : "public", algorithm, handle, extractable, usages));
}

function exportKey(format, key) {
  const { name } = key.algorithm;
  const { id, crv, alg } = curves[name];
  const isPrivate = key.type === "private";
  if (format === "jwk") {
    const numbers = ops.cryptoOkpNumbers(key.handle, isPrivate);
    return makeJwk({ kty: "OKP", crv, alg, x: numbers[0], d: numbers[1] }, key);
  }
  requireType(key, format === "pkcs8" ? "private" : "public", name);
  const form = format === "raw" ? kRaw : format === "pkcs8" ? kPkcs8 : kSpki;
  return toBuffer(ops.cryptoFormatOkp(id, form, key.handle));
}

// https://wicg.github.io/webcrypto-modern-algos/#SubtleCrypto-method-getPublicKey
function getPublicKey(key, usages) {
  const { name } = key.algorithm;
  const { id, usages: allowed } = curves[name];
  allowed.checkOne(usages, false, name);
  const bytes = ops.cryptoFormatOkp(id, kRaw, key.handle);
  return makePublic(key, usages, checked(ops.cryptoParseOkp(id, kRaw, bytes), "OperationError", name));
}

// See crypto/support.
function check(operation, params) {
  if (operation === "generateKey" || operation === "importKey") makeAlgorithm(params);
  else if (operation === "sign" || operation === "verify") checkContext(params);
}

exports.check = check;
exports.getPublicKey = getPublicKey;
exports.sign = sign;
exports.verify = verify;
exports.deriveBits = deriveBits;
exports.generateKey = generateKey;
exports.importKey = importKey;
exports.exportKey = exportKey;
