// SPDX-License-Identifier: Apache-2.0
// HMAC, with the vectors of RFC 2202 and RFC 4231.
import { test, describe, expect } from "sedge:test";
import { errorName, hex, isBesideLoop, unhex, utf8 } from "./crypto_tools.js";

const { subtle } = crypto;
const importRaw = (key, hash, usages = ["sign", "verify"], extractable = true) =>
  subtle.importKey("raw", key, { name: "HMAC", hash }, extractable, usages);

const vectors = [
  ["SHA-1", new Uint8Array(20).fill(0x0b), utf8("Hi There"), "b617318655057264e28bc0b6fb378c8ef146be00"],
  ["SHA-1", new Uint8Array(80).fill(0xaa), utf8("Test Using Larger Than Block-Size Key - Hash Key First"),
    "aa4ae5e15272d00e95705637ce8a3b55ed402112"],
  ["SHA-256", utf8("Jefe"), utf8("what do ya want for nothing?"),
    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"],
  ["SHA-256", new Uint8Array(131).fill(0xaa), utf8("Test Using Larger Than Block-Size Key - Hash Key First"),
    "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"],
  ["SHA-384", new Uint8Array(20).fill(0x0b), utf8("Hi There"),
    "afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59cfaea9ea9076ede7f4af152e8b2fa9cb6"],
  ["SHA-512", utf8("Jefe"), utf8("what do ya want for nothing?"),
    "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554" +
      "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737"],
];

describe("sign and verify", () => {
  test("have the published values", async () => {
    for (const [hash, key, data, expected] of vectors) {
      const imported = await importRaw(key, hash);
      for (let i = 0; i < 2; ++i) { // the second time with what the key keeps
        expect(hex(await subtle.sign("HMAC", imported, data))).toBe(expected);
        expect(await subtle.verify({ name: "hmac" }, imported, unhex(expected), data)).toBe(true);
      }
      const wrong = unhex(expected);
      wrong[0] ^= 1;
      expect(await subtle.verify("HMAC", imported, wrong, data)).toBe(false);
      expect(await subtle.verify("HMAC", imported, wrong.subarray(1), data)).toBe(false);
      expect(await subtle.verify("HMAC", imported, new Uint8Array(0), data)).toBe(false);
    }
  });

  test("long data, on the pool", async () => {
    const key = await importRaw(utf8("key"), "SHA-256");
    const data = new Uint8Array(1_000_000);
    const mac = await subtle.sign("HMAC", key, data);
    expect(hex(mac)).toBe("bfcd05229ceb6ae105a45a73f6a0d23e798ae286b7738ebda46381c2c1029ab2");
    expect(await subtle.verify("HMAC", key, mac, data)).toBe(true);
    data[999_999] = 1;
    expect(await subtle.verify("HMAC", key, mac, data)).toBe(false);
  });

  test("with SHA-3", async () => {
    const key = await importRaw(new Uint8Array(32), "SHA3-256");
    const mac = await subtle.sign("HMAC", key, utf8("x"));
    expect(hex(mac)).toBe("d0a56c1f4d4c38390520e055fe0a6fca90df63e59e004a24950f9fe3023d6595");
    expect(await subtle.verify("HMAC", key, mac, utf8("x"))).toBe(true);
    expect("alg" in await subtle.exportKey("jwk", key)).toBe(false);
  });

  test("need their usages and a key of HMAC", async () => {
    const signer = await importRaw(utf8("k"), "SHA-256", ["sign"]);
    expect(await errorName(subtle.verify("HMAC", signer, new Uint8Array(32), utf8("x")))).toBe("InvalidAccessError");
    const verifier = await importRaw(utf8("k"), "SHA-256", ["verify"]);
    expect(await errorName(subtle.sign("HMAC", verifier, utf8("x")))).toBe("InvalidAccessError");
    const aes = await subtle.generateKey({ name: "AES-CBC", length: 128 }, true, ["encrypt"]);
    expect(await errorName(subtle.sign("HMAC", aes, utf8("x")))).toBe("InvalidAccessError");
    expect(await errorName(subtle.sign("HMAC", {}, utf8("x")))).toBe("TypeError");
  });
});

describe("keys", () => {
  test("raw and JSON Web Key, there and back", async () => {
    const key = await importRaw(utf8("a secret"), "SHA-384");
    expect(key.algorithm).toEqual({ name: "HMAC", hash: { name: "SHA-384" }, length: 64 });
    expect(hex(await subtle.exportKey("raw", key))).toBe(hex(utf8("a secret")));
    const jwk = await subtle.exportKey("jwk", key);
    expect(jwk).toEqual(
      { alg: "HS384", ext: true, k: "YSBzZWNyZXQ", key_ops: ["sign", "verify"], kty: "oct" });
    const again = await subtle.importKey("jwk", jwk, { name: "HMAC", hash: "SHA-384" }, false, ["sign"]);
    expect([again.extractable, ...again.usages]).toEqual([false, "sign"]);
    expect(hex(await subtle.sign("HMAC", again, utf8("x")))).toBe(hex(await subtle.sign("HMAC", key, utf8("x"))));
  });

  test("are generated in the hash's block size, or as long as asked", async () => {
    for (const [hash, length] of [["SHA-1", 512], ["SHA-256", 512], ["SHA-384", 1024], ["SHA-512", 1024]]) {
      const key = await subtle.generateKey({ name: "HMAC", hash }, true, ["sign"]);
      expect(key.algorithm).toEqual({ name: "HMAC", hash: { name: hash }, length });
      expect((await subtle.exportKey("raw", key)).byteLength).toBe(length / 8);
    }
    const odd = await subtle.generateKey({ name: "HMAC", hash: "SHA-1", length: 13 }, true, ["verify"]);
    const raw = new Uint8Array(await subtle.exportKey("raw", odd));
    expect([odd.algorithm.length, raw.length, raw[1] & 7]).toEqual([13, 2, 0]);
  });

  test("are imported with a length in bits", async () => {
    const params = { name: "HMAC", hash: "SHA-256", length: 20 };
    const key = await subtle.importKey("raw", unhex("ffffff"), params, true, ["sign"]);
    expect(key.algorithm.length).toBe(20);
    expect(hex(await subtle.exportKey("raw", key))).toBe("fffff0");
    for (const length of [25, 16, 0]) {
      expect(await errorName(subtle.importKey("raw", unhex("ffffff"), { ...params, length }, true, ["sign"])))
        .toBe("DataError");
    }
  });

  test("that are wrong are refused", async () => {
    const params = { name: "HMAC", hash: "SHA-256" };
    const jwk = { kty: "oct", k: "YSBzZWNyZXQ" };
    const importJwk = (changes, extractable = true, usages = ["sign"]) =>
      errorName(subtle.importKey("jwk", { ...jwk, ...changes }, params, extractable, usages));
    expect(await importJwk({})).toBe("nothing");
    expect(await importJwk({ alg: "HS256", use: "sig", key_ops: ["sign", "other"], ext: true })).toBe("nothing");
    for (const changes of [
      { kty: "RSA" }, { k: undefined }, { k: "a+b/" }, { k: "YWE=" }, { k: "YSBz ZWNy" }, { k: "a" }, { k: "" },
      { alg: "HS1" }, { alg: "HS512" }, { use: "enc" }, { key_ops: ["verify"] }, { key_ops: ["sign", "sign"] },
      { ext: false },
    ]) {
      expect(await importJwk(changes)).toBe("DataError");
    }
    expect(await importJwk({ ext: false }, false)).toBe("nothing");
    expect(await errorName(importRaw(new Uint8Array(0), "SHA-1"))).toBe("DataError");
    expect(await errorName(importRaw(utf8("k"), "SHA-1", []))).toBe("SyntaxError");
    expect(await errorName(importRaw(utf8("k"), "SHA-1", ["sign", "encrypt"]))).toBe("SyntaxError");
    expect(await errorName(subtle.importKey("spki", utf8("k"), params, true, ["sign"]))).toBe("NotSupportedError");
    expect(await errorName(subtle.importKey("jwk", utf8("k"), params, true, ["sign"]))).toBe("TypeError");
    expect(await errorName(subtle.importKey("raw", jwk, params, true, ["sign"]))).toBe("TypeError");
    expect(await errorName(subtle.generateKey({ ...params, length: 0 }, true, ["sign"]))).toBe("OperationError");
    expect(await errorName(subtle.generateKey({ ...params, length: 2 ** 31 }, true, ["sign"])))
      .toBe("OperationError");
    expect(await errorName(subtle.generateKey(params, true, []))).toBe("SyntaxError");
    expect(await errorName(subtle.generateKey("HMAC", true, ["sign"]))).toBe("TypeError");
  });
});

test("HMAC with a long key is worked on beside the loop", async () => {
  const bytes = new Uint8Array(300_000).fill(7);
  const key = await importRaw(bytes, "SHA-256");
  const digestKey = await importRaw(await subtle.digest("SHA-256", bytes), "SHA-256"); // the same to HMAC
  const data = utf8("data");
  expect(await isBesideLoop(subtle.sign("HMAC", key, data))).toBe(true);
  expect(await isBesideLoop(subtle.sign("HMAC", digestKey, data))).toBe(false);
  const signature = await subtle.sign("HMAC", key, data);
  expect(hex(signature)).toBe(hex(await subtle.sign("HMAC", digestKey, data)));
  expect(await isBesideLoop(subtle.verify("HMAC", key, signature, data))).toBe(true);
  expect(await subtle.verify("HMAC", key, signature, data)).toBe(true);
});

test("the limit on a generated key's length is named with its remedy", async () => {
  let message = "";
  const params = { name: "HMAC", hash: "SHA-256", length: 2 ** 23 + 1 };
  await subtle.generateKey(params, false, ["sign"]).catch((error) => message = error.message);
  expect(message).toBe("HMAC: keys of more than 8388608 bits are not generated; leave the length out, " +
    "or import such a key.");
});
