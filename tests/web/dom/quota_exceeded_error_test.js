// SPDX-License-Identifier: Apache-2.0
import { test, expect } from "sedge:test";

test("is a DOMException with quota and request", () => {
  const error = new QuotaExceededError("too much", { quota: 5, requested: 7 });
  expect(error).toBeInstanceOf(DOMException);
  expect([error.name, error.code, error.message, error.quota, error.requested])
    .toEqual(["QuotaExceededError", 22, "too much", 5, 7]);
  expect(new QuotaExceededError().quota).toBeNull();
  expect(Object.prototype.toString.call(error)).toBe("[object QuotaExceededError]");
});

test("refuses numbers that make no sense", () => {
  expect(() => new QuotaExceededError("", { quota: -1 })).toThrow(RangeError);
  expect(() => new QuotaExceededError("", { requested: -1 })).toThrow(RangeError);
  expect(() => new QuotaExceededError("", { quota: 2, requested: 1 })).toThrow(RangeError);
  expect(() => new QuotaExceededError("", { quota: NaN })).toThrow(TypeError);
});

test("can be cloned", () => {
  const copy = structuredClone(new QuotaExceededError("m", { quota: 1 }));
  expect(copy).toBeInstanceOf(QuotaExceededError);
  expect([copy.message, copy.quota, copy.requested]).toEqual(["m", 1, null]);
});

test("is what getRandomValues throws", () => {
  let caught;
  try {
    crypto.getRandomValues(new Uint8Array(65_537));
  } catch (error) {
    caught = error;
  }
  expect(caught).toBeInstanceOf(QuotaExceededError);
  expect(caught.message).toMatch("65537 bytes");
});
