// SPDX-License-Identifier: Apache-2.0
import { test, describe, expect } from "sedge:test";

const bytes = (...values) => new Uint8Array(values);

describe("TextDecoder", () => {
  test("decodes UTF-8 of every width", () => {
    const decoder = new TextDecoder();
    expect([decoder.encoding, decoder.fatal, decoder.ignoreBOM]).toEqual(["utf-8", false, false]);
    for (const text of ["", "plain", "latin é", "wide €", "astral 💩", "x".repeat(5000) + "é"]) {
      expect(decoder.decode(new TextEncoder().encode(text))).toBe(text);
    }
    expect(decoder.decode(bytes(0xE2, 0x82, 0x41, 0xFF))).toBe("\uFFFDA\uFFFD");
    expect(decoder.decode()).toBe("");
  });

  test("takes any view or buffer", () => {
    const { buffer } = bytes(65, 66, 67, 68);
    const decoder = new TextDecoder();
    expect(decoder.decode(buffer)).toBe("ABCD");
    expect(decoder.decode(new DataView(buffer, 1, 2))).toBe("BC");
    expect(decoder.decode(new Uint16Array(buffer, 2))).toBe("CD");
    const shared = new SharedArrayBuffer(2);
    new Uint8Array(shared).set([65, 66]);
    expect(decoder.decode(shared)).toBe("AB");
    expect(decoder.decode(new Uint8Array(shared, 1))).toBe("B");
    expect(() => decoder.decode("text")).toThrow(TypeError);
    expect(() => decoder.decode(null)).toThrow(TypeError);
  });

  test("knows labels", () => {
    expect(new TextDecoder(" UTF8 ").encoding).toBe("utf-8");
    expect(new TextDecoder("ascii").encoding).toBe("windows-1252");
    expect(new TextDecoder("sjis").encoding).toBe("shift_jis");
    expect(() => new TextDecoder("no such")).toThrow(RangeError);
    expect(() => new TextDecoder("no such")).toThrow("no such");
    expect(() => new TextDecoder("replacement")).toThrow(RangeError);
  });

  test("the byte order mark", () => {
    const marked = bytes(0xEF, 0xBB, 0xBF, 65);
    expect(new TextDecoder().decode(marked)).toBe("A");
    expect(new TextDecoder("utf-8", { ignoreBOM: true }).decode(marked)).toBe("\uFEFFA");
    const decoder = new TextDecoder();
    const twice = [0xEF, 0xBB, 0xBF, 0xEF, 0xBB, 0xBF];
    const pieces = twice.map((byte) => decoder.decode(bytes(byte), { stream: true }));
    expect(pieces.join("") + decoder.decode()).toBe("\uFEFF");
    expect(decoder.decode(marked)).toBe("A");
  });

  test("fatal", () => {
    const decoder = new TextDecoder("utf-8", { fatal: true });
    expect(decoder.fatal).toBe(true);
    expect(() => decoder.decode(bytes(0xC3))).toThrow(TypeError);
    expect(() => decoder.decode(bytes(0xC3))).toThrow("utf-8");
    expect(decoder.decode(bytes(0xC3, 0xA9))).toBe("é");
    expect(decoder.decode(bytes(0xC3), { stream: true })).toBe("");
    expect(() => decoder.decode()).toThrow(TypeError);
    expect(() => new TextDecoder("utf-16le", { fatal: true }).decode(bytes(0))).toThrow(TypeError);
  });

  test("streams", () => {
    const decoder = new TextDecoder();
    const all = new TextEncoder().encode("é€💩!");
    let text = "";
    for (const byte of all) text += decoder.decode(bytes(byte), { stream: true });
    expect(text + decoder.decode()).toBe("é€💩!");
    expect(decoder.decode(bytes(0xF0, 0x9F), { stream: true })).toBe("");
    expect(decoder.decode(bytes(0x41))).toBe("\uFFFDA");
    const utf16 = new TextDecoder("utf-16be");
    expect(utf16.decode(bytes(0xD8, 0x3D, 0xDC), { stream: true })).toBe("");
    expect(utf16.decode(bytes(0xA9))).toBe("💩");
  });

  test("legacy encodings", () => {
    const decode = (label, ...values) => new TextDecoder(label).decode(bytes(...values));
    expect(decode("windows-1252", 0x41, 0xE9)).toBe("Aé");
    expect(decode("latin1", 0x80)).toBe("€");
    expect(decode("koi8-r", 0xC1)).toBe("а");
    expect(decode("gbk", 0xC4, 0xE3)).toBe("你");
    expect(decode("big5", 0xA7, 0x41)).toBe("你");
    expect(decode("euc-jp", 0xA4, 0xA2)).toBe("あ");
    expect(decode("iso-2022-jp", 0x1B, 0x24, 0x42, 0x24, 0x22)).toBe("あ");
    expect(decode("shift_jis", 0x82, 0xA0)).toBe("あ");
    expect(decode("euc-kr", 0xBE, 0xC8)).toBe("안");
    expect(decode("x-user-defined", 0x80)).toBe("\uF780");
  });

  test("takes shared memory", () => {
    const shared = new SharedArrayBuffer(4);
    new Uint8Array(shared).set(bytes(0x61, 0xC3, 0xA9, 0x62));
    expect(new TextDecoder().decode(shared)).toBe("aéb");
    expect(new TextDecoder().decode(new Uint8Array(shared, 1, 2))).toBe("é");
    expect(new TextDecoder().decode(new DataView(shared, 3))).toBe("b");
    const decoder = new TextDecoder();
    expect(decoder.decode(new Uint8Array(shared, 0, 2), { stream: true })).toBe("a");
    expect(decoder.decode(new Uint8Array(shared, 2))).toBe("éb");
    expect(new TextEncoder().encodeInto("xy", new Uint8Array(shared))).toEqual({ read: 2, written: 2 });
    expect(new TextDecoder().decode(new Uint8Array(shared, 0, 2))).toBe("xy");
  });

  test("checks its receiver", () => {
    expect(() => TextDecoder.prototype.decode.call({})).toThrow(TypeError);
    expect(() => TextDecoder()).toThrow(TypeError);
  });
});
