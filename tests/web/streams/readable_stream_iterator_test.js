// SPDX-License-Identifier: Apache-2.0
// for await over a ReadableStream, and ReadableStream.from().
import { test, describe, expect } from "sedge:test";

async function collect(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}

function source(onCancel = () => {}) {
  let next = 0;
  return new ReadableStream({
    pull(controller) { controller.enqueue(next++); },
    cancel: onCancel,
  });
}

describe("for await", () => {
  test("reads to the end and lets go", async () => {
    const stream = ReadableStream.from(["a", "b"]);
    expect(await collect(stream)).toEqual(["a", "b"]);
    expect(stream.locked).toBe(false);
  });

  test("break cancels the stream", async () => {
    let cancelled = false;
    const stream = source(() => { cancelled = true; });
    for await (const chunk of stream) {
      if (chunk === 2) break;
    }
    expect(cancelled).toBe(true);
    expect(stream.locked).toBe(false);
  });

  test("preventCancel leaves it for others", async () => {
    const stream = source();
    for await (const chunk of stream.values({ preventCancel: true })) {
      if (chunk === 1) break;
    }
    expect((await stream.getReader().read()).value).toBe(2);
  });

  test("errors come out of the loop", async () => {
    const stream = new ReadableStream({ start(controller) { controller.error(new Error("broken")); } });
    await expect(collect(stream)).rejects.toThrow("broken");
  });

  test("calls of next() and return() keep their order", async () => {
    const iterator = source().values();
    const results = await Promise.all(
      [iterator.next(), iterator.next(), iterator.return("end"), iterator.next()]);
    expect(results).toEqual([
      { value: 0, done: false }, { value: 1, done: false }, { value: "end", done: true },
      { value: undefined, done: true }]);
  });

  test("values() is the iterator method", () => {
    expect(ReadableStream.prototype[Symbol.asyncIterator]).toBe(ReadableStream.prototype.values);
  });
});

describe("ReadableStream.from", () => {
  test("takes generators, arrays, sets, strings and streams", async () => {
    expect(await collect(ReadableStream.from(async function* () { yield 1; yield 2; }()))).toEqual([1, 2]);
    expect(await collect(ReadableStream.from([Promise.resolve(3), 4]))).toEqual([3, 4]);
    expect(await collect(ReadableStream.from(new Set([5])))).toEqual([5]);
    expect(await collect(ReadableStream.from("ab"))).toEqual(["a", "b"]);
    expect(await collect(ReadableStream.from(ReadableStream.from([6])))).toEqual([6]);
  });

  test("asks for nothing before somebody reads, and closes the generator on cancel", async () => {
    const events = [];
    const stream = ReadableStream.from(async function* () {
      events.push("started");
      try {
        yield 1;
        yield 2;
      } finally {
        events.push("closed");
      }
    }());
    await new Promise((resolve) => setTimeout(resolve, 0));
    expect(events).toEqual([]);
    const reader = stream.getReader();
    expect((await reader.read()).value).toBe(1);
    await reader.cancel();
    expect(events).toEqual(["started", "closed"]);
  });

  test("refuses what cannot be iterated", () => {
    expect(() => ReadableStream.from(null)).toThrow("not iterable");
    expect(() => ReadableStream.from({})).toThrow("not iterable");
    expect(() => ReadableStream.from(5)).toThrow(TypeError);
  });
});
