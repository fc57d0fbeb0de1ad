// SPDX-License-Identifier: Apache-2.0
// Ed25519 and Ed448 with the values of RFC 8032, 7.1 and 7.4, X25519 and X448 with those of RFC 7748, 6, and keys as
// RFC 8037 and RFC 8410 have them.
import { test, describe, expect } from "sedge:test";
import { errorName, hex, unhex, utf8 } from "./crypto_tools.js";

const { subtle } = crypto;
const base64Url = (bytes) =>
  btoa(String.fromCharCode(...bytes)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");
const envelopes = {
  Ed25519: ["302e020100300506032b657004220420", "302a300506032b6570032100"],
  X25519: ["302e020100300506032b656e04220420", "302a300506032b656e032100"],
  Ed448: ["3047020100300506032b6571043b0439", "3043300506032b6571033a00"],
  X448: ["3046020100300506032b656f043a0438", "3042300506032b656f033900"],
};
const importPrivate = (name, key, usages) =>
  subtle.importKey("pkcs8", unhex(envelopes[name][0] + key), name, true, usages);
const importPublic = (name, key, usages = []) => subtle.importKey("raw", unhex(key), name, true, usages);

const signatures = [
  ["Ed25519", "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24" +
    "655141438e7a100b"],
  ["Ed25519", "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
    "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aee" +
    "b00d291612bb0c00"],
  ["Ed448", "6c82a562cb808d10d632be89c8513ebf6c929f34ddfa8c9f63c9960ef6e348a3528c8a3fcc2f044e39a3fc5b94492f8f032e" +
    "7549a" +
    "20098f95b",
  "5fd7449b59b461fd2ce787ec616ad46a1da1342485a70e1f8a0ea75d80e96778edf124769b46c7061bd6783df1e50f6cd1fa1abeafe8256180",
  "", "533a37f6bbe457251f023c0d88f976ae2dfb504a843e34d2074fd823d41a591f2b233f034f628281f2fd7a22ddd47d7828c59bd0a2" +
    "1bfd3" +
    "980ff0d2028d4b18a9df63e006c5d1c2d345b925d8dc00b4104852db99ac5c7cdda8530a113a0f4dbb61149f05a7363268c71d95808ff2e6" +
    "52600"],
];

describe("Ed25519 and Ed448", () => {
  test("have the published values", async () => {
    for (const [name, secret, publicKey, data, signature] of signatures) {
      const signer = await importPrivate(name, secret, ["sign"]);
      expect((await subtle.exportKey("jwk", signer)).x).toBe(base64Url(unhex(publicKey)));
      expect(hex(await subtle.sign(name, signer, unhex(data)))).toBe(signature);
      const verifier = await importPublic(name, publicKey, ["verify"]);
      expect(await subtle.verify({ name }, verifier, unhex(signature), unhex(data))).toBe(true);
      expect(await subtle.verify(name, verifier, unhex(signature), utf8("other"))).toBe(false);
      const damaged = unhex(signature);
      damaged[0] ^= 1;
      expect(await subtle.verify(name, verifier, damaged, unhex(data))).toBe(false);
      expect(await subtle.verify(name, verifier, damaged.subarray(1), unhex(data))).toBe(false);
      expect(await subtle.verify(name, verifier, new Uint8Array(0), unhex(data))).toBe(false);
    }
  });

  test("long data, on the pool, as it was at the call", async () => {
    for (const name of ["Ed25519", "Ed448"]) {
      const { publicKey, privateKey } = await subtle.generateKey(name, true, ["sign", "verify"]);
      const data = new Uint8Array(400_000);
      const promise = subtle.sign(name, privateKey, data);
      data[0] = 1;
      const signature = await promise;
      expect(await subtle.verify(name, publicKey, signature, data)).toBe(false);
      expect(await subtle.verify(name, publicKey, signature, new Uint8Array(400_000))).toBe(true);
    }
  });

  test("keys of small order verify nothing", async () => {
    const name = "Ed25519";
    for (const key of [
      `01${"00".repeat(31)}`, `01${"00".repeat(30)}80`, "00".repeat(32), `${"00".repeat(31)}80`,
      `ec${"ff".repeat(30)}7f`,
      `ee${"ff".repeat(30)}7f`, `ed${"ff".repeat(30)}ff`,
      "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
      "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    ]) {
      const verifier = await importPublic(name, key, ["verify"]);
      // R is the key, S is zero: S * B = R + k * A for about one message in eight.
      for (let i = 0; i < 32; ++i) {
        expect(await subtle.verify(name, verifier, unhex(key + "00".repeat(32)), new Uint8Array([i]))).toBe(false);
      }
    }
  });

  test("a context is not supported, an empty one is none", async () => {
    const { privateKey } = await subtle.generateKey("Ed448", true, ["sign"]);
    const signature = await subtle.sign({ name: "Ed448", context: new Uint8Array(0) }, privateKey, utf8("x"));
    expect(signature.byteLength).toBe(114);
    expect(await errorName(subtle.sign({ name: "Ed448", context: utf8("c") }, privateKey, utf8("x"))))
      .toBe("NotSupportedError");
  });

  test("NODE-ED25519 is Ed25519 by its older name", async () => {
    const params = { name: "NODE-ED25519", namedCurve: "NODE-ED25519" };
    const pair = await subtle.generateKey(params, true, ["sign", "verify"]);
    expect(pair.publicKey.algorithm).toEqual(params);
    const signature = await subtle.sign(params, pair.privateKey, utf8("x"));
    const raw = await subtle.exportKey("raw", pair.publicKey);
    const key = await subtle.importKey("raw", raw, "Ed25519", true, ["verify"]);
    expect(await subtle.verify("Ed25519", key, signature, utf8("x"))).toBe(true);
    const jwk = await subtle.exportKey("jwk", pair.publicKey);
    expect([jwk.kty, jwk.crv, jwk.alg]).toEqual(["OKP", "Ed25519", "EdDSA"]);
    const again = await subtle.importKey("jwk", jwk, params, true, ["verify"]);
    expect(await subtle.verify(params, again, signature, utf8("x"))).toBe(true);
    expect(await errorName(subtle.generateKey({ ...params, namedCurve: "X" }, true, ["sign"])))
      .toBe("NotSupportedError");
    expect(await errorName(subtle.generateKey("NODE-ED25519", true, ["sign"]))).toBe("TypeError");
  });
});

describe("X25519 and X448", () => {
  const agreements = [
    ["X25519", "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb",
      "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a",
      "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742"],
    ["X448", "1c306a7ac2a0e2e0990b294470cba339e6453772b075811d8fad0d1d6927c120bb5ee8972b0d3e21374c9c921b09d1b0366" +
      "f10b65" +
      "173992d",
    "9b08f7cc31b7e3e67d22d5aea121074a273bd2b83de09c63faa73d2c22c5d9bbc836647241d953d40c5b12da88120d53177f80e532c41fa0",
    "07fff4181ac6cc95ec1c16a94a0f74d12da232ce40a77552281d282bb60c0b56fd2464c335543936521c24403085d59a449a5037514a879d"],
  ];

  test("have the published values", async () => {
    for (const [name, secret, publicKey, shared] of agreements) {
      const own = await importPrivate(name, secret, ["deriveBits", "deriveKey"]);
      const algorithm = { name, public: await importPublic(name, publicKey) };
      expect(hex(await subtle.deriveBits(algorithm, own))).toBe(shared);
      expect(hex(await subtle.deriveBits(algorithm, own, 128))).toBe(shared.slice(0, 32));
      expect(await errorName(subtle.deriveBits(algorithm, own, shared.length * 4 + 1))).toBe("OperationError");
      const hmac = { name: "HMAC", hash: "SHA-256", length: 128 };
      const key = await subtle.deriveKey(algorithm, own, hmac, true, ["sign"]);
      expect(hex(await subtle.exportKey("raw", key))).toBe(shared.slice(0, 32));
    }
  });

  test("points that give zero are refused", async () => {
    const { privateKey } = await subtle.generateKey("X25519", true, ["deriveBits"]);
    for (const key of ["00".repeat(32), `01${"00".repeat(31)}`, `ec${"ff".repeat(30)}7f`]) {
      const algorithm = { name: "X25519", public: await importPublic("X25519", key) };
      expect(await errorName(subtle.deriveBits(algorithm, privateKey))).toBe("OperationError");
    }
  });

  test("need two keys that fit", async () => {
    const { publicKey, privateKey } = await subtle.generateKey("X25519", true, ["deriveBits"]);
    const other = await subtle.generateKey("X448", true, ["deriveBits"]);
    const ecdh = await subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, true, ["deriveBits"]);
    const derive = (own, theirs) => errorName(subtle.deriveBits({ name: "X25519", public: theirs }, own));
    expect(await derive(privateKey, publicKey)).toBe("nothing");
    expect(await derive(privateKey, other.publicKey)).toBe("InvalidAccessError");
    expect(await derive(privateKey, ecdh.publicKey)).toBe("InvalidAccessError");
    expect(await derive(privateKey, privateKey)).toBe("InvalidAccessError");
    expect(await derive(other.privateKey, publicKey)).toBe("InvalidAccessError");
  });
});

describe("keys", () => {
  test("raw, SPKI, PKCS #8 and JSON Web Key, there and back", async () => {
    for (const [name, usages, alg] of [
      ["Ed25519", ["sign", "verify"], "Ed25519"], ["Ed448", ["sign", "verify"], "Ed448"], ["X25519", ["deriveBits"]],
      ["X448", ["deriveBits"]],
    ]) {
      const { publicKey, privateKey } = await subtle.generateKey({ name }, true, usages);
      expect([publicKey.algorithm, privateKey.algorithm]).toEqual([{ name }, { name }]);
      const privateUsages = privateKey.usages;
      const pkcs8 = await subtle.exportKey("pkcs8", privateKey);
      expect(hex(pkcs8).startsWith(envelopes[name][0])).toBe(true);
      const jwk = await subtle.exportKey("jwk", privateKey);
      expect([jwk.kty, jwk.crv, jwk.alg]).toEqual(["OKP", name, alg]);
      for (const key of [
        await subtle.importKey("pkcs8", pkcs8, name, true, privateUsages),
        await subtle.importKey("jwk", jwk, name, true, privateUsages),
      ]) {
        expect(key.type).toBe("private");
        expect(hex(await subtle.exportKey("pkcs8", key))).toBe(hex(pkcs8));
      }
      const spki = await subtle.exportKey("spki", publicKey);
      const raw = await subtle.exportKey("raw", publicKey);
      expect(hex(spki)).toBe(envelopes[name][1] + hex(raw));
      for (const format of ["raw", "spki", "jwk"]) {
        const exported = await subtle.exportKey(format, publicKey);
        const key = await subtle.importKey(format, exported, name, true, publicKey.usages);
        expect(hex(await subtle.exportKey("spki", key))).toBe(hex(spki));
      }
      expect(await errorName(subtle.exportKey("raw", privateKey))).toBe("InvalidAccessError");
      expect(await errorName(subtle.exportKey("pkcs8", publicKey))).toBe("InvalidAccessError");
    }
  });

  test("RFC 5958's second version, with the public key", async () => {
    const [, secret, publicKey] = signatures[0];
    const attributes = "a01f301d060a2a864886f70d01090914310f0c0d437572646c6520436861697273"; // RFC 8410, 10.3
    const both = (key) => unhex("3051020101300506032b657004220420" + secret + "812100" + key);
    const importDer = (der) => errorName(subtle.importKey("pkcs8", der, "Ed25519", true, ["sign"]));
    expect(await importDer(both(publicKey))).toBe("nothing");
    expect(await importDer(both(signatures[1][2]))).toBe("DataError");
    expect(await importDer(unhex("304f020100300506032b657004220420" + secret + attributes))).toBe("nothing");
  });

  test("that are wrong are refused", async () => {
    const [name, secret, publicKey] = signatures[0];
    const jwk = { kty: "OKP", crv: name, x: base64Url(unhex(publicKey)), d: base64Url(unhex(secret)) };
    const importJwk = (changes, usages = ["sign"]) =>
      errorName(subtle.importKey("jwk", { ...jwk, ...changes }, name, true, usages));
    expect(await importJwk({ alg: "EdDSA", use: "sig", key_ops: ["sign"] })).toBe("nothing");
    expect(await importJwk({ alg: "Ed25519" })).toBe("nothing");
    for (const changes of [
      { kty: "EC" }, { crv: "X25519" }, { crv: "Ed448" }, { alg: "ed25519" }, { use: "enc" }, { key_ops: ["verify"] },
      { ext: false }, { x: undefined }, { x: jwk.d }, { d: jwk.x }, { d: jwk.d.slice(2) }, { x: jwk.x.slice(2) },
      { x: `${jwk.x}=` }, { d: "" },
    ]) {
      expect(`${JSON.stringify(changes)} ${await importJwk(changes)}`).toBe(`${JSON.stringify(changes)} DataError`);
    }
    expect(await importJwk({}, ["verify"])).toBe("SyntaxError");
    expect(await importJwk({}, [])).toBe("SyntaxError");
    expect(await importJwk({ d: undefined }, ["sign"])).toBe("SyntaxError");
    for (const size of [0, 31, 33, 57]) {
      expect(await errorName(importPublic(name, "00".repeat(size), ["verify"]))).toBe("DataError");
      expect(await errorName(importPublic("X25519", "00".repeat(size)))).toBe("DataError");
    }
    expect(await errorName(importPublic("X25519", publicKey, ["deriveBits"]))).toBe("SyntaxError");
    expect(await errorName(subtle.generateKey(name, true, ["deriveBits"]))).toBe("SyntaxError");
    expect(await errorName(subtle.generateKey(name, true, ["verify"]))).toBe("SyntaxError");
  });

  test("DER that is wrong is refused", async () => {
    const [name, secret, publicKey] = signatures[0];
    for (const [format, der, header, usages] of [
      ["pkcs8", unhex(envelopes[name][0] + secret), 16, ["sign"]],
      ["spki", unhex(envelopes[name][1] + publicKey), 12, ["verify"]],
    ]) {
      const importDer = (bytes) => errorName(subtle.importKey(format, bytes, name, true, usages));
      expect(await importDer(der)).toBe("nothing");
      for (let at = 0; at < header; ++at) {
        const damaged = der.slice();
        damaged[at] ^= 0x41;
        expect(`${at} ${await importDer(damaged)}`).toBe(`${at} DataError`);
      }
      expect(await importDer(der.subarray(0, der.length - 1))).toBe("DataError");
      expect(await importDer(unhex(`${hex(der)}00`))).toBe("DataError");
      // With parameters, which RFC 8410 forbids.
      expect(await importDer(unhex(hex(der).replace("300506032b6570", "300706032b65700500")))).toBe("DataError");
    }
  });
});
