// SPDX-License-Identifier: Apache-2.0
// HKDF with the vectors of RFC 5869, PBKDF2 with those of RFC 6070 and of RFC 7914, section 11.
import { test, describe, expect } from "sedge:test";
import { errorName, hex, isBesideLoop, unhex, utf8 } from "./crypto_tools.js";

const { subtle } = crypto;
const both = ["deriveBits", "deriveKey"];
const importRaw = (name, key, usages = both) => subtle.importKey("raw", key, name, false, usages);

describe("HKDF", () => {
  const cases = [
    ["SHA-256", "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "000102030405060708090a0b0c", "f0f1f2f3f4f5f6f7f8f9",
      "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"],
    ["SHA-256", "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "", "",
      "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"],
    ["SHA-1", "0b0b0b0b0b0b0b0b0b0b0b", "000102030405060708090a0b0c", "f0f1f2f3f4f5f6f7f8f9",
      "085a01ea1b10f36933068b56efa5ad81a4f14b822f5b091568a9cdd4f155fda2c22e422478d305f3f896"],
  ];

  test("has the published values", async () => {
    for (const [hash, secret, salt, info, expected] of cases) {
      const key = await importRaw("HKDF", unhex(secret));
      const params = { name: "HKDF", hash, salt: unhex(salt), info: unhex(info) };
      expect(hex(await subtle.deriveBits(params, key, expected.length * 4))).toBe(expected);
      expect(hex(await subtle.deriveBits(params, key, 128))).toBe(expected.slice(0, 32));
      expect((await subtle.deriveBits(params, key, 0)).byteLength).toBe(0);
    }
  });

  test("from an empty secret", async () => {
    const params = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(0), info: new Uint8Array(0) };
    const bits = await subtle.deriveBits(params, await importRaw("HKDF", new Uint8Array(0)), 256);
    expect(hex(bits)).toBe("eb70f01dede9afafa449eee1b1286504e1f62388b3f7dd4f956697b0e828fe18");
  });

  test("takes an info of 32 KB", async () => {
    const key = await importRaw("HKDF", utf8("secret"));
    const params = { name: "HKDF", hash: "SHA-256", salt: utf8(""), info: new Uint8Array(32768) };
    expect((await subtle.deriveBits(params, key, 256)).byteLength).toBe(32);
    params.info = new Uint8Array(32769);
    let message = "";
    await subtle.deriveBits(params, key, 256).catch((error) => message = error.message);
    expect(message).toBe("HKDF: the info of HKDF has at most 32768 bytes here, not 32769; " +
      "give a digest of it instead.");
  });

  test("gives at most 255 blocks", async () => {
    const key = await importRaw("HKDF", utf8("secret"));
    const params = { name: "HKDF", hash: "SHA-256", salt: utf8(""), info: utf8("") };
    expect((await subtle.deriveBits(params, key, 255 * 256)).byteLength).toBe(255 * 32);
    for (const length of [255 * 256 + 8, 2 ** 32 - 8, 12, null, undefined]) {
      expect(await errorName(subtle.deriveBits(params, key, length))).toBe("OperationError");
    }
  });
});

describe("PBKDF2", () => {
  const cases = [
    ["SHA-1", "password", "salt", 1, "0c60c80f961f0e71f3a9b524af6012062fe037a6"],
    ["SHA-1", "password", "salt", 4096, "4b007901b765489abead49d926f721d065a429c1"],
    ["SHA-1", "passwordPASSWORDpassword", "saltSALTsaltSALTsaltSALTsaltSALTsalt", 4096,
      "3d2eec4fe41c849b80c8d83662c0e44a8b291a964cf2f07038"],
    ["SHA-1", "pass\0word", "sa\0lt", 4096, "56fa6aa75548099dcc37d7f03425e0c3"],
    ["SHA-256", "passwd", "salt", 1, "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc" +
      "49ca9cccf179b645991664b39d77ef317c71b845b1e30bd509112041d3a19783"],
    ["SHA-256", "Password", "NaCl", 80_000, "4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56" +
      "a1d425a1225833549adb841b51c9b3176a272bdebba1d078478f62b397f33c8d"],
  ];

  test("has the published values", async () => {
    for (const [hash, password, salt, iterations, expected] of cases) {
      const key = await importRaw("PBKDF2", utf8(password));
      const params = { name: "PBKDF2", hash, salt: utf8(salt), iterations };
      expect(hex(await subtle.deriveBits(params, key, expected.length * 4))).toBe(expected);
    }
  });

  test("from an empty password, with an empty salt", async () => {
    const key = await importRaw("PBKDF2", new Uint8Array(0));
    const params = { name: "PBKDF2", hash: "SHA-256", salt: new Uint8Array(0), iterations: 1 };
    expect(hex(await subtle.deriveBits(params, key, 256))).toBe(
      "f7ce0b653d2d72a4108cf5abe912ffdd777616dbbb27a70e8204f3ae2d0f6fad");
  });

  test("does not keep the loop waiting", async () => {
    const key = await importRaw("PBKDF2", utf8("password"));
    let turns = 0;
    let done = false;
    const params = { name: "PBKDF2", hash: "SHA-512", salt: utf8("salt"), iterations: 200_000 };
    const bits = subtle.deriveBits(params, key, 512)
      .then((result) => { done = true; return result; });
    while (!done) {
      await new Promise((resolve) => { setTimeout(resolve, 1); });
      ++turns;
    }
    expect((await bits).byteLength).toBe(64);
    expect(turns).toBeGreaterThan(3);
  });

  test("has a limit for its iterations, over all blocks", async () => {
    const key = await importRaw("PBKDF2", utf8("password"));
    const derive = (iterations, length) =>
      errorName(subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt: utf8("s"), iterations }, key, length));
    expect(await derive(10_000_001, 256)).toBe("NotSupportedError");
    expect(await derive(5_000_001, 264)).toBe("NotSupportedError");
    expect(await derive(1, 2 ** 32 - 8)).toBe("NotSupportedError");
    expect(await derive(4_294_967_295, 8)).toBe("NotSupportedError");
    expect(await derive(4_294_967_296, 8)).toBe("TypeError");
    expect(await derive(0, 256)).toBe("OperationError");
    expect(await derive(1, 4)).toBe("OperationError");
    expect(await derive(1, null)).toBe("OperationError");
    expect(await derive(10_000_001, 0)).toBe("nothing");
  });

  test("uses the salt as it was at the call", async () => {
    const key = await importRaw("PBKDF2", utf8("password"));
    const salt = utf8("salt");
    const promise = subtle.deriveBits({ name: "PBKDF2", hash: "SHA-1", salt, iterations: 4096 }, key, 160);
    salt.fill(0);
    expect(hex(await promise)).toBe("4b007901b765489abead49d926f721d065a429c1");
    const late = utf8("salt");
    const hash = { get name() { late.fill(0); return "SHA-1"; } };
    expect(hex(await subtle.deriveBits({ name: "PBKDF2", hash, salt: late, iterations: 1 }, key, 160)))
      .toBe("0c60c80f961f0e71f3a9b524af6012062fe037a6");
  });
});

