// SPDX-License-Identifier: Apache-2.0
// AES-CBC and AES-CTR with the vectors of NIST SP 800-38A, AES-GCM with those of McGrew and Viega (test cases 4
// and 16), AES-KW with those of RFC 3394.
import { test, describe, expect } from "sedge:test";
import { errorName, hex, unhex, utf8 } from "./crypto_tools.js";

const { subtle } = crypto;
const all = ["encrypt", "decrypt", "wrapKey", "unwrapKey"];
const importRaw = (name, key, usages = all) => subtle.importKey("raw", key, name, true, usages);

const k128 = "2b7e151628aed2a6abf7158809cf4f3c";
const k256 = "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4";
const blocks = unhex("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51" +
  "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710");

describe("AES-CBC", () => {
  const iv = unhex("000102030405060708090a0b0c0d0e0f");
  const params = { name: "AES-CBC", iv };

  test("has the published values, and padding", async () => {
    for (const [key, expected] of [
      [k128, "7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2" +
        "73bed6b8e3c1743b7116e69e222295163ff1caa1681fac09120eca307586e1a7"],
      [k256, "f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d" +
        "39f23369a9d9bacfa530e26304231461b2eb05e2c39be9fcda6c19078c6a9d1b"],
    ]) {
      const imported = await importRaw("AES-CBC", unhex(key));
      const encrypted = await subtle.encrypt(params, imported, blocks);
      expect(hex(encrypted).slice(0, 128)).toBe(expected);
      expect(encrypted.byteLength).toBe(80);
      expect(hex(await subtle.decrypt(params, imported, encrypted))).toBe(hex(blocks));
    }
  });

  test("of any length, at once and on the pool", async () => {
    const key = await importRaw("AES-CBC", unhex(k128));
    for (const size of [0, 1, 15, 16, 17, 300_000]) {
      const data = new Uint8Array(size).fill(7);
      const encrypted = await subtle.encrypt(params, key, data);
      expect(encrypted.byteLength).toBe((Math.floor(size / 16) + 1) * 16);
      expect(hex(await subtle.decrypt(params, key, encrypted))).toBe(hex(data));
    }
  });

  test("damaged data is an OperationError", async () => {
    const key = await importRaw("AES-CBC", unhex(k128));
    for (const data of [new Uint8Array(0), new Uint8Array(15), new Uint8Array(16), new Uint8Array(300_000)]) {
      expect(await errorName(subtle.decrypt(params, key, data))).toBe("OperationError");
    }
    expect(await errorName(subtle.encrypt({ ...params, iv: iv.subarray(1) }, key, blocks))).toBe("OperationError");
    expect(await errorName(subtle.encrypt({ name: "AES-CBC" }, key, blocks))).toBe("TypeError");
    expect(await errorName(subtle.encrypt({ ...params, iv: "0123456789abcdef" }, key, blocks))).toBe("TypeError");
  });
});

