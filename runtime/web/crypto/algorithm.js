// SPDX-License-Identifier: Apache-2.0
// The registry of algorithms, and how an AlgorithmIdentifier becomes the parameters of an operation:
// https://w3c.github.io/webcrypto/#algorithm-normalization
"use strict";

const types = require("crypto/algorithm_params");
const { detachRecord, isArrayBuffer, isObject } = require("webidl/webidl");
const { byteLengthOf, copyBufferSource } = require("streams/buffers");
const { fail } = require("crypto/outcome");
const { hashes } = require("crypto/hash");
const {
  ArrayBufferPrototypeGetByteLength, ObjectKeys, RegExpPrototypeExec, StringPrototypeToUpperCase, Uint8Array,
} = primordials;

// An algorithm: the builtin that has its operations, and for each that it supports the type of its
// parameters; those of type Algorithm have none.
class Entry {
  constructor(builtin, description) {
    const operations = { __proto__: null, ...description };
    this.builtin = builtin;
    this.family = null; // its exports, once they were needed
    this.name = "";
    this.plain = null;  // the parameters of operations without any, made once
    this.hash = undefined;
    this.encrypt = operations.encrypt;
    this.decrypt = operations.decrypt;
    this.sign = operations.sign;
    this.verify = operations.verify;
    this.digest = operations.digest;
    this.generateKey = operations.generateKey;
    this.deriveBits = operations.deriveBits;
    this.importKey = operations.importKey;
    this.exportKey = operations.exportKey;
    this.wrapKey = operations.wrapKey;
    this.unwrapKey = operations.unwrapKey;
    this.getKeyLength = operations.getKeyLength;
  }
}
detachRecord(Entry);

const none = types.Algorithm;

function digestOnly() {
  return new Entry("crypto/hash", { digest: none });
}

function aes(crypt) {
  return new Entry("crypto/aes", {
    encrypt: crypt, decrypt: crypt, generateKey: types.AesKeyGenParams, importKey: none, exportKey: none,
    getKeyLength: types.AesDerivedKeyParams,
  });
}

function derivation(deriveBits) {
  return new Entry("crypto/derivation", { deriveBits, importKey: none, getKeyLength: none });
}

function rsa(operations) {
  return new Entry("crypto/rsa", {
    ...operations, generateKey: types.RsaHashedKeyGenParams, importKey: types.RsaHashedImportParams,
    exportKey: none,
  });
}

function okp(operations, keyParams = none) {
  return new Entry("crypto/okp",
    { ...operations, generateKey: keyParams, importKey: keyParams, exportKey: none });
}

const algorithms = {
  __proto__: null,
  "SHA-1": digestOnly(),
  "SHA-256": digestOnly(),
  "SHA-384": digestOnly(),
  "SHA-512": digestOnly(),
  "SHA3-256": digestOnly(),
  "SHA3-384": digestOnly(),
  "SHA3-512": digestOnly(),
  MD5: digestOnly(),
  HMAC: new Entry("crypto/hmac", {
    sign: none, verify: none, generateKey: types.HmacKeyGenParams, importKey: types.HmacImportParams,
    exportKey: none, getKeyLength: types.HmacImportParams,
  }),
  "AES-CBC": aes(types.AesCbcParams),
  "AES-CTR": aes(types.AesCtrParams),
  "AES-GCM": aes(types.AesGcmParams),
  "AES-KW": new Entry("crypto/aes", {
    wrapKey: none, unwrapKey: none, generateKey: types.AesKeyGenParams, importKey: none, exportKey: none,
    getKeyLength: types.AesDerivedKeyParams,
  }),
  "RSASSA-PKCS1-v1_5": rsa({ sign: none, verify: none }),
  "RSA-PSS": rsa({ sign: types.RsaPssParams, verify: types.RsaPssParams }),
  "RSA-OAEP": rsa({ encrypt: types.RsaOaepParams, decrypt: types.RsaOaepParams }),
  ECDSA: new Entry("crypto/ec", {
    sign: types.EcdsaParams, verify: types.EcdsaParams, generateKey: types.EcKeyGenParams,
    importKey: types.EcKeyImportParams, exportKey: none,
  }),
  ECDH: new Entry("crypto/ec", {
    deriveBits: types.EcdhKeyDeriveParams, generateKey: types.EcKeyGenParams,
    importKey: types.EcKeyImportParams, exportKey: none,
  }),
  Ed25519: okp({ sign: none, verify: none }),
  X25519: okp({ deriveBits: types.EcdhKeyDeriveParams }),
  Ed448: okp({ sign: types.Ed448Params, verify: types.Ed448Params }),
  X448: okp({ deriveBits: types.EcdhKeyDeriveParams }),
  "NODE-ED25519": okp({ sign: none, verify: none }, types.EcKeyImportParams),
  HKDF: derivation(types.HkdfParams),
  PBKDF2: derivation(types.Pbkdf2Params),
};

