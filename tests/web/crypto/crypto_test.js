// SPDX-License-Identifier: Apache-2.0
import { test, describe, expect } from "sedge:test";

describe("getRandomValues", () => {
  test("fills and returns the same view", () => {
    const bytes = new Uint8Array(64);
    expect(crypto.getRandomValues(bytes)).toBe(bytes);
    expect(bytes.some((byte) => byte !== 0)).toBe(true);
    const again = crypto.getRandomValues(new Uint8Array(64));
    expect([...again]).not.toEqual([...bytes]);
  });

  test("fills the view alone, not the rest of its buffer", () => {
    const buffer = new ArrayBuffer(48);
    crypto.getRandomValues(new Uint32Array(buffer, 16, 4));
    const bytes = new Uint8Array(buffer);
    expect(bytes.subarray(0, 16).every((byte) => byte === 0)).toBe(true);
    expect(bytes.subarray(32).every((byte) => byte === 0)).toBe(true);
    expect(bytes.subarray(16, 32).some((byte) => byte !== 0)).toBe(true);
  });

  test("takes every type of integer", () => {
    for (const Type of [Int8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, BigInt64Array,
      BigUint64Array]) {
      expect(crypto.getRandomValues(new Type(4))).toHaveLength(4);
    }
    expect(crypto.getRandomValues(new Uint8Array(0))).toHaveLength(0);
  });

  test("refuses floats, views of data and too much", () => {
    const nameOf = (fn) => {
      try {
        fn();
      } catch (error) {
        return error.name;
      }
      return "nothing";
    };
    expect(nameOf(() => crypto.getRandomValues(new Float32Array(1)))).toBe("TypeMismatchError");
    expect(nameOf(() => crypto.getRandomValues(new DataView(new ArrayBuffer(1))))).toBe("TypeMismatchError");
    expect(nameOf(() => crypto.getRandomValues(new Uint8Array(65_537)))).toBe("QuotaExceededError");
    expect(crypto.getRandomValues(new Uint8Array(65_536))).toHaveLength(65_536);
    expect(nameOf(() => crypto.getRandomValues([1]))).toBe("TypeError");
    expect(nameOf(() => crypto.getRandomValues(new Uint8Array(new SharedArrayBuffer(1))))).toBe("TypeError");
    expect(nameOf(() => crypto.getRandomValues())).toBe("TypeError");
  });
});

describe("randomUUID", () => {
  test("has the form of version 4", () => {
    const form = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
    for (let i = 0; i < 300; ++i) expect(crypto.randomUUID()).toMatch(form);
  });

  test("does not repeat", () => {
    const seen = new Set();
    for (let i = 0; i < 2000; ++i) seen.add(crypto.randomUUID());
    expect(seen.size).toBe(2000);
  });
});

test("is the only Crypto", () => {
  expect(crypto).toBeInstanceOf(Crypto);
  expect(() => new Crypto()).toThrow("Illegal constructor");
  expect(() => Crypto.prototype.randomUUID.call({})).toThrow("Illegal invocation");
});