describe("AES-CTR", () => {
  const counter = unhex("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff");

  test("has the published values", async () => {
    for (const [key, expected] of [
      [k128, "874d6191b620e3261bef6864990db6ce9806f66b7970fdff8617187bb9fffdff" +
        "5ae4df3edbd5d35e5b4f09020db03eab1e031dda2fbe03d1792170a0f3009cee"],
      [k256, "601ec313775789a5b7a7f504bbf3d228f443e3ca4d62b59aca84e990cacaf5c5" +
        "2b0930daa23de94ce87017ba2d84988ddfc9c58db67aada613c2dd08457941a6"],
    ]) {
      const imported = await importRaw("AES-CTR", unhex(key));
      const params = { name: "AES-CTR", counter, length: 128 };
      expect(hex(await subtle.encrypt(params, imported, blocks))).toBe(expected);
      expect(hex(await subtle.decrypt(params, imported, unhex(expected)))).toBe(hex(blocks));
      expect(hex(await subtle.encrypt(params, imported, blocks.subarray(0, 5)))).toBe(expected.slice(0, 10));
    }
  });

  // Block by block, with the counter block that each must have.
  async function byBlock(key, block, length, data) {
    let number = BigInt(`0x${hex(block)}`);
    let result = "";
    const mask = (1n << BigInt(length)) - 1n;
    for (let at = 0; at < data.length; at += 16) {
      const counterBlock = unhex(number.toString(16).padStart(32, "0"));
      result += hex(await subtle.encrypt({ name: "AES-CTR", counter: counterBlock, length: 128 }, key,
        data.subarray(at, at + 16)));
      number = (number & ~mask) | ((number + 1n) & mask);
    }
    return result;
  }

  test("a counter wraps around in its own bits", async () => {
    const key = await importRaw("AES-CTR", unhex(k128));
    for (const [block, length] of [
      ["f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff", 8], ["000000000000000000000000000000ff", 2],
      ["0102030405060708ffffffffffffffff", 64], ["ffffffffffffffffffffffffffffffff", 128],
      ["fffffffffffffffffffffffffffffffe", 127], ["0fffffffffffffffffffffffffffffff", 124],
      ["00fffffffffffffffffffffffffffffe", 60], ["0000000000000000000000000000ffff", 17],
    ]) {
      const params = { name: "AES-CTR", counter: unhex(block), length };
      expect(hex(await subtle.encrypt(params, key, blocks))).toBe(await byBlock(key, unhex(block), length, blocks));
    }
  });

  test("refuses to repeat a counter", async () => {
    const key = await importRaw("AES-CTR", unhex(k128));
    const params = { name: "AES-CTR", counter, length: 1 };
    expect((await subtle.encrypt(params, key, blocks.subarray(0, 32))).byteLength).toBe(32);
    expect(await errorName(subtle.encrypt(params, key, blocks.subarray(0, 33)))).toBe("OperationError");
    expect(await errorName(subtle.encrypt({ ...params, length: 0 }, key, blocks))).toBe("OperationError");
    expect(await errorName(subtle.encrypt({ ...params, length: 129 }, key, blocks))).toBe("OperationError");
    expect(await errorName(subtle.encrypt({ ...params, length: 256 }, key, blocks))).toBe("TypeError");
    expect(await errorName(subtle.encrypt({ ...params, counter: new Uint8Array(15) }, key, blocks)))
      .toBe("OperationError");
  });
});

describe("AES-GCM", () => {
  const key = unhex("feffe9928665731c6d6a8f9467308308");
  const iv = unhex("cafebabefacedbaddecaf888");
  const additionalData = unhex("feedfacedeadbeeffeedfacedeadbeefabaddad2");
  const text = unhex("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72" +
    "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39");
  const params = { name: "AES-GCM", iv, additionalData };
  const encrypted = "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e" +
    "21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e0915bc94fbc3221a5db94fae95ae7121a47";

  test("has the published values", async () => {
    const imported = await importRaw("AES-GCM", key);
    expect(hex(await subtle.encrypt(params, imported, text))).toBe(encrypted);
    expect(hex(await subtle.decrypt(params, imported, unhex(encrypted)))).toBe(hex(text));
    const longer = await importRaw("AES-GCM", unhex(hex(key) + hex(key)));
    expect(hex(await subtle.encrypt(params, longer, text))).toBe(
      "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa" +
      "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662" + "76fc6ece0f4e1768cddf8853bb2d551b");
  });

  test("IVs of other lengths", async () => {
    const imported = await importRaw("AES-GCM", key);
    const short = { ...params, iv: unhex("cafebabefacedbad") }; // test case 5
    expect(hex(await subtle.encrypt(short, imported, text))).toBe(
      "61353b4c2806934a777ff51fa22a4755699b2a714fcdc6f83766e5f97b6c7423" +
      "73806900e49f24b22b097544d4896b424989b5e1ebac0f07c23f4598" + "3612d2e79e3b0785561be14aaca2fccb");
    expect(hex(await subtle.encrypt(params, imported, text))).toBe(encrypted); // with what the key keeps
    for (const size of [0, 129]) {
      expect(await errorName(subtle.encrypt({ ...params, iv: new Uint8Array(size) }, imported, text)))
        .toBe("OperationError");
    }
  });

  test("shorter tags, at once and on the pool", async () => {
    const imported = await importRaw("AES-GCM", key);
    const whole = await subtle.encrypt(params, imported, text);
    for (const tagLength of [32, 64, 96, 104, 112, 120, 128]) {
      const cut = whole.slice(0, text.length + tagLength / 8);
      expect(hex(await subtle.encrypt({ ...params, tagLength }, imported, text))).toBe(hex(cut));
      expect(hex(await subtle.decrypt({ ...params, tagLength }, imported, cut))).toBe(hex(text));
      const large = new Uint8Array(300_000).fill(tagLength);
      const sealed = await subtle.encrypt({ ...params, tagLength }, imported, large);
      expect(hex(await subtle.decrypt({ ...params, tagLength }, imported, sealed))).toBe(hex(large));
    }
    for (const tagLength of [0, 8, 31, 127, 129, 255]) {
      expect(await errorName(subtle.encrypt({ ...params, tagLength }, imported, text))).toBe("OperationError");
    }
  });

  test("what was changed is an OperationError, and gives no text", async () => {
    const imported = await importRaw("AES-GCM", key);
    for (const at of [0, text.length, text.length + 15]) {
      const damaged = unhex(encrypted);
      damaged[at] ^= 1;
      expect(await errorName(subtle.decrypt(params, imported, damaged))).toBe("OperationError");
    }
    expect(await errorName(subtle.decrypt({ ...params, additionalData: undefined }, imported, unhex(encrypted))))
      .toBe("OperationError");
    expect(await errorName(subtle.decrypt(params, imported, new Uint8Array(15)))).toBe("OperationError");
    expect(hex(await subtle.decrypt(params, imported, unhex(encrypted)))).toBe(hex(text));
  });

  test("uses what it was given as it was at the call", async () => {
    const imported = await importRaw("AES-GCM", key);
    const large = new Uint8Array(300_000);
    const expected = hex(await subtle.encrypt(params, imported, large));
    const changing = { name: "AES-GCM", iv: iv.slice(), additionalData: additionalData.slice() };
    const promise = subtle.encrypt(changing, imported, large);
    changing.iv.fill(0);
    changing.additionalData.fill(0);
    large.fill(1);
    expect(hex(await promise)).toBe(expected);
  });
});