const names = ObjectKeys(algorithms);
const canonical = { __proto__: null }; // by the name in capitals
for (let i = 0; i < names.length; ++i) {
  const name = names[i];
  const entry = algorithms[name];
  entry.name = name;
  entry.plain = none({ __proto__: null, name });
  entry.plain.entry = entry;
  entry.hash = hashes[name];
  canonical[StringPrototypeToUpperCase(name)] = entry;
}

const notAscii = /[^\x00-\x7F]/;

// Names are compared without regard to case, of ASCII letters alone.
function findAlgorithm(name) {
  const entry = algorithms[name];
  if (entry !== undefined || RegExpPrototypeExec(notAscii, name) !== null) return entry;
  return canonical[StringPrototypeToUpperCase(name)];
}

function findSupported(name, operation) {
  const entry = findAlgorithm(name);
  const type = entry === undefined ? undefined : entry[operation];
  if (type !== undefined) return entry;
  return fail("NotSupportedError", entry === undefined
    ? `There is no algorithm "${name}" here.` : `${entry.name} does not support the operation ${operation}.`);
}

function copyOf(source) {
  const length = isArrayBuffer(source) ? ArrayBufferPrototypeGetByteLength(source) : byteLengthOf(source);
  return length === 0 ? new Uint8Array(0) : copyBufferSource(source); // detached ones are empty
}

const bufferMembers = ["iv", "counter", "additionalData", "salt", "info", "label", "context"];

function copyBuffers(params) {
  for (let i = 0; i < bufferMembers.length; ++i) {
    const source = params[bufferMembers[i]];
    if (source !== undefined) params[bufferMembers[i]] = copyOf(source);
  }
}

// The entry of crypto/hash for a HashAlgorithmIdentifier. MD5 is for digests alone.
function normalizeHash(hash) {
  const { entry } = normalize("digest", hash);
  if (entry.name === "MD5") fail("NotSupportedError", "MD5 is for digests alone.");
  return entry.hash;
}

// Parameters of the operation's type, `name` as the registry has it, with its entry, and `hash` from crypto/hash.
// With `keep` they have buffers of their own, so that scripts which run later cannot change them: those that
// are used at once need none.
function normalize(operation, algorithm, keep = false) {
  const isName = !isObject(algorithm);
  const entry = findSupported(isName ? algorithm : none(algorithm, "Algorithm").name, operation);
  const type = entry[operation];
  if (isName && type === none) return entry.plain;
  const params = type(isName ? entry.plain : algorithm, entry.name);
  params.name = entry.name;
  params.entry = entry;
  const { hash } = params;
  if (keep || isObject(hash)) copyBuffers(params);
  if (hash !== undefined) params.hash = normalizeHash(hash);
  return params;
}

// Whether the algorithm of that (registered) name has the operation.
function supports(name, operation) {
  return algorithms[name][operation] !== undefined;
}

function load(entry) {
  return entry.family ??= require(entry.builtin);
}

exports.normalize = normalize;
exports.supports = supports;
// The operations of the algorithm that parameters are for, and of a (registered) one.
exports.familyOf = (params) => params.entry.family ?? load(params.entry);
exports.familyNamed = (name) => load(algorithms[name]);
