// SPDX-License-Identifier: Apache-2.0
// Workers' IdentityTransformStream and FixedLengthStream.
import { test, describe, expect } from "sedge:test";

async function collect(stream) {
  const all = [];
  for await (const chunk of stream) all.push(...chunk);
  return all;
}

async function writeAll(writable, ...chunks) {
  const writer = writable.getWriter();
  for (const chunk of chunks) await writer.write(chunk);
  await writer.close();
}

describe("IdentityTransformStream", () => {
  test("is a TransformStream whose readable side is a byte stream", () => {
    const stream = new IdentityTransformStream();
    expect(stream).toBeInstanceOf(TransformStream);
    expect(String(stream)).toBe("[object IdentityTransformStream]");
    expect(stream.readable.getReader({ mode: "byob" })).toBeInstanceOf(ReadableStreamBYOBReader);
    expect(stream.writable).toBe(stream.writable);
  });

  test("passes every kind of BufferSource, and copies it", async () => {
    const { readable, writable } = new IdentityTransformStream();
    const chunk = new Uint8Array([1, 2]);
    const written = writeAll(writable, chunk, new Uint8Array([3]).buffer, new DataView(new ArrayBuffer(1)));
    expect(await collect(readable)).toEqual([1, 2, 3, 0]);
    await written;
    expect(chunk).toHaveLength(2);
  });

  test("a write is done when its bytes were read", async () => {
    const { readable, writable } = new IdentityTransformStream();
    const writer = writable.getWriter();
    let done = false;
    const write = writer.write(new Uint8Array([1])).then(() => { done = true; });
    await new Promise((resolve) => setTimeout(resolve, 0));
    expect(done).toBe(false);
    const reader = readable.getReader();
    expect([...(await reader.read()).value]).toEqual([1]);
    await write;
    await writer.write(new Uint8Array(0)); // nothing to wait for
  });

  test("BYOB readers take it in pieces", async () => {
    const { readable, writable } = new IdentityTransformStream();
    const written = writeAll(writable, new Uint8Array([1, 2, 3]));
    const reader = readable.getReader({ mode: "byob" });
    expect([...(await reader.read(new Uint8Array(2))).value]).toEqual([1, 2]);
    expect([...(await reader.read(new Uint8Array(2))).value]).toEqual([3]);
    const last = await reader.read(new Uint8Array(2));
    expect([last.done, last.value.byteLength]).toEqual([true, 0]);
    await written;
  });

  test("takes bytes only", async () => {
    const { readable, writable } = new IdentityTransformStream();
    const read = readable.getReader().read();
    read.catch(() => {});
    await expect(writable.getWriter().write("text")).rejects.toThrow(TypeError);
    await expect(read).rejects.toThrow(TypeError);
  });

  test("cancel and abort reach the other side, even past a write that waits", async () => {
    const first = new IdentityTransformStream();
    const write = first.writable.getWriter().write(new Uint8Array(1));
    await new Promise((resolve) => setTimeout(resolve, 0));
    await first.readable.cancel("no more");
    expect(await write.catch((reason) => reason)).toBe("no more");
    const second = new IdentityTransformStream();
    const writer = second.writable.getWriter();
    const waiting = writer.write(new Uint8Array(1)).catch((reason) => reason);
    await new Promise((resolve) => setTimeout(resolve, 0));
    await writer.abort("stop");
    expect(await waiting).toBe("stop");
    expect(await second.readable.getReader().read().catch((reason) => reason)).toBe("stop");
  });

  test("a highWaterMark counts bytes", () => {
    const writer = new IdentityTransformStream({ highWaterMark: 10 }).writable.getWriter();
    writer.write(new Uint8Array(4)).catch(() => {});
    expect(writer.desiredSize).toBe(6);
    expect(() => new IdentityTransformStream({ highWaterMark: -1 })).toThrow(RangeError);
  });
});

describe("FixedLengthStream", () => {
  test("passes exactly as many bytes as it says", async () => {
    const { readable, writable } = new FixedLengthStream(3n);
    const written = writeAll(writable, new Uint8Array([1, 2]), new Uint8Array([3]));
    expect(await collect(readable)).toEqual([1, 2, 3]);
    await written;
  });

  test("too many bytes are a TypeError at both ends", async () => {
    const { readable, writable } = new FixedLengthStream(1);
    const read = collect(readable);
    const written = writeAll(writable, new Uint8Array(2));
    await expect(written).rejects.toThrow("1 bytes was given 2");
    await expect(read).rejects.toThrow(TypeError);
  });

  test("so are too few", async () => {
    const { readable, writable } = new FixedLengthStream(5);
    const read = collect(readable);
    const written = writeAll(writable, new Uint8Array(2));
    await expect(written).rejects.toThrow("5 bytes was closed after 2");
    await expect(read).rejects.toThrow(TypeError);
  });

  test("an empty one closes at once", async () => {
    const { readable, writable } = new FixedLengthStream(0);
    await writable.close();
    expect(await collect(readable)).toEqual([]);
  });

  test("the length must be one", () => {
    expect(() => new FixedLengthStream()).toThrow("1 argument required");
    expect(() => new FixedLengthStream(-1)).toThrow(TypeError);
    expect(() => new FixedLengthStream(-1n)).toThrow(TypeError);
    expect(() => new FixedLengthStream(2n ** 53n)).toThrow(TypeError);
    expect(new FixedLengthStream(1)).toBeInstanceOf(IdentityTransformStream);
  });
});