describe("AES-KW", () => {
  const data = unhex("00112233445566778899aabbccddeeff");

  test("has the published values", async () => {
    for (const [size, expected] of [
      [16, "1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5"],
      [24, "96778b25ae6ca435f92b5b97c050aed2468ab8a17ad84e5d"],
      [32, "64e8c3f9ce0f5ba263e9777905818a2a93c8191e7d6e8ae7"],
    ]) {
      const kek = await importRaw("AES-KW", Uint8Array.from({ length: size }, (_, i) => i), ["wrapKey", "unwrapKey"]);
      const key = await importRaw("AES-CBC", data);
      expect(hex(await subtle.wrapKey("raw", key, kek, "AES-KW"))).toBe(expected);
      const unwrapped = await subtle.unwrapKey("raw", unhex(expected), kek, { name: "AES-KW" }, "AES-CBC", true, all);
      expect(hex(await subtle.exportKey("raw", unwrapped))).toBe(hex(data));
      const damaged = unhex(expected);
      damaged[3] ^= 1;
      expect(await errorName(subtle.unwrapKey("raw", damaged, kek, "AES-KW", "AES-CBC", true, all)))
        .toBe("OperationError");
    }
  });

  test("wraps multiples of 8 bytes, JSON Web Keys of any length", async () => {
    const kek = await subtle.generateKey({ name: "AES-KW", length: 256 }, true, ["wrapKey", "unwrapKey"]);
    const hmac = (bytes) =>
      subtle.importKey("raw", new Uint8Array(bytes).fill(5), { name: "HMAC", hash: "SHA-1" }, true, ["sign"]);
    for (const bytes of [1, 8, 17]) {
      expect(await errorName(subtle.wrapKey("raw", await hmac(bytes), kek, "AES-KW"))).toBe("OperationError");
    }
    for (let bytes = 16; bytes < 24; ++bytes) {
      const wrapped = await subtle.wrapKey("jwk", await hmac(bytes), kek, "AES-KW");
      const key = await subtle.unwrapKey("jwk", wrapped, kek, "AES-KW", { name: "HMAC", hash: "SHA-1" }, true,
        ["sign"]);
      expect((await subtle.exportKey("raw", key)).byteLength).toBe(bytes);
    }
    expect(await errorName(subtle.encrypt("AES-KW", kek, data))).toBe("NotSupportedError");
  });
});

