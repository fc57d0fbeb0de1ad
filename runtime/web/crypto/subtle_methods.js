// SPDX-License-Identifier: Apache-2.0
// The steps of SubtleCrypto's methods, after Web IDL's conversions:
// https://w3c.github.io/webcrypto/#subtlecrypto-interface-methods. Each gives its result or a promise of it.
"use strict";

const { createKey, keyState, usage } = require("crypto/crypto_key");
const { familyNamed, familyOf, normalize, supports } = require("crypto/algorithm");
const { checkNotEmpty, usageBits } = require("crypto/usages");
const { fail, toBuffer } = require("crypto/outcome");
const { convertJwk, fromJson, toJson, toObject } = require("crypto/jwk");
const {
  ArrayBufferIsView, MathCeil, StringPrototypePadEnd, TypeError,
} = primordials;
const { isArrayBuffer, isObject } = require("webidl/webidl");

// The key's state, for an operation with these parameters.
function useKey(key, name, bit, usageName) {
  const state = keyState(key);
  if (state.algorithm.name !== name) {
    fail("InvalidAccessError", `The key is of ${state.algorithm.name}, not of ${name}.`);
  }
  if ((state.usages & bit) === 0) fail("InvalidAccessError", `The key's usages lack "${usageName}".`);
  return state;
}

function encrypt(algorithm, key, data) {
  const params = normalize("encrypt", algorithm);
  const state = useKey(key, params.name, usage.encrypt, "encrypt");
  return familyOf(params).encrypt(params, state, data);
}

function decrypt(algorithm, key, data) {
  const params = normalize("decrypt", algorithm);
  const state = useKey(key, params.name, usage.decrypt, "decrypt");
  return familyOf(params).decrypt(params, state, data);
}

function sign(algorithm, key, data) {
  const params = normalize("sign", algorithm);
  const state = useKey(key, params.name, usage.sign, "sign");
  return familyOf(params).sign(params, state, data);
}

function verify(algorithm, key, signature, data) {
  const params = normalize("verify", algorithm);
  const state = useKey(key, params.name, usage.verify, "verify");
  return familyOf(params).verify(params, state, signature, data);
}

function digest(algorithm, data) {
  const params = normalize("digest", algorithm);
  return familyOf(params).digest(params, data);
}

function generateKey(algorithm, extractable, usageNames) {
  const params = normalize("generateKey", algorithm);
  return familyOf(params).generateKey(params, extractable, usageBits(usageNames));
}

function finishImport(format, data, params, extractable, usages) {
  return familyOf(params).importKey(format, data, params, extractable, usages, (state) => {
    if (state.type !== "public") checkNotEmpty(usages, params.name);
    return createKey(state);
  });
}

// (BufferSource or JsonWebKey), whatever the format is: it is converted before.
function convertKeyData(keyData, context) {
  if (ArrayBufferIsView(keyData) || isArrayBuffer(keyData)) return keyData;
  if (keyData !== undefined && keyData !== null && !isObject(keyData)) {
    throw new TypeError(`${context} is neither a buffer nor a JsonWebKey.`);
  }
  return convertJwk(keyData, context);
}

function importKey(format, keyData, algorithm, extractable, usageNames) {
  const params = normalize("importKey", algorithm);
  const isBuffer = ArrayBufferIsView(keyData) || isArrayBuffer(keyData);
  if (isBuffer === (format === "jwk")) {
    throw new TypeError(isBuffer
      ? "The format \"jwk\" needs a JsonWebKey, not a buffer." : `The format "${format}" needs a buffer.`);
  }
  return finishImport(format, keyData, params, extractable, usageBits(usageNames));
}

function exportState(format, state) {
  const { name } = state.algorithm;
  if (!supports(name, "exportKey")) fail("NotSupportedError", `Keys of ${name} cannot be exported.`);
  if (!state.extractable) fail("InvalidAccessError", "The key is not extractable.");
  return familyNamed(name).exportKey(format, state);
}

