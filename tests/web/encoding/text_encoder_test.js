// SPDX-License-Identifier: Apache-2.0
import { test, describe, expect } from "sedge:test";

describe("TextEncoder", () => {
  test("encodes", () => {
    const encoder = new TextEncoder();
    expect(encoder.encoding).toBe("utf-8");
    expect([...encoder.encode("aé€💩")])
      .toEqual([97, 0xC3, 0xA9, 0xE2, 0x82, 0xAC, 0xF0, 0x9F, 0x92, 0xA9]);
    expect([...encoder.encode("\uD800x\uDC00")]).toEqual([0xEF, 0xBF, 0xBD, 120, 0xEF, 0xBF, 0xBD]);
    expect(encoder.encode()).toHaveLength(0);
    expect(encoder.encode(undefined)).toHaveLength(0);
    expect([...encoder.encode(null)]).toEqual([110, 117, 108, 108]);
    expect(encoder.encode("x")).toBeInstanceOf(Uint8Array);
    expect(() => encoder.encode(Symbol("s"))).toThrow(TypeError);
    expect(() => TextEncoder.prototype.encode.call({})).toThrow(TypeError);
  });

  test("encodeInto writes whole characters", () => {
    const encoder = new TextEncoder();
    const into = (text, size) => {
      const destination = new Uint8Array(size);
      const { read, written } = encoder.encodeInto(text, destination);
      return [read, written, ...destination];
    };
    expect(into("abc", 2)).toEqual([2, 2, 97, 98]);
    expect(into("é€", 4)).toEqual([1, 2, 0xC3, 0xA9, 0, 0]);
    expect(into("💩x", 5)).toEqual([3, 5, 0xF0, 0x9F, 0x92, 0xA9, 120]);
    expect(into("💩", 3)).toEqual([0, 0, 0, 0, 0]);
    expect(into("\uD83D", 3)).toEqual([1, 3, 0xEF, 0xBF, 0xBD]);
    expect(into("a", 0)).toEqual([0, 0]);
    const { buffer } = new Uint8Array(8);
    expect(encoder.encodeInto("xy", new Uint8Array(buffer, 3, 2))).toEqual({ read: 2, written: 2 });
    expect([...new Uint8Array(buffer)]).toEqual([0, 0, 0, 120, 121, 0, 0, 0]);
    expect(() => encoder.encodeInto("a", new Uint16Array(2))).toThrow(TypeError);
    expect(() => encoder.encodeInto("a")).toThrow("2 arguments required");
  });
});
