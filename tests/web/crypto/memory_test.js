// SPDX-License-Identifier: Apache-2.0
// Many short-lived keys, digests and jobs within the memory of one isolate (128 MB): what they hold natively is known
// to V8, and goes with them.
import { test, expect } from "sedge:test";
import { utf8 } from "./crypto_tools.js";

const { subtle } = crypto;

test("a million digests", async () => {
  const data = new Uint8Array(64);
  for (let i = 0; i < 1_000_000; ++i) subtle.digest("SHA-256", data);
  for (let i = 0; i < 20_000; ++i) await subtle.digest("SHA-512", data);
}, 60_000);

test("running hashes that nobody finishes", () => {
  for (let i = 0; i < 20_000; ++i) new crypto.DigestStream("SHA-256");
}, 60_000);

test("symmetric keys, each used once", async () => {
  const bytes = new Uint8Array(32);
  const params = { name: "HMAC", hash: "SHA-256" };
  const algorithm = { name: "AES-GCM", iv: new Uint8Array(12) };
  for (let i = 0; i < 40_000; ++i) {
    await subtle.sign("HMAC", await subtle.importKey("raw", bytes, params, false, ["sign"]), bytes);
    await subtle.encrypt(algorithm, await subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt"]), bytes);
  }
}, 60_000);

test("asymmetric keys", async () => {
  const params = { name: "ECDSA", namedCurve: "P-256" };
  const { publicKey } = await subtle.generateKey(params, true, ["sign"]);
  const raw = await subtle.exportKey("raw", publicKey);
  for (let i = 0; i < 20_000; ++i) await subtle.importKey("raw", raw, params, true, ["verify"]);
  const rsa = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
  const pair = await subtle.generateKey(
    { ...rsa, modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) }, true, ["sign"]);
  const spki = await subtle.exportKey("spki", pair.publicKey);
  for (let i = 0; i < 20_000; ++i) await subtle.importKey("spki", spki, rsa, true, ["verify"]);
}, 60_000);

test("jobs on the pool, with copies of their data", async () => {
  const key = await subtle.importKey("raw", new Uint8Array(16), "AES-CTR", false, ["encrypt"]);
  const algorithm = { name: "AES-CTR", counter: new Uint8Array(16), length: 64 };
  const data = new Uint8Array(1 << 20);
  for (let round = 0; round < 40; ++round) {
    const promises = [];
    for (let i = 0; i < 10; ++i) promises.push(subtle.encrypt(algorithm, key, data));
    for (const promise of promises) expect((await promise).byteLength).toBe(1 << 20);
  }
}, 60_000);

test("keys that are kept stay usable", async () => {
  const keys = [];
  for (let i = 0; i < 2000; ++i) {
    keys.push(await subtle.importKey("raw", utf8(`key ${i}`), { name: "HMAC", hash: "SHA-1" }, true, ["sign"]));
  }
  for (let i = 0; i < 2000; i += 100) {
    expect(new TextDecoder().decode(await subtle.exportKey("raw", keys[i]))).toBe(`key ${i}`);
  }
});
