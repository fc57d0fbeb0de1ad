// SPDX-License-Identifier: Apache-2.0
// ReadableStream.prototype.tee() for both kinds of stream.
import { test, describe, expect } from "sedge:test";

async function collect(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}

describe("a default stream", () => {
  test("gives both branches everything, at their own pace", async () => {
    const stream = ReadableStream.from([1, 2, 3]);
    const [first, second] = stream.tee();
    expect(stream.locked).toBe(true);
    expect(await collect(first)).toEqual([1, 2, 3]);
    expect(await collect(second)).toEqual([1, 2, 3]);
  });

  test("is cancelled when both branches are", async () => {
    let reason;
    const [first, second] = new ReadableStream({ cancel(r) { reason = r; } }).tee();
    const cancelled = first.cancel("one");
    expect(reason).toBeUndefined();
    await Promise.all([cancelled, second.cancel("two")]);
    expect(reason).toEqual(["one", "two"]);
  });

  test("passes its error to both", async () => {
    let controller;
    const [first, second] = new ReadableStream({ start(c) { controller = c; } }).tee();
    controller.error(new Error("broken"));
    await expect(collect(first)).rejects.toThrow("broken");
    await expect(collect(second)).rejects.toThrow("broken");
  });
});

describe("a byte stream", () => {
  const source = () => new ReadableStream({
    type: "bytes",
    start(controller) {
      controller.enqueue(new Uint8Array([1, 2, 3]));
      controller.close();
    },
  });

  test("gives each branch bytes of its own", async () => {
    const [first, second] = source().tee();
    const [a] = await collect(first);
    const [b] = await collect(second);
    a[0] = 99;
    expect([...b]).toEqual([1, 2, 3]);
    expect(a.buffer === b.buffer).toBe(false);
  });

  test("one branch with a BYOB reader, the other with a default reader", async () => {
    const [first, second] = source().tee();
    const byob = first.getReader({ mode: "byob" });
    const plain = second.getReader();
    expect([...(await byob.read(new Uint8Array(2))).value]).toEqual([1, 2]);
    expect([...(await byob.read(new Uint8Array(2))).value]).toEqual([3]);
    expect((await byob.read(new Uint8Array(2))).done).toBe(true);
    const rest = [];
    for (;;) {
      const { value, done } = await plain.read();
      if (done) break;
      rest.push(...value);
    }
    expect(rest).toEqual([1, 2, 3]);
  });

  test("goes on for one branch when the other is cancelled", async () => {
    const [first, second] = source().tee();
    const cancelled = first.cancel();
    const [chunk] = await collect(second);
    expect([...chunk]).toEqual([1, 2, 3]);
    await cancelled;
  });
});
