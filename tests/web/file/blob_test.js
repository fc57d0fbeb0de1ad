// SPDX-License-Identifier: Apache-2.0
import { test, describe, expect } from "sedge:test";

describe("Blob", () => {
  test("joins strings, buffers, views and blobs", async () => {
    const bytes = new Uint8Array([0x62, 0x63, 0x64]);
    const blob = new Blob(["a", bytes, bytes.buffer, new DataView(bytes.buffer, 1, 1), new Blob(["é"]), 12]);
    bytes[0] = 0; // a copy was made
    expect(blob.size).toBe(1 + 3 + 3 + 1 + 2 + 2);
    expect(await blob.text()).toBe("abcdbcdcé12");
    expect([...await blob.bytes()].slice(0, 3)).toEqual([0x61, 0x62, 0x63]);
    expect((await blob.arrayBuffer()).byteLength).toBe(12);
  });

  test("gives copies of its bytes", async () => {
    const blob = new Blob(["abc"]);
    (await blob.bytes())[0] = 0;
    new Uint8Array(await blob.arrayBuffer())[1] = 0;
    expect(await blob.text()).toBe("abc");
  });

  test("type is lower-cased, or empty when it has odd characters", () => {
    expect(new Blob([], { type: "Text/HTML" }).type).toBe("text/html");
    expect(new Blob([], { type: "te\x07xt" }).type).toBe("");
    expect(new Blob([], { type: "é/x" }).type).toBe("");
    expect(new Blob().type).toBe("");
  });

  test("endings: native makes line feeds", async () => {
    expect(await new Blob(["a\r\nb\rc\nd"], { endings: "native" }).text()).toBe("a\nb\nc\nd");
    expect(await new Blob(["a\r\nb"]).text()).toBe("a\r\nb");
    expect(() => new Blob([], { endings: "other" })).toThrow(TypeError);
  });

  test("slices, also across parts", async () => {
    const blob = new Blob(["abc", "def", "ghi"], { type: "text/plain" });
    expect(await blob.slice(2, 7).text()).toBe("cdefg");
    expect(await blob.slice(-4, -1).text()).toBe("fgh");
    expect(await blob.slice(7).text()).toBe("hi");
    expect(await blob.slice(5, 2).text()).toBe("");
    expect(await blob.slice(0, 100).text()).toBe("abcdefghi");
    expect(await blob.slice(2, 7).slice(1, 3).text()).toBe("de");
    expect(blob.slice().type).toBe("");
    expect(blob.slice(0, 1, "A/B").type).toBe("a/b");
    expect(blob.slice(0, NaN).size).toBe(0);
  });

  test("streams in chunks", async () => {
    const big = new Uint8Array(200_000).fill(7);
    const blob = new Blob(["x", big]);
    const reader = blob.stream().getReader();
    let total = 0;
    for (;;) {
      const { value, done } = await reader.read();
      if (done) break;
      expect(value).toBeInstanceOf(Uint8Array);
      expect(value.length).toBeLessThan(100_000);
      total += value.length;
    }
    expect(total).toBe(200_001);
    const empty = await new Blob([]).stream().getReader().read();
    expect(empty.done).toBe(true);
  });

  test("lone surrogates become U+FFFD", async () => {
    expect(await new Blob(["a\ud800b"]).text()).toBe("a\ufffdb");
  });

  test("refuses what is no sequence", () => {
    for (const parts of [null, "abc", 1, true, {}]) expect(() => new Blob(parts)).toThrow(TypeError);
    expect(() => new Blob([], 1)).toThrow(TypeError);
    expect(() => Blob.prototype.slice.call({})).toThrow("Illegal invocation");
  });
});
