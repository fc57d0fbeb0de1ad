// SPDX-License-Identifier: Apache-2.0
import { test, describe, expect } from "sedge:test";

const kChunkBytes = 64 * 1024;

const fromHex = (hex) => Uint8Array.fromHex(hex);
const utf8 = (text) => new TextEncoder().encode(text);

// "hello" as gzip(1), zlib and brotli write it.
const hello = {
  gzip: fromHex("1f8b0800000000000003cb48cdc9c9070086a6103605000000"),
  deflate: fromHex("789ccb48cdc9c90700062c0215"),
  "deflate-raw": fromHex("cb48cdc9c90700"),
  brotli: fromHex("0b028068656c6c6f03"),
};
const formats = Object.keys(hello);
// With a file's name and time in its header.
const namedGzip = fromHex("1f8b08082624086b000368656c6c6f2e74787400cb48cdc9c9070086a6103605000000");
// printf 'hello ' | gzip; printf 'world' | gzip
const twoMembers =
  fromHex("1f8b0800000000000003cb48cdc9c9570000f6f981ed060000001f8b08000000000000032bcf2fca4901004311773a05000000");

function concat(...parts) {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

// What comes out of it, and what it failed with.
async function decompress(format, ...chunks) {
  const stream = new DecompressionStream(format);
  const writer = stream.writable.getWriter();
  const writing = (async () => {
    for (const chunk of chunks) await writer.write(chunk);
    await writer.close();
  })();
  const failing = writing.then(() => undefined, (error) => error);
  const out = [];
  const reader = stream.readable.getReader();
  let error;
  try {
    for (let step = await reader.read(); !step.done; step = await reader.read()) out.push(step.value);
  } catch (caught) {
    error = caught;
  }
  expect(await failing).toBe(error);
  return { bytes: concat(...out), error };
}

async function failure(format, ...chunks) {
  const { error } = await decompress(format, ...chunks);
  expect(error).toBeInstanceOf(TypeError);
  return error.message;
}

// Raw deflate of a zero byte and `bytes` / 258 times 258 more: what follows the first 13 bytes repeats every
// 13 bytes. https://www.rfc-editor.org/rfc/rfc1951#section-3.2.6
function zerosAsDeflate(bytes) {
  const bits = [0, 1, 0]; // not the last block; fixed Huffman codes
  const put = (code, length) => {
    for (let i = length - 1; i >= 0; --i) bits.push((code >> i) & 1);
  };
  put(0b00110000, 8); // the literal 0
  const period = 13;
  for (let i = 0; i < 16; ++i) {
    put(0b11000101, 8); // 258 bytes ...
    put(0, 5); // ... from one byte back
  }
  const out = new Uint8Array(Math.floor(bytes / 258 * 13 / 8 / period) * period + period);
  for (let i = 0; i < 2 * period * 8; ++i) out[i >> 3] |= bits[i] << (i & 7);
  for (let i = 2 * period; i < out.length; ++i) out[i] = out[i - period];
  return out;
}

describe("DecompressionStream", () => {
  for (const format of formats) {
    test(`${format}: known data, in pieces of every size`, async () => {
      const data = hello[format];
      for (let size = 1; size <= data.length; ++size) {
        const pieces = [];
        for (let at = 0; at < data.length; at += size) pieces.push(data.slice(at, at + size));
        expect(await decompress(format, ...pieces)).toEqual({ bytes: utf8("hello"), error: undefined });
      }
      for (let at = 0; at <= data.length; ++at) {
        const { bytes, error } = await decompress(format, data.slice(0, at), data.slice(at));
        expect(error).toBeUndefined();
        expect(bytes).toEqual(utf8("hello"));
      }
    });

    test(`${format}: data that ends early fails when the stream is closed`, async () => {
      const data = hello[format];
      for (let length = 0; length < data.length; ++length) {
        expect(await failure(format, data.slice(0, length)))
          .toBe(`DecompressionStream: the ${format} data is incomplete: it ends after ${length} bytes`);
      }
      expect(await failure(format)).toContain("is incomplete");
    });

    test(`${format}: what follows the end of the data is an error, after its output`, async () => {
      const data = hello[format];
      const wanted = `there is more after the end of the ${format} data, which is ${data.length} bytes long`;
      for (const chunks of [[concat(data, new Uint8Array(1))], [data, new Uint8Array(1)], [concat(data, data)]]) {
        const { bytes, error } = await decompress(format, ...chunks);
        expect(bytes).toEqual(utf8("hello"));
        expect(error).toBeInstanceOf(TypeError);
        expect(error.message).toContain(wanted);
      }
      expect((await decompress(format, data, new Uint8Array(0))).error).toBeUndefined();
    });

    test(`${format}: the trailing data's error does not wait for a reader`, async () => {
      const stream = new DecompressionStream(format);
      const writer = stream.writable.getWriter();
      const reading = stream.readable.getReader().read();
      await expect(writer.write(concat(hello[format], new Uint8Array(9)))).rejects.toThrow("there is more");
      expect((await reading).value).toEqual(utf8("hello"));
    });

    test(`${format}: a flipped bit gives an error or other bytes, never a crash`, async () => {
      const data = hello[format];
      for (let bit = 0; bit < data.length * 8; ++bit) {
        const changed = data.slice();
        changed[bit >> 3] ^= 1 << (bit & 7);
        const { error } = await decompress(format, changed);
        if (error !== undefined) expect(error).toBeInstanceOf(TypeError);
      }
    });
  }

  test("says what is wrong, and where", async () => {
    const gzip = hello.gzip;
    const at = (index, value) => gzip.map((byte, i) => i === index ? value : byte);
    expect(await failure("gzip", utf8("<html>"))).toContain("the gzip data is corrupt after 0 bytes: ");
    expect(await failure("gzip", at(0, 0))).toContain("incorrect header check");
    expect(await failure("gzip", at(2, 7))).toContain("unknown compression method");
    expect(await failure("gzip", at(3, 0xE0))).toContain("unknown header flags set");
    expect(await failure("gzip", at(18, 0))).toContain("incorrect data check");
    expect(await failure("gzip", at(22, 9))).toContain("incorrect length check");
    const withDictionary = fromHex("78bb39a606d42b41e32b6495e61614030069de0923");
    expect(await failure("deflate", withDictionary)).toContain("preset dictionary");
    expect(await failure("deflate-raw", utf8("hello"))).toContain("the deflate-raw data is corrupt");
    expect(await failure("brotli", new Uint8Array(20).fill(0xFF))).toContain("the brotli data is corrupt after ");
  });

  test("gzip: the optional fields of the header are skipped", async () => {
    expect(await decompress("gzip", namedGzip)).toEqual({ bytes: utf8("hello"), error: undefined });
    // FTEXT, extra field, name, comment; other bytes of time, flags and system.
    const header = fromHex("1f8b081d0102030405060300aabbcc" + "6100" + "6200");
    expect((await decompress("gzip", concat(header, hello.gzip.slice(10)))).bytes).toEqual(utf8("hello"));
    // A header's own check, right and wrong.
    const checked = concat(fromHex("1f8b0802000000000003"), fromHex("a777"), hello.gzip.slice(10));
    const wrong = checked.slice();
    wrong[10] ^= 1;
    expect(await failure("gzip", wrong)).toContain("header crc mismatch");
    expect((await decompress("gzip", checked)).bytes).toEqual(utf8("hello"));
  });

  test("gzip: the standard allows one member", async () => {
    const { bytes, error } = await decompress("gzip", twoMembers);
    expect(bytes).toEqual(utf8("hello "));
    expect(error.message).toContain("there is more after the end of the gzip data, which is 26 bytes long");
  });

  test("a write whose output is exactly one chunk does not wait for the next read", async () => {
    for (const size of [kChunkBytes - 1, kChunkBytes, kChunkBytes + 1]) {
      const zipped = await new Response(
        new Blob([new Uint8Array(size)]).stream().pipeThrough(new CompressionStream("gzip"))).bytes();
      const stream = new DecompressionStream("gzip");
      const writer = stream.writable.getWriter();
      const reader = stream.readable.getReader();
      let written = false;
      const writing = writer.write(zipped).then(() => { written = true; });
      expect((await reader.read()).value.length).toBe(Math.min(size, kChunkBytes));
      await scheduler.wait(1);
      expect(written).toBe(size <= kChunkBytes);
      if (size > kChunkBytes) expect((await reader.read()).value.length).toBe(1);
      await writing;
      await writer.close();
      expect((await reader.read()).done).toBe(true);
    }
  });

  test("a bomb comes out as fast as it is read, and no faster", async () => {
    const size = 1 << 30; // eight times the memory that there is
    const bomb = zerosAsDeflate(size);
    const stream = new DecompressionStream("deflate-raw");
    const writer = stream.writable.getWriter();
    let written = false;
    const writing = writer.write(bomb).then(() => { written = true; });
    const reader = stream.readable.getReader();
    let read = 0;
    for (let i = 0; i < 100; ++i) read += (await reader.read()).value.length;
    expect(read).toBe(100 * kChunkBytes);
    await scheduler.wait(5);
    expect(written).toBe(false);
    while (!written) {
      const { value } = await reader.read();
      if (value.length > kChunkBytes || value[0] !== 0) throw new Error("not what was asked for");
      read += value.length;
      if (read > size - 2 * kChunkBytes) break;
    }
    await reader.cancel();
    await writing.catch(() => {});
    expect(read).toBeGreaterThan(size - 3 * kChunkBytes);
  }, 60_000);
});
