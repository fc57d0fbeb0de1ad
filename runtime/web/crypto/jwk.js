// SPDX-License-Identifier: Apache-2.0
// JSON Web Keys (RFC 7517) as https://w3c.github.io/webcrypto/#JsonWebKey-dictionary: the dictionary, what all
// algorithms check of it, and the way to and from JSON for wrapped keys. The members' values are decoded
// natively.
"use strict";

const webidl = require("webidl/webidl");
const { usageArray } = require("crypto/crypto_key");
const { usageBits } = require("crypto/usages");
const { fail } = require("crypto/outcome");
const {
  ArrayIsArray, ArrayPrototypePush, JSONParse, JSONStringify, ObjectDefineProperty, ObjectHasOwn,
  ObjectSetPrototypeOf,
} = primordials;

const { DOMString, boolean } = webidl.converters;

// In alphabetical order: scripts see it, and get exported keys in it.
const memberTypes = {
  __proto__: null,
  alg: DOMString, crv: DOMString, d: DOMString, dp: DOMString, dq: DOMString, e: DOMString, ext: boolean,
  k: DOMString,
  key_ops: webidl.sequence(DOMString),
  kty: DOMString, n: DOMString,
  oth: webidl.sequence(webidl.dictionary("RsaOtherPrimesInfo",
    [{ key: "d", converter: DOMString }, { key: "r", converter: DOMString }, { key: "t", converter: DOMString }])),
  p: DOMString, q: DOMString, qi: DOMString, use: DOMString, x: DOMString, y: DOMString,
};

const members = [];
for (const key in memberTypes) ArrayPrototypePush(members, { key, converter: memberTypes[key] });
const convertJwk = webidl.dictionary("JsonWebKey", members);

function invalid(what, problem) {
  fail("DataError", `${what}: the JSON Web Key ${problem}.`);
}

// key_ops may not name anything twice, and must have all usages.
function checkKeyOps(keyOps, usages, what) {
  for (let i = 0; i < keyOps.length; ++i) {
    for (let j = 0; j < i; ++j) {
      if (keyOps[i] === keyOps[j]) invalid(what, `has "${keyOps[i]}" twice in "key_ops"`);
    }
  }
  if ((usages & ~usageBits(keyOps)) !== 0) invalid(what, "does not have all usages in \"key_ops\"");
}

// `use` is what the algorithm's keys are for: "sig" or "enc".
function checkJwk(jwk, what, kty, use, extractable, usages) {
  if (jwk.kty !== kty) invalid(what, `has not "kty": "${kty}"`);
  if (usages !== 0 && jwk.use !== undefined && jwk.use !== use) invalid(what, `has not "use": "${use}"`);
  if (jwk.key_ops !== undefined) checkKeyOps(jwk.key_ops, usages, what);
  if (jwk.ext === false && extractable) invalid(what, "says that it is not extractable");
}

function requireMember(jwk, name, what) {
  const value = jwk[name];
  if (value === undefined) invalid(what, `lacks "${name}"`);
  return value;
}

// An exported key: what is special to the algorithm, and what all have. No prototype.
function makeJwk(special, key) {
  return { __proto__: null, ...special, key_ops: usageArray(key.usages), ext: key.extractable };
}

// As scripts get it.
function toObject(jwk) {
  const result = {};
  for (const name in memberTypes) {
    if (jwk[name] === undefined) continue;
    ObjectDefineProperty(result, name,
      { __proto__: null, value: jwk[name], writable: true, enumerable: true, configurable: true });
  }
  return result;
}

// JSON without a look at what a worker put on prototypes (toJSON). All of it is ASCII.
function toJson(jwk) {
  ObjectSetPrototypeOf(jwk.key_ops, null);
  return JSONStringify(jwk);
}

// "Parse a JWK", from UTF-8.
function fromJson(bytes, what) {
  let parsed;
  try {
    parsed = JSONParse(ops.utf8Decode(bytes));
  } catch {
    invalid(what, "is not JSON");
  }
  if (typeof parsed !== "object" || parsed === null || ArrayIsArray(parsed)) invalid(what, "is no object");
  // The values are what JSON has: converting them runs no script, as long as prototypes are not looked at.
  const jwk = { __proto__: null };
  for (const name in memberTypes) {
    if (ObjectHasOwn(parsed, name)) jwk[name] = fromJsonValue(name, parsed[name], what);
  }
  if (jwk.kty === undefined) invalid(what, "lacks \"kty\"");
  return jwk;
}

function fromJsonValue(name, value, what) {
  if (name === "ext") return !!value;
  if (name === "oth") return value;
  if (name !== "key_ops") return fromJsonText(name, value, what);
  if (!ArrayIsArray(value)) invalid(what, "has a \"key_ops\" that is no list");
  const keyOps = [];
  for (let i = 0; i < value.length; ++i) ArrayPrototypePush(keyOps, fromJsonText(name, value[i], what));
  return keyOps;
}

function fromJsonText(name, value, what) {
  if (typeof value === "object" && value !== null) invalid(what, `has a "${name}" that is no text`);
  return `${value}`;
}

exports.convertJwk = convertJwk;
exports.checkJwk = checkJwk;
exports.requireMember = requireMember;
exports.invalid = invalid;
exports.makeJwk = makeJwk;
exports.toObject = toObject;
exports.toJson = toJson;
exports.fromJson = fromJson;
