// SPDX-License-Identifier: Apache-2.0
// crypto.subtle.digest, with the vectors of FIPS 180-4, FIPS 202 and RFC 1321.
import { test, describe, expect } from "sedge:test";
import { errorName, hex, utf8 } from "./crypto_tools.js";

const { subtle } = crypto;

const abc = {
  "MD5": "900150983cd24fb0d6963f7d28e17f72",
  "SHA-1": "a9993e364706816aba3e25717850c26c9cd0d89d",
  "SHA-256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
  "SHA-384": "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed" +
    "8086072ba1e7cc2358baeca134c825a7",
  "SHA-512": "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a" +
    "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
  "SHA3-256": "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532",
  "SHA3-384": "ec01498288516fc926459f58e2c6ad8df9b473cb0fc08c2596da7cf0e49be4b2" +
    "98d88cea927ac7f539f1edf228376d25",
  "SHA3-512": "b751850b1a57168a5693cd924b6b096e08f621827444f70d884f5d0240d2712e" +
    "10e116e9192af3c91a7ec57647e3934057340b4cf408d5a56592f8274eec53f0",
};

const millionA = {
  "SHA-1": "34aa973cd4c4daa4f61eeb2bdbad27316534016f",
  "SHA-256": "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
  "SHA-384": "9d0e1809716474cb086e834e310a4a1ced149e9c00f248527972cec5704c2a5b" +
    "07b8b3dc38ecc4ebae97ddd87f3d8985",
  "SHA-512": "e718483d0ce769644e2e42c7bc15b4638e1f98b13b2044285632a803afa973eb" +
    "de0ff244877ea60a4cb0432ce577c31beb009c5c2c49aa2e4eadb217ad8cc09b",
  "SHA3-256": "5c8875ae474a3634ba4fd55ec85bffd661f32aca75c6d699d0cdcb6c115891c1",
};

describe("digest", () => {
  test("has the published values", async () => {
    for (const [name, expected] of Object.entries(abc)) {
      expect(hex(await subtle.digest(name, utf8("abc")))).toBe(expected);
      expect(hex(await subtle.digest({ name }, utf8("abc").buffer))).toBe(expected);
    }
  });

  test("of long data, on the pool", async () => {
    const data = new Uint8Array(1_000_000).fill(0x61);
    for (const [name, expected] of Object.entries(millionA)) {
      expect(hex(await subtle.digest(name, data))).toBe(expected);
    }
  });

  test("of nothing", async () => {
    expect(hex(await subtle.digest("SHA-256", new Uint8Array(0)))).toBe(
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    const detached = new ArrayBuffer(8);
    structuredClone(detached, { transfer: [detached] });
    expect(hex(await subtle.digest("MD5", detached))).toBe("d41d8cd98f00b204e9800998ecf8427e");
  });

  test("takes names in any case, and views as they lie", async () => {
    const data = utf8("xabcx");
    expect(hex(await subtle.digest("sHa-256", data.subarray(1, 4)))).toBe(abc["SHA-256"]);
    expect(hex(await subtle.digest({ name: "sha-256" }, new DataView(data.buffer, 1, 3)))).toBe(abc["SHA-256"]);
    expect(await errorName(subtle.digest("\u017Fha-256", data))).toBe("NotSupportedError");
  });

  test("uses the bytes as they were at the call", async () => {
    for (const size of [3, 1_000_000]) {
      const data = new Uint8Array(size).fill(0x61);
      const expected = hex(await subtle.digest("SHA-1", data));
      const promise = subtle.digest("SHA-1", data);
      data.fill(0);
      expect(hex(await promise)).toBe(expected);
    }
  });

  test("gives an ArrayBuffer of its own", async () => {
    const first = await subtle.digest("SHA-1", utf8("abc"));
    const second = await subtle.digest("SHA-1", utf8("abc"));
    expect(first instanceof ArrayBuffer).toBe(true);
    expect(first.byteLength).toBe(20);
    expect(first).not.toBe(second);
  });

  test("refuses what is no hash or no buffer", async () => {
    expect(await errorName(subtle.digest("SHA-224", utf8("")))).toBe("NotSupportedError");
    expect(await errorName(subtle.digest("AES-GCM", utf8("")))).toBe("NotSupportedError");
    expect(await errorName(subtle.digest("__proto__", utf8("")))).toBe("NotSupportedError");
    expect(await errorName(subtle.digest(undefined, utf8("")))).toBe("NotSupportedError");
    expect(await errorName(subtle.digest({}, utf8("")))).toBe("TypeError");
    expect(await errorName(subtle.digest("SHA-1", "abc"))).toBe("TypeError");
    expect(await errorName(subtle.digest("SHA-1"))).toBe("TypeError");
    expect(await errorName(subtle.digest(Symbol(), utf8("")))).toBe("TypeError");
  });

  test("MD5 is for digests alone", async () => {
    expect(await errorName(subtle.importKey("raw", utf8("key"), { name: "HMAC", hash: "MD5" }, false, ["sign"])))
      .toBe("NotSupportedError");
  });
});
