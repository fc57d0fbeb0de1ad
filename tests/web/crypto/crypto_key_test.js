// SPDX-License-Identifier: Apache-2.0
// CryptoKey: attributes, brand, structured clone.
import { test, describe, expect } from "sedge:test";
import { errorName, hex, utf8 } from "./crypto_tools.js";

const { subtle } = crypto;
const newKey = (extractable = false) =>
  subtle.importKey("raw", utf8("key"), { name: "HMAC", hash: "SHA-256" }, extractable, ["verify", "sign", "sign"]);

describe("CryptoKey", () => {
  test("has its attributes, cached", async () => {
    const key = await newKey();
    expect([key.type, key.extractable]).toEqual(["secret", false]);
    expect(key.algorithm).toEqual({ name: "HMAC", hash: { name: "SHA-256" }, length: 24 });
    expect(key.usages).toEqual(["sign", "verify"]);
    expect(key.algorithm).toBe(key.algorithm);
    expect(key.usages).toBe(key.usages);
    expect(Object.prototype.toString.call(key)).toBe("[object CryptoKey]");
    expect(key instanceof CryptoKey).toBe(true);
    expect(Object.keys(CryptoKey.prototype).sort()).toEqual(["algorithm", "extractable", "type", "usages"]);
  });

  test("what scripts do to the attributes' objects changes nothing", async () => {
    const key = await newKey();
    key.algorithm.name = "AES-GCM";
    key.algorithm.hash.name = "SHA-1";
    key.usages.length = 0;
    expect((await subtle.sign("HMAC", key, utf8("x"))).byteLength).toBe(32);
  });

  test("cannot be made or faked", async () => {
    expect(() => new CryptoKey()).toThrow(TypeError);
    const fake = Object.create(CryptoKey.prototype);
    expect(() => fake.type).toThrow(TypeError);
    expect(await errorName(subtle.exportKey("raw", fake))).toBe("TypeError");
    expect(await errorName(subtle.exportKey("raw", { type: "secret" }))).toBe("TypeError");
  });

  test("is cloned, as secret as it was", async () => {
    const key = await newKey();
    const { copy, list } = structuredClone({ copy: key, list: [key] });
    expect(list[0]).toBe(copy);
    expect(copy === key).toBe(false);
    expect(copy instanceof CryptoKey).toBe(true);
    expect([copy.type, copy.extractable, ...copy.usages]).toEqual(["secret", false, "sign", "verify"]);
    expect(copy.algorithm).toEqual(key.algorithm);
    expect(copy.algorithm === key.algorithm).toBe(false);
    expect(await errorName(subtle.exportKey("raw", copy))).toBe("InvalidAccessError");
    expect(hex(await subtle.sign("HMAC", copy, utf8("x")))).toBe(hex(await subtle.sign("HMAC", key, utf8("x"))));
  });

  test("goes through a message port", async () => {
    const { port1, port2 } = new MessageChannel();
    const received = new Promise((resolve) => { port2.onmessage = ({ data }) => resolve(data); });
    port1.postMessage(await newKey(true));
    expect(hex(await subtle.exportKey("raw", await received))).toBe(hex(utf8("key")));
    port1.close();
  });
});