function exportKey(format, key) {
  const exported = exportState(format, keyState(key));
  return format === "jwk" ? toObject(exported) : exported;
}

function deriveBits(algorithm, baseKey, length) {
  const params = normalize("deriveBits", algorithm);
  const state = useKey(baseKey, params.name, usage.deriveBits, "deriveBits");
  return familyOf(params).deriveBits(params, state, length, toBuffer);
}

function deriveKey(algorithm, baseKey, derivedKeyType, extractable, usageNames) {
  const params = normalize("deriveBits", algorithm, true);
  const importParams = normalize("importKey", derivedKeyType, true);
  const lengthParams = normalize("getKeyLength", derivedKeyType);
  const state = useKey(baseKey, params.name, usage.deriveKey, "deriveKey");
  const length = familyOf(lengthParams).getKeyLength(lengthParams);
  return familyOf(params).deriveBits(params, state, length,
    (secret) => finishImport("raw", secret, importParams, extractable, usageBits(usageNames)));
}

// Algorithms that wrap keys, and those that encrypt anything.
function normalizeWrapping(wrap, crypt, algorithm, keep) {
  let failure;
  try {
    return { __proto__: null, operation: wrap, params: normalize(wrap, algorithm, keep) };
  } catch (error) {
    failure = error;
  }
  try {
    return { __proto__: null, operation: crypt, params: normalize(crypt, algorithm, keep) };
  } catch (error) {
    failure = error;
  }
  throw failure;
}

// AES-KW takes multiples of 8 bytes: JSON may end in spaces.
function jwkBytes(jwk, name) {
  let json = toJson(jwk);
  if (name === "AES-KW") json = StringPrototypePadEnd(json, MathCeil(json.length / 8) * 8);
  return ops.utf8Encode(json);
}

function wrapKey(format, key, wrappingKey, algorithm) {
  const { operation, params } = normalizeWrapping("wrapKey", "encrypt", algorithm, false);
  const wrapping = useKey(wrappingKey, params.name, usage.wrapKey, "wrapKey");
  const exported = exportState(format, keyState(key));
  const bytes = format === "jwk" ? jwkBytes(exported, params.name) : exported;
  return familyOf(params)[operation](params, wrapping, bytes);
}

function unwrapKey(format, wrappedKey, unwrappingKey, algorithm, keyAlgorithm, extractable, usageNames) {
  const { operation, params } = normalizeWrapping("unwrapKey", "decrypt", algorithm, true);
  const keyParams = normalize("importKey", keyAlgorithm);
  const unwrapping = useKey(unwrappingKey, params.name, usage.unwrapKey, "unwrapKey");
  return familyOf(params)[operation](params, unwrapping, wrappedKey, (bytes) => {
    const data = format === "jwk" ? fromJson(bytes, keyParams.name) : bytes;
    return finishImport(format, data, keyParams, extractable, usageBits(usageNames));
  });
}

function getPublicKey(key, usageNames) {
  const state = keyState(key);
  const { name } = state.algorithm;
  const family = familyNamed(name);
  if (family.getPublicKey === undefined) fail("NotSupportedError", `${name} has no public keys.`);
  if (state.type !== "private") fail("InvalidAccessError", `${name}: this needs a private key.`);
  return createKey(family.getPublicKey(state, usageBits(usageNames)));
}

exports.convertKeyData = convertKeyData;
exports.getPublicKey = getPublicKey;
exports.encrypt = encrypt;
exports.decrypt = decrypt;
exports.sign = sign;
exports.verify = verify;
exports.digest = digest;
exports.generateKey = generateKey;
exports.importKey = importKey;
exports.exportKey = exportKey;
exports.deriveBits = deriveBits;
exports.deriveKey = deriveKey;
exports.wrapKey = wrapKey;
exports.unwrapKey = unwrapKey;