describe("keys", () => {
  test("derive keys of other algorithms", async () => {
    const base = await importRaw("PBKDF2", utf8("password"));
    const params = { name: "PBKDF2", hash: "SHA-256", salt: utf8("salt"), iterations: 1000 };
    const aes = await subtle.deriveKey(params, base, { name: "AES-GCM", length: 256 }, true, ["encrypt"]);
    expect(aes.algorithm).toEqual({ name: "AES-GCM", length: 256 });
    expect(hex(await subtle.exportKey("raw", aes))).toBe(hex(await subtle.deriveBits(params, base, 256)));
    const hmac = await subtle.deriveKey(params, base, { name: "HMAC", hash: "SHA-1" }, true, ["sign"]);
    expect(hmac.algorithm).toEqual({ name: "HMAC", hash: { name: "SHA-1" }, length: 512 });
    const short = await subtle.deriveKey(params, base, { name: "HMAC", hash: "SHA-1", length: 104 }, true, ["sign"]);
    expect((await subtle.exportKey("raw", short)).byteLength).toBe(13);
    const kw = await subtle.deriveKey(params, base, { name: "AES-KW", length: 128 }, false, ["wrapKey"]);
    expect([kw.extractable, ...kw.usages]).toEqual([false, "wrapKey"]);
  });

  test("have no other formats, and are not extractable", async () => {
    for (const name of ["HKDF", "PBKDF2"]) {
      const key = await importRaw(name, utf8("x"));
      expect([key.type, key.extractable, JSON.stringify(key.algorithm)]).toEqual(
        ["secret", false, `{"name":"${name}"}`]);
      expect(await errorName(subtle.importKey("raw", utf8("x"), name, true, both))).toBe("SyntaxError");
      expect(await errorName(subtle.importKey("jwk", {}, name, false, both))).toBe("NotSupportedError");
      expect(await errorName(importRaw(name, utf8("x"), ["sign"]))).toBe("SyntaxError");
      expect(await errorName(importRaw(name, utf8("x"), []))).toBe("SyntaxError");
      expect(await errorName(subtle.generateKey(name, false, both))).toBe("NotSupportedError");
      expect(await errorName(subtle.exportKey("raw", key))).toBe("NotSupportedError");
      const bits = await importRaw(name, utf8("x"), ["deriveBits"]);
      const params = { name, hash: "SHA-1", salt: utf8(""), info: utf8(""), iterations: 1 };
      expect(await errorName(subtle.deriveKey(params, bits, { name: "AES-CBC", length: 128 }, true, ["encrypt"])))
        .toBe("InvalidAccessError");
      expect(await errorName(subtle.deriveKey(params, key, { name: "AES-CBC", length: 100 }, true, ["encrypt"])))
        .toBe("OperationError");
      expect(await errorName(subtle.deriveKey(params, key, { name: "AES-CBC", length: 128 }, true, [])))
        .toBe("SyntaxError");
      expect(await errorName(subtle.deriveKey(params, key, { name: "HMAC", hash: "SHA-1", length: 0 }, true, ["sign"])))
        .toBe("TypeError");
      expect(await errorName(subtle.deriveKey(params, key, name, false, both))).toBe("OperationError");
    }
  });
});

describe("a long secret or salt", () => {
  test("is worked on beside the loop", async () => {
    const long = new Uint8Array(300_000).fill(7);
    const short = utf8("short");
    for (const name of ["HKDF", "PBKDF2"]) {
      const rest = { name, hash: "SHA-256", info: short, iterations: 1 };
      const longKey = await importRaw(name, long);
      const shortKey = await importRaw(name, short);
      expect(await isBesideLoop(subtle.deriveBits({ ...rest, salt: short }, shortKey, 256))).toBe(false);
      expect(await isBesideLoop(subtle.deriveBits({ ...rest, salt: short }, longKey, 256))).toBe(true);
      expect(await isBesideLoop(subtle.deriveBits({ ...rest, salt: long }, shortKey, 256))).toBe(true);
      // HMAC takes a long key by its digest.
      const digestKey = await importRaw(name, await subtle.digest("SHA-256", long));
      expect(hex(await subtle.deriveBits({ ...rest, salt: short }, longKey, 256)) ===
        hex(await subtle.deriveBits({ ...rest, salt: short }, digestKey, 256))).toBe(name === "PBKDF2");
    }
  });
});
