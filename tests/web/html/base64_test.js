// SPDX-License-Identifier: Apache-2.0
import { test, describe, expect } from "sedge:test";

describe("btoa", () => {
  test("encodes Latin-1", () => {
    expect(btoa("")).toBe("");
    expect(btoa("a")).toBe("YQ==");
    expect(btoa("ab")).toBe("YWI=");
    expect(btoa("abc")).toBe("YWJj");
    expect(btoa("\xff\xfe\xfd")).toBe("//79");
    expect(btoa(12)).toBe("MTI=");
    expect(btoa(null)).toBe("bnVsbA==");
  });

  test("refuses characters above U+00FF", () => {
    for (const text of ["\u0100", "a\u0100", "ab\u0100", "abc\u20acd"]) {
      expect(() => btoa(text)).toThrow(DOMException);
    }
    try {
      btoa("\u20ac");
    } catch (error) {
      expect([error.name, error.code]).toEqual(["InvalidCharacterError", 5]);
    }
  });

  test("needs an argument", () => {
    expect(() => btoa()).toThrow(TypeError);
  });
});

describe("atob", () => {
  test("decodes, with and without padding", () => {
    expect(atob("YWJj")).toBe("abc");
    expect(atob("YQ==")).toBe("a");
    expect(atob("YQ")).toBe("a");
    expect(atob("YWI=")).toBe("ab");
    expect(atob("//79")).toBe("\xff\xfe\xfd");
    expect(atob("")).toBe("");
  });

  test("ignores ASCII white space, also within the padding", () => {
    expect(atob(" Y W\tJ\nj\f\r ")).toBe("abc");
    expect(atob("YQ= =")).toBe("a");
    expect(atob("\n")).toBe("");
  });

  test("forgives bits that are left over", () => {
    expect(atob("YR==")).toBe("a");
  });

  test("refuses wrong lengths, padding and characters", () => {
    const wrong = ["a", "abcde", "=", "==", "a=", "a==", "ab=", "abc==", "abcd=", "ab==c", "ab=c", "a===",
      "ab-_", "ab\u00a0c",
      "\u0100bcd", "ab===", "====", "abcd===="];
    for (const text of wrong) expect(() => atob(text)).toThrow(DOMException);
  });
});

test("long data survives both ways", () => {
  let text = "";
  for (let i = 0; i < 100_003; ++i) text += String.fromCharCode((i * 31 + (i >> 8)) & 0xFF);
  const encoded = btoa(text);
  expect(encoded).toHaveLength(Math.ceil(100_003 / 3) * 4);
  expect(atob(encoded) === text).toBe(true);
});
