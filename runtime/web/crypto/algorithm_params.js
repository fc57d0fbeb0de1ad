// SPDX-License-Identifier: Apache-2.0
// The dictionaries of algorithms' parameters: https://w3c.github.io/webcrypto/#algorithms, as converters.
"use strict";

const webidl = require("webidl/webidl");
const { isCryptoKey } = require("crypto/crypto_key");
const { ArrayPrototypePush } = primordials;

const { BufferSource, DOMString, Uint8Array: BigInteger } = webidl.converters;

// (object or DOMString)
function identifier(V, context) {
  return webidl.isObject(V) ? V : DOMString(V, context);
}

const enforced = { __proto__: null, enforceRange: true };
const octet = (V, context) => webidl.converters.octet(V, context, enforced);
const short = (V, context) => webidl.converters["unsigned short"](V, context, enforced);
const long = (V, context) => webidl.converters["unsigned long"](V, context, enforced);

const required = (key, converter) => ({ key, converter, required: true });
const optional = (key, converter) => ({ key, converter });

// Every one inherits from Algorithm; `base` are the members of the dictionary in between, each list in
// alphabetical order as Web IDL reads them.
function params(name, members, base = []) {
  const all = [required("name", DOMString)];
  for (let i = 0; i < base.length; ++i) ArrayPrototypePush(all, base[i]);
  for (let i = 0; i < members.length; ++i) ArrayPrototypePush(all, members[i]);
  return webidl.dictionary(name, all);
}

exports.identifier = identifier;
exports.Algorithm = params("Algorithm", []);
exports.AesCbcParams = params("AesCbcParams", [required("iv", BufferSource)]);
exports.AesCtrParams = params("AesCtrParams", [required("counter", BufferSource), required("length", octet)]);
exports.AesGcmParams = params("AesGcmParams",
  [optional("additionalData", BufferSource), required("iv", BufferSource), optional("tagLength", octet)]);
exports.AesKeyGenParams = params("AesKeyGenParams", [required("length", short)]);
exports.AesDerivedKeyParams = params("AesDerivedKeyParams", [required("length", short)]);
exports.HmacKeyGenParams =
  params("HmacKeyGenParams", [required("hash", identifier), optional("length", long)]);
exports.HmacImportParams =
  params("HmacImportParams", [required("hash", identifier), optional("length", long)]);
exports.HkdfParams = params("HkdfParams",
  [required("hash", identifier), required("info", BufferSource), required("salt", BufferSource)]);
exports.Pbkdf2Params = params("Pbkdf2Params",
  [required("hash", identifier), required("iterations", long), required("salt", BufferSource)]);
exports.RsaHashedKeyGenParams = params("RsaHashedKeyGenParams", [required("hash", identifier)],
  [required("modulusLength", long), required("publicExponent", BigInteger)]);
exports.RsaHashedImportParams = params("RsaHashedImportParams", [required("hash", identifier)]);
exports.RsaPssParams = params("RsaPssParams", [required("saltLength", long)]);
exports.RsaOaepParams = params("RsaOaepParams", [optional("label", BufferSource)]);
exports.EcKeyGenParams = params("EcKeyGenParams", [required("namedCurve", DOMString)]);
exports.EcKeyImportParams = params("EcKeyImportParams", [required("namedCurve", DOMString)]);
exports.EcdsaParams = params("EcdsaParams", [required("hash", identifier)]);
exports.EcdhKeyDeriveParams = params("EcdhKeyDeriveParams",
  [required("public", webidl.iface("CryptoKey", isCryptoKey))]);
exports.Ed448Params = params("Ed448Params", [optional("context", BufferSource)]);