describe("keys", () => {
  test("raw and JSON Web Key, there and back", async () => {
    for (const [name, suffix, usages] of [
      ["AES-CBC", "CBC", all], ["AES-CTR", "CTR", all], ["AES-GCM", "GCM", all], ["AES-KW", "KW", ["wrapKey"]],
    ]) {
      for (const length of [128, 192, 256]) {
        const key = await subtle.generateKey({ name, length }, true, usages);
        expect(key.algorithm).toEqual({ name, length });
        expect([key.type, key.extractable]).toEqual(["secret", true]);
        const raw = await subtle.exportKey("raw", key);
        expect(raw.byteLength * 8).toBe(length);
        const jwk = await subtle.exportKey("jwk", key);
        expect([jwk.alg, jwk.kty, jwk.ext]).toEqual([`A${length}${suffix}`, "oct", true]);
        expect(jwk.key_ops).toEqual(usages);
        const again = await subtle.importKey("jwk", jwk, name, true, usages);
        expect(hex(await subtle.exportKey("raw", again))).toBe(hex(raw));
        expect(await errorName(subtle.importKey("jwk", { ...jwk, alg: "A128XYZ" }, name, true, usages)))
          .toBe("DataError");
      }
    }
  });

  test("that are wrong are refused", async () => {
    for (const size of [0, 8, 15, 17, 33, 64]) {
      expect(await errorName(importRaw("AES-CBC", new Uint8Array(size)))).toBe("DataError");
    }
    for (const length of [0, 64, 127, 512]) {
      expect(await errorName(subtle.generateKey({ name: "AES-GCM", length }, true, all))).toBe("OperationError");
      expect(await errorName(subtle.generateKey({ name: "AES-GCM", length }, true, []))).toBe("OperationError");
    }
    for (const length of [65_536, -1, NaN, Infinity, "x", undefined]) {
      expect(await errorName(subtle.generateKey({ name: "AES-GCM", length }, true, all))).toBe("TypeError");
    }
    expect(await errorName(subtle.generateKey({ name: "AES-GCM", length: 128 }, true, []))).toBe("SyntaxError");
    expect(await errorName(subtle.generateKey({ name: "AES-KW", length: 128 }, true, ["encrypt"]))).toBe("SyntaxError");
    expect(await errorName(subtle.generateKey({ name: "AES-GCM", length: 128 }, true, ["sign"]))).toBe("SyntaxError");
    expect(await errorName(subtle.generateKey({ name: "AES-GCM", length: 128 }, true, ["bogus"]))).toBe("TypeError");
    expect(await errorName(subtle.importKey("pkcs8", new Uint8Array(16), "AES-CBC", true, all)))
      .toBe("NotSupportedError");
    expect(await errorName(subtle.importKey("bogus", new Uint8Array(16), "AES-CBC", true, all))).toBe("TypeError");
  });

  test("wrap and unwrap one another", async () => {
    const secret = await subtle.generateKey({ name: "HMAC", hash: "SHA-256" }, true, ["sign"]);
    for (const [name, extra] of [
      ["AES-CBC", { iv: new Uint8Array(16) }], ["AES-CTR", { counter: new Uint8Array(16), length: 64 }],
      ["AES-GCM", { iv: new Uint8Array(12), additionalData: utf8("bound") }],
    ]) {
      const kek = await subtle.generateKey({ name, length: 256 }, false, ["wrapKey", "unwrapKey"]);
      for (const format of ["raw", "jwk"]) {
        const wrapped = await subtle.wrapKey(format, secret, kek, { name, ...extra });
        const key = await subtle.unwrapKey(format, wrapped, kek, { name, ...extra },
          { name: "HMAC", hash: "SHA-256" }, true, ["sign"]);
        expect(hex(await subtle.exportKey("raw", key))).toBe(hex(await subtle.exportKey("raw", secret)));
      }
      expect(await errorName(subtle.encrypt({ name, ...extra }, kek, blocks))).toBe("InvalidAccessError");
    }
  });
});
