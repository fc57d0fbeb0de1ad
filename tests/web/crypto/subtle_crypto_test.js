// SPDX-License-Identifier: Apache-2.0
// SubtleCrypto itself: what all methods have in common, and timingSafeEqual.
import { test, describe, expect } from "sedge:test";
import { errorName, utf8 } from "./crypto_tools.js";

const { subtle } = crypto;

describe("SubtleCrypto", () => {
  test("is there once, and cannot be made", () => {
    expect(crypto.subtle).toBe(subtle);
    expect(subtle instanceof SubtleCrypto).toBe(true);
    expect(Object.prototype.toString.call(subtle)).toBe("[object SubtleCrypto]");
    expect(() => new SubtleCrypto()).toThrow(TypeError);
    expect(() => Object.getOwnPropertyDescriptor(Crypto.prototype, "subtle").get.call({})).toThrow(TypeError);
  });

  test("its methods count their arguments, and reject", async () => {
    for (const [name, length] of Object.entries({
      encrypt: 3, decrypt: 3, sign: 3, verify: 4, digest: 2, generateKey: 3, deriveKey: 5, deriveBits: 2, importKey: 5,
      exportKey: 2, wrapKey: 4, unwrapKey: 7,
    })) {
      expect(subtle[name]).toHaveLength(length);
      const promise = subtle[name]();
      expect(promise instanceof Promise).toBe(true);
      expect(await errorName(promise)).toBe("TypeError");
      expect(await errorName(SubtleCrypto.prototype[name].call({}, "SHA-1", utf8("")))).toBe("TypeError");
    }
  });

  test("reads an algorithm's members once each, name twice, and keeps their order", async () => {
    const key = await subtle.importKey("raw", new Uint8Array(16), "AES-GCM", false, ["encrypt"]);
    const read = [];
    const algorithm = new Proxy({ name: "AES-GCM", iv: new Uint8Array(12) }, {
      get(target, member) {
        read.push(member);
        return target[member];
      },
    });
    await subtle.encrypt(algorithm, key, utf8("x"));
    expect(read).toEqual(["name", "name", "additionalData", "iv", "tagLength"]);
  });

  test("takes the data after the algorithm was read", async () => {
    const data = utf8("abc");
    const algorithm = { get name() { data.fill(0x61); return "SHA-1"; } };
    const expected = await subtle.digest("SHA-1", utf8("aaa"));
    expect(new Uint8Array(await subtle.digest(algorithm, data))).toEqual(new Uint8Array(expected));
  });

  test("what a getter throws comes out as it is", async () => {
    const thrown = { any: "thing" };
    let caught;
    await subtle.digest({ get name() { throw thrown; } }, utf8("")).catch((error) => { caught = error; });
    expect(caught).toBe(thrown);
  });

  test("names unknown to an operation are refused before anything else", async () => {
    const key = await subtle.generateKey({ name: "AES-CBC", length: 128 }, true, ["encrypt"]);
    expect(await errorName(subtle.encrypt("SHA-1", key, utf8("")))).toBe("NotSupportedError");
    expect(await errorName(subtle.sign("AES-CBC", key, utf8("")))).toBe("NotSupportedError");
    expect(await errorName(subtle.generateKey("bogus", true, []))).toBe("NotSupportedError");
    expect(await errorName(subtle.importKey("raw", utf8(""), "bogus", true, []))).toBe("NotSupportedError");
    expect(await errorName(subtle.encrypt({ name: "AES-CTR", counter: new Uint8Array(1), length: 1 }, key, utf8(""))))
      .toBe("InvalidAccessError");
  });

  test("refuses shared memory", async () => {
    expect(await errorName(subtle.digest("SHA-1", new SharedArrayBuffer(4)))).toBe("TypeError");
    expect(await errorName(subtle.digest("SHA-1", new Uint8Array(new SharedArrayBuffer(4))))).toBe("TypeError");
  });
});

describe("timingSafeEqual", () => {
  test("compares bytes", () => {
    expect(subtle.timingSafeEqual(utf8("hello"), utf8("hello").buffer)).toBe(true);
    expect(subtle.timingSafeEqual(utf8("hello"), utf8("there"))).toBe(false);
    expect(subtle.timingSafeEqual(new Uint8Array([1, 0, 0, 0]), new Uint32Array([1]))).toBe(true);
    expect(subtle.timingSafeEqual(new ArrayBuffer(0), new ArrayBuffer(0))).toBe(true);
  });

  test("throws for other lengths and other things", () => {
    expect(() => subtle.timingSafeEqual(new ArrayBuffer(0), new ArrayBuffer(1))).toThrow(TypeError);
    expect(() => subtle.timingSafeEqual("hello", "hello")).toThrow(TypeError);
    expect(() => subtle.timingSafeEqual(utf8("x"))).toThrow(TypeError);
  });
});
