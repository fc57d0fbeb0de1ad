// SPDX-License-Identifier: Apache-2.0
// What streams hold natively: 270 KB for a gzip compressor, 2 MB for Brotli's. The isolate of this file has
// 128 MB, so that whatever is not given back, or not collected in time, ends it.
import { test, describe, expect } from "sedge:test";

const byte = new Uint8Array([1]);

async function zip(format, bytes) {
  const stream = new CompressionStream(format);
  const writer = stream.writable.getWriter();
  writer.write(bytes);
  writer.close();
  return new Response(stream.readable).bytes();
}

describe("native memory of compression streams", () => {
  test("a stream that was not written to has none", () => {
    const streams = [];
    for (let i = 0; i < 3000; ++i) streams.push(new CompressionStream("brotli"), new DecompressionStream("gzip"));
    expect(streams.length).toBe(6000);
  });

  for (const [format, count] of [["gzip", 3000], ["brotli", 500]]) {
    test(`${format}: a finished stream that is kept has none`, async () => {
      const kept = [];
      for (let i = 0; i < count; ++i) {
        const stream = new CompressionStream(format);
        const writer = stream.writable.getWriter();
        writer.write(byte);
        writer.close();
        await new Response(stream.readable).arrayBuffer();
        kept.push(stream);
      }
      expect(kept.length).toBe(count);
    }, 10_000);

    test(`${format}: nor has one that failed, was aborted or was cancelled`, async () => {
      const kept = [];
      for (let i = 0; i < count; ++i) {
        const stream = i % 4 === 3 ? new DecompressionStream(format) : new CompressionStream(format);
        const writer = stream.writable.getWriter();
        const reader = stream.readable.getReader();
        const reading = Promise.allSettled([reader.read(), reader.read()]); // nothing waits for a reader
        await writer.write(byte).catch(() => {});
        if (i % 4 === 0) await writer.write("no bytes").catch(() => {});
        else if (i % 4 === 1) await writer.abort("enough");
        else if (i % 4 === 2) await reader.cancel();
        else await writer.write(new Uint8Array(100).fill(0xFF)).catch(() => {});
        writer.closed.catch(() => {});
        reader.closed.catch(() => {});
        await reading;
        kept.push(stream);
      }
      expect(kept.length).toBe(count);
    }, 10_000);

    test(`${format}: streams that are dropped in the middle are collected in time`, async () => {
      for (let i = 0; i < count; ++i) {
        const stream = new CompressionStream(format);
        stream.readable.getReader().read();
        await stream.writable.getWriter().write(byte);
      }
    }, 10_000);
  }

  test("decompressors with a window, too", async () => {
    const zipped = await zip("gzip", new Uint8Array(100_000));
    const half = zipped.slice(0, zipped.length - 8);
    for (let i = 0; i < 10_000; ++i) {
      const stream = new DecompressionStream("gzip");
      const reader = stream.readable.getReader();
      stream.writable.getWriter().write(half);
      await reader.read();
    }
  }, 10_000);
});
