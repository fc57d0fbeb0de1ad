// SPDX-License-Identifier: Apache-2.0
// ReadableStream, its default controller and its default reader.
import { test, describe, expect } from "sedge:test";

function numbers(count, strategy) {
  let next = 0;
  return new ReadableStream({
    pull(controller) {
      if (next < count) controller.enqueue(next++);
      else controller.close();
    },
  }, strategy);
}

async function readAll(stream) {
  const reader = stream.getReader();
  const chunks = [];
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return chunks;
    chunks.push(value);
  }
}

describe("reading", () => {
  test("gives the chunks in order, then done", async () => {
    expect(await readAll(numbers(5))).toEqual([0, 1, 2, 3, 4]);
  });

  test("many chunks from one queue", async () => {
    const stream = new ReadableStream({
      start(controller) {
        for (let i = 0; i < 3000; ++i) controller.enqueue(i);
        controller.close();
      },
    });
    const chunks = await readAll(stream);
    expect(chunks).toHaveLength(3000);
    expect(chunks.every((chunk, i) => chunk === i)).toBe(true);
  });

  test("reads that wait are answered in order", async () => {
    let controller;
    const stream = new ReadableStream({ start(c) { controller = c; } });
    const reader = stream.getReader();
    const reads = [reader.read(), reader.read(), reader.read()];
    controller.enqueue("a");
    controller.enqueue("b");
    controller.close();
    expect(await Promise.all(reads)).toEqual([
      { value: "a", done: false }, { value: "b", done: false }, { value: undefined, done: true }]);
    await reader.closed;
  });

  test("chunks before an error are lost with it", async () => {
    const reason = new Error("broken");
    const stream = new ReadableStream({
      start(controller) {
        controller.enqueue(1);
        controller.error(reason);
      },
    });
    const reader = stream.getReader();
    expect(await reader.read().catch((error) => error)).toBe(reason);
    expect(await reader.closed.catch((error) => error)).toBe(reason);
  });

  test("an error in pull() errors the stream", async () => {
    const stream = new ReadableStream({ pull() { throw new RangeError("pull failed"); } });
    await expect(stream.getReader().read()).rejects.toThrow("pull failed");
  });

  test("start may give anything: values are done at once, thenables are waited for", async () => {
    for (const given of [5, "s", null, {}, () => {}]) {
      const stream = new ReadableStream({ start: () => given, pull(controller) { controller.enqueue(given); } });
      expect((await stream.getReader().read()).value).toBe(given);
    }
    const waiting = { then(resolve) { setTimeout(resolve, 1); } };
    const stream = new ReadableStream({ start: () => waiting, pull(controller) { controller.enqueue(1); } });
    expect((await stream.getReader().read()).value).toBe(1);
  });

  test("an error in start() is the constructor's", () => {
    expect(() => new ReadableStream({ start() { throw new RangeError("start failed"); } }))
      .toThrow("start failed");
  });
});

describe("locks", () => {
  test("one reader at a time", async () => {
    const stream = numbers(3);
    const reader = stream.getReader();
    expect(stream.locked).toBe(true);
    expect(() => stream.getReader()).toThrow("locked");
    await expect(stream.cancel()).rejects.toThrow("locked");
    reader.releaseLock();
    expect(stream.locked).toBe(false);
    await expect(reader.read()).rejects.toThrow(TypeError);
    await expect(reader.closed).rejects.toThrow("released");
    expect(await readAll(stream)).toEqual([0, 1, 2]);
  });

  test("releaseLock() rejects what waits, and the chunk goes to the next reader", async () => {
    let controller;
    const stream = new ReadableStream({ start(c) { controller = c; } });
    const first = stream.getReader();
    const waiting = first.read();
    first.releaseLock();
    await expect(waiting).rejects.toThrow("released");
    const second = stream.getReader();
    const read = second.read();
    controller.enqueue("kept");
    expect((await read).value).toBe("kept");
  });

  test("a BYOB reader wants a byte stream", () => {
    expect(() => numbers(1).getReader({ mode: "byob" })).toThrow("bytes");
    expect(() => numbers(1).getReader({ mode: "other" })).toThrow("not a valid value");
  });
});

describe("cancel", () => {
  test("tells the source and closes the stream", async () => {
    let reason;
    const stream = new ReadableStream({ cancel(r) { reason = r; } });
    const reader = stream.getReader();
    const read = reader.read();
    await reader.cancel("enough");
    expect(reason).toBe("enough");
    expect(await read).toEqual({ value: undefined, done: true });
  });

  test("fails as the source's cancel() does", async () => {
    const stream = new ReadableStream({ cancel() { throw new Error("no way"); } });
    await expect(stream.cancel()).rejects.toThrow("no way");
    expect(await readAll(stream)).toEqual([]);
  });
});

describe("back-pressure", () => {
  test("pull() stops at the high-water mark", async () => {
    let pulls = 0;
    const stream = new ReadableStream({
      pull(controller) { controller.enqueue(++pulls); },
    }, { highWaterMark: 3 });
    const reader = stream.getReader();
    await reader.read();
    await new Promise((resolve) => setTimeout(resolve, 0));
    expect(pulls).toBe(4);
  });

  test("with a mark of 0 nothing is pulled before a read", async () => {
    let pulls = 0;
    const stream = new ReadableStream({
      pull(controller) { controller.enqueue(++pulls); },
    }, { highWaterMark: 0 });
    await new Promise((resolve) => setTimeout(resolve, 0));
    expect(pulls).toBe(0);
    expect((await stream.getReader().read()).value).toBe(1);
  });

  test("sizes count", () => {
    let controller;
    const strategy = { highWaterMark: 10, size: (chunk) => chunk.length };
    new ReadableStream({ start(c) { controller = c; } }, strategy);
    expect(controller.desiredSize).toBe(10);
    controller.enqueue("abcd");
    expect(controller.desiredSize).toBe(6);
    controller.enqueue("12345678");
    expect(controller.desiredSize).toBe(-2);
  });

  test("a bad size errors the stream", async () => {
    let controller;
    const stream = new ReadableStream({ start(c) { controller = c; } }, { size: () => -1 });
    expect(() => controller.enqueue("x")).toThrow(RangeError);
    await expect(stream.getReader().closed).rejects.toThrow(RangeError);
    expect(() => new ReadableStream({}, { highWaterMark: -1 })).toThrow(RangeError);
  });
});

test("a closed stream takes no more", () => {
  let controller;
  new ReadableStream({ start(c) { controller = c; } });
  controller.close();
  expect(() => controller.close()).toThrow(TypeError);
  expect(() => controller.enqueue(1)).toThrow(TypeError);
  expect(controller.desiredSize).toBe(0);
});

test("streams work when a worker replaces what they are built on", async () => {
  const { push, shift } = Array.prototype;
  const broken = () => { throw new Error("a builtin used a method that the worker replaced"); };
  const stream = numbers(3);
  const reader = stream.getReader();
  Array.prototype.push = Array.prototype.shift = broken;
  Object.defineProperty(Object.prototype, "highWaterMark", { configurable: true, get: broken, set: broken });
  let read;
  try {
    new ReadableStream();
    read = reader.read();
  } finally {
    Array.prototype.push = push;
    Array.prototype.shift = shift;
    delete Object.prototype.highWaterMark;
  }
  expect((await read).value).toBe(0);
});
