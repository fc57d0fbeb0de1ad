// SPDX-License-Identifier: Apache-2.0
import { test, describe, expect } from "sedge:test";

const formats = ["gzip", "deflate", "deflate-raw", "brotli"];
const kChunkBytes = 64 * 1024; // of one chunk that comes out

async function collect(readable) {
  const chunks = [];
  for await (const chunk of readable) chunks.push(chunk);
  return chunks;
}

async function joined(readable) {
  return new Response(readable).bytes();
}

async function through(transform, chunks) {
  const writer = transform.writable.getWriter();
  const writing = (async () => {
    for (const chunk of chunks) await writer.write(chunk);
    await writer.close();
  })();
  writing.catch(() => {});
  const bytes = await joined(transform.readable);
  await writing;
  return bytes;
}

const compress = (format, ...chunks) => through(new CompressionStream(format), chunks);
const decompress = (format, ...chunks) => through(new DecompressionStream(format), chunks);

// The same bytes in every run, hard to compress.
function noise(length) {
  const bytes = new Uint8Array(length);
  let state = 1;
  for (let i = 0; i < length; ++i) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}

const text = new TextEncoder().encode("The quick brown fox jumps over the lazy dog. ".repeat(3000));

describe("CompressionStream", () => {
  test("is a GenericTransformStream", () => {
    for (const Class of [CompressionStream, DecompressionStream]) {
      expect(Class.length).toBe(1);
      const stream = new Class("gzip");
      expect(Object.prototype.toString.call(stream)).toBe(`[object ${Class.name}]`);
      expect(stream.readable).toBeInstanceOf(ReadableStream);
      expect(stream.writable).toBeInstanceOf(WritableStream);
      expect(stream.readable).toBe(stream.readable);
      expect(stream.writable).toBe(stream.writable);
      expect(Object.getOwnPropertyDescriptor(Class.prototype, "readable").enumerable).toBe(true);
      expect(() => Class("gzip")).toThrow(TypeError);
      expect(() => Object.create(Class.prototype).readable).toThrow("Illegal invocation");
      expect(() => Object.create(Class.prototype).writable).toThrow("Illegal invocation");
    }
  });

  test("takes the standard's formats alone", () => {
    for (const Class of [CompressionStream, DecompressionStream]) {
      for (const format of formats) expect(new Class(format)).toBeInstanceOf(Class);
      for (const wrong of ["zstd", "GZIP", "br", "", null, undefined]) {
        expect(() => new Class(wrong)).toThrow("is not a valid value of CompressionFormat");
      }
      expect(() => new Class()).toThrow("1 argument required, but only 0 present");
      expect(() => new Class({ toString() { throw new RangeError("mine"); } })).toThrow(RangeError);
    }
  });

  for (const format of formats) {
    test(`${format}: what goes in comes out again`, async () => {
      for (const bytes of [new Uint8Array(0), text.slice(0, 1), text, noise(200_000), new Uint8Array(1 << 20)]) {
        const small = await compress(format, bytes);
        if (bytes !== text.slice(0, 1) && bytes.length > 100 && bytes !== text) {
          expect(small.length).toBeLessThan(bytes.length + 1000);
        }
        expect(await decompress(format, small)).toEqual(bytes);
      }
      expect((await compress(format, text)).length).toBeLessThan(text.length / 50);
    });

    test(`${format}: how the input is divided does not matter`, async () => {
      const pieces = [];
      for (let i = 0; i < 3000; i += 7) pieces.push(text.slice(i, i + 7), new Uint8Array(0));
      expect(await decompress(format, await compress(format, ...pieces))).toEqual(text.slice(0, 3003));
      expect(await decompress(format, await compress(format))).toEqual(new Uint8Array(0));
    });

    test(`${format}: takes every view and buffer`, async () => {
      const source = text.slice(0, 64);
      for (const view of [
        source, source.buffer, new DataView(source.buffer), new Uint16Array(source.buffer),
        new Float64Array(source.buffer),
      ]) {
        expect(await decompress(format, await compress(format, view))).toEqual(source);
      }
      const part = new Uint8Array(text.buffer, 10, 30);
      expect(await decompress(format, await compress(format, part))).toEqual(text.slice(10, 40));
    });

    test(`${format}: anything but bytes errors both sides`, async () => {
      const shared = new WebAssembly.Memory({ shared: true, initial: 1, maximum: 1 }).buffer;
      const others = [undefined, null, 1, "text", {}, [1], shared, new Uint8Array(shared)];
      for (const Class of [CompressionStream, DecompressionStream]) {
        for (const chunk of others) {
          const stream = new Class(format);
          const writer = stream.writable.getWriter();
          const reading = stream.readable.getReader().read();
          await expect(writer.write(chunk)).rejects.toThrow(TypeError);
          await expect(reading).rejects.toThrow(`A chunk written to a ${Class.name}`);
          await expect(writer.closed).rejects.toThrow(TypeError);
        }
      }
    });
  }

  test("gives chunks of a bounded size, as fast as they are read", async () => {
    const input = noise(1_000_000);
    const stream = new CompressionStream("gzip");
    const writer = stream.writable.getWriter();
    let written = false;
    const writing = writer.write(input).then(() => { written = true; });
    const reader = stream.readable.getReader();
    const chunks = [(await reader.read()).value];
    expect(chunks[0].length).toBe(kChunkBytes);
    await scheduler.wait(5);
    expect(written).toBe(false);
    input.fill(0); // what was written is written
    const closing = writer.close();
    for (let step = await reader.read(); !step.done; step = await reader.read()) chunks.push(step.value);
    await Promise.all([writing, closing]);
    expect(chunks.length).toBeGreaterThan(15);
    for (const chunk of chunks) {
      expect(chunk.length).toBeLessThanOrEqual(kChunkBytes);
      expect(chunk.buffer.byteLength).toBeLessThanOrEqual(kChunkBytes);
    }
    expect(await decompress("gzip", ...chunks)).toEqual(noise(1_000_000));
  });

  test("gzip's header names no file and no time", async () => {
    const bytes = await compress("gzip", text);
    expect([...bytes.slice(0, 4)]).toEqual([0x1F, 0x8B, 8, 0]);
    expect([...bytes.slice(4, 8)]).toEqual([0, 0, 0, 0]);
  });

  test("pipes, and is a body", async () => {
    const zipped = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
    const response = new Response(zipped.pipeThrough(new DecompressionStream("gzip")));
    expect(await response.bytes()).toEqual(text);
  });

  test("an abort and a cancel end it, also while output waits for a reader", async () => {
    for (const Class of [CompressionStream, DecompressionStream]) {
      const input = Class === CompressionStream ? noise(500_000) : await compress("gzip", new Uint8Array(1 << 20));
      for (const reads of [0, 1]) {
        const reason = new Error("enough");
        const aborted = new Class("gzip");
        const writer = aborted.writable.getWriter();
        const writing = writer.write(input);
        writing.catch(() => {});
        const reader = aborted.readable.getReader();
        if (reads > 0) await reader.read();
        await writer.abort(reason);
        await expect(writer.closed).rejects.toBe(reason);
        await expect(reader.read()).rejects.toBe(reason);

        const cancelled = new Class("gzip");
        const writer2 = cancelled.writable.getWriter();
        const writing2 = writer2.write(input);
        writing2.catch(() => {});
        const reader2 = cancelled.readable.getReader();
        if (reads > 0) await reader2.read();
        await reader2.cancel(reason);
        await expect(writer2.closed).rejects.toBe(reason);
      }
    }
  });

  test("a reader's thenable may cancel the stream that resolves it", async () => {
    for (const [Class, input] of [
      [CompressionStream, noise(300_000)], [DecompressionStream, await compress("gzip", new Uint8Array(1 << 20))],
    ]) {
      const stream = new Class("gzip");
      const reader = stream.readable.getReader();
      let armed = true;
      Object.defineProperty(Object.prototype, "then", {
        configurable: true,
        get() {
          if (armed && this.value instanceof Uint8Array) {
            armed = false;
            reader.cancel("now");
          }
          return undefined;
        },
      });
      try {
        const reading = reader.read();
        await stream.writable.getWriter().write(input).catch(() => {});
        expect((await reading).value).toBeInstanceOf(Uint8Array);
      } finally {
        delete Object.prototype.then;
      }
      expect((await reader.read()).done).toBe(true);
    }
  });

  test("does not need what a script can overwrite", async () => {
    const { then } = Promise.prototype;
    const { set } = Uint8Array.prototype;
    Promise.prototype.then = () => { throw new Error("mine"); };
    Uint8Array.prototype.set = () => { throw new Error("mine"); };
    let stream;
    let writing;
    try {
      stream = new CompressionStream("gzip");
      writing = stream.writable.getWriter();
      writing.write(noise(300_000));
      writing.close();
    } finally {
      Promise.prototype.then = then;
      Uint8Array.prototype.set = set;
    }
    expect((await collect(stream.readable)).length).toBeGreaterThan(2);
  });
});
