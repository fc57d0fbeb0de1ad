// SPDX-License-Identifier: Apache-2.0
// SubtleCrypto.supports and getPublicKey.
import { test, describe, expect } from "sedge:test";
import { errorName, hex } from "./crypto_tools.js";

const { subtle } = crypto;
const supports = (...args) => SubtleCrypto.supports(...args);
const exponent = new Uint8Array([1, 0, 1]);

describe("supports", () => {
  test("knows algorithms and operations", () => {
    expect(supports("digest", "SHA-256")).toBe(true);
    expect(supports("digest", "sha3-512")).toBe(true);
    expect(supports("digest", "SHA-224")).toBe(false);
    expect(supports("sign", "Ed25519")).toBe(true);
    expect(supports("sign", "X25519")).toBe(false);
    expect(supports("sign", "ECDSA")).toBe(false); // without a hash
    expect(supports("exportKey", "HMAC")).toBe(true);
    expect(supports("exportKey", "HKDF")).toBe(false);
    expect(supports("get key length", "HMAC")).toBe(false);
    expect(supports("__proto__", "HMAC")).toBe(false);
    expect(supports("encapsulateKey", "ML-KEM-768")).toBe(false);
  });

  test("looks at parameters", () => {
    expect(supports("generateKey", { name: "AES-CBC", length: 192 })).toBe(true);
    expect(supports("generateKey", { name: "AES-CBC", length: 100 })).toBe(false);
    expect(supports("generateKey", { name: "HMAC", hash: "SHA-1", length: 0 })).toBe(false);
    expect(supports("generateKey", { name: "ECDH", namedCurve: "P-256" })).toBe(true);
    expect(supports("importKey", { name: "ECDH", namedCurve: "K-256" })).toBe(false);
    const rsa = { name: "RSA-PSS", hash: "SHA-1", publicExponent: exponent };
    expect(supports("generateKey", { ...rsa, modulusLength: 2048 })).toBe(true);
    expect(supports("generateKey", { ...rsa, modulusLength: 100_000 })).toBe(false);
    expect(supports("encrypt", { name: "AES-GCM", iv: new Uint8Array(12) })).toBe(true);
    expect(supports("encrypt", { name: "AES-GCM", iv: new Uint8Array(12), tagLength: 1 })).toBe(false);
    expect(supports("decrypt", { name: "AES-CBC", iv: new Uint8Array(12) })).toBe(false);
    expect(supports("sign", { name: "Ed448", context: new Uint8Array(1) })).toBe(false);
  });

  test("looks at lengths and at what is derived, wrapped or unwrapped", () => {
    const hkdf = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(0), info: new Uint8Array(0) };
    expect(supports("deriveBits", hkdf, 256)).toBe(true);
    expect(supports("deriveBits", hkdf, 255)).toBe(false);
    expect(supports("deriveBits", hkdf)).toBe(false);
    expect(supports("deriveKey", hkdf, { name: "AES-GCM", length: 256 })).toBe(true);
    expect(supports("deriveKey", hkdf, { name: "AES-GCM", length: 5 })).toBe(false);
    expect(supports("deriveKey", hkdf, "ECDSA")).toBe(false);
    expect(supports("deriveKey", hkdf, "HKDF")).toBe(false); // HKDF has no length of its own
    const pbkdf2 = { name: "PBKDF2", hash: "SHA-1", salt: new Uint8Array(0), iterations: 1 };
    expect(supports("deriveBits", pbkdf2, 8)).toBe(true);
    expect(supports("deriveBits", { ...pbkdf2, iterations: 0 }, 8)).toBe(false);
    expect(supports("deriveBits", { ...pbkdf2, iterations: 1e9 }, 8)).toBe(false);
    expect(supports("wrapKey", "AES-KW", "HMAC")).toBe(true);
    expect(supports("wrapKey", "AES-KW", "HKDF")).toBe(false);
    expect(supports("wrapKey", { name: "AES-CBC", iv: new Uint8Array(16) })).toBe(true);
    expect(supports("unwrapKey", "RSA-OAEP", { name: "HMAC", hash: "SHA-1" })).toBe(true);
    expect(supports("unwrapKey", "HMAC")).toBe(false);
    expect(supports("getPublicKey", "ECDH")).toBe(true);
    expect(supports("getPublicKey", "AES-CBC")).toBe(false);
  });

  test("is static, and needs two arguments", () => {
    expect("supports" in subtle).toBe(false);
    expect(() => supports("digest")).toThrow(TypeError);
    expect(() => supports(Symbol(), "SHA-1")).toThrow(TypeError);
  });
});

describe("getPublicKey", () => {
  test("gives the public key of a private one", async () => {
    for (const [params, usages, ofPublic] of [
      [{ name: "ECDSA", namedCurve: "P-521" }, ["sign", "verify"], ["verify"]],
      [{ name: "ECDH", namedCurve: "P-256" }, ["deriveBits"], []],
      ["Ed25519", ["sign", "verify"], ["verify"]],
      ["X448", ["deriveBits"], []],
      [{ name: "RSA-OAEP", hash: "SHA-256", modulusLength: 1024, publicExponent: exponent }, ["encrypt", "decrypt"],
        ["encrypt", "wrapKey"]],
    ]) {
      const { publicKey, privateKey } = await subtle.generateKey(params, false, usages);
      const key = await subtle.getPublicKey(privateKey, ofPublic);
      expect([key.type, key.extractable, ...key.usages]).toEqual(["public", true, ...ofPublic]);
      expect(key.algorithm).toEqual(privateKey.algorithm);
      expect(hex(await subtle.exportKey("spki", key))).toBe(hex(await subtle.exportKey("spki", publicKey)));
      expect(await errorName(subtle.getPublicKey(publicKey, []))).toBe("InvalidAccessError");
      expect(await errorName(subtle.getPublicKey(privateKey, ["sign"]))).toBe("SyntaxError");
    }
    const secret = await subtle.generateKey({ name: "AES-GCM", length: 128 }, true, ["encrypt"]);
    expect(await errorName(subtle.getPublicKey(secret, []))).toBe("NotSupportedError");
  });
});
