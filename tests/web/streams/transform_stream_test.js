// SPDX-License-Identifier: Apache-2.0
// TransformStream and its controller.
import { test, describe, expect } from "sedge:test";

async function collect(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}

describe("transforming", () => {
  test("without a transformer chunks pass as they are", async () => {
    const chunk = {};
    const [out] = await collect(ReadableStream.from([chunk]).pipeThrough(new TransformStream()));
    expect(out).toBe(chunk);
  });

  test("one chunk may become many, and flush() has the last word", async () => {
    const stream = new TransformStream({
      start(controller) { controller.enqueue("start"); },
      transform(chunk, controller) {
        for (const part of chunk.split(",")) controller.enqueue(part);
      },
      async flush(controller) { controller.enqueue("end"); },
    });
    expect(await collect(ReadableStream.from(["a,b", "c"]).pipeThrough(stream)))
      .toEqual(["start", "a", "b", "c", "end"]);
  });

  test("a write waits until somebody reads", async () => {
    const { readable, writable } = new TransformStream();
    const writer = writable.getWriter();
    let written = false;
    const write = writer.write("x").then(() => { written = true; });
    await new Promise((resolve) => setTimeout(resolve, 0));
    expect(written).toBe(false);
    expect((await readable.getReader().read()).value).toBe("x");
    await write;
  });
});

describe("ends", () => {
  test("an error in transform() reaches both sides", async () => {
    const { readable, writable } = new TransformStream({ transform() { throw new Error("bad chunk"); } });
    const reader = readable.getReader();
    const writer = writable.getWriter();
    const read = reader.read();
    await expect(writer.write(1)).rejects.toThrow("bad chunk");
    await expect(read).rejects.toThrow("bad chunk");
    await expect(writer.closed).rejects.toThrow("bad chunk");
  });

  test("terminate() closes one side and errors the other", async () => {
    const { readable, writable } = new TransformStream({
      transform(chunk, controller) {
        controller.enqueue(chunk);
        controller.terminate();
      },
    });
    const writer = writable.getWriter();
    const write = writer.write("last");
    write.catch(() => {});
    expect(await collect(readable)).toEqual(["last"]);
    await expect(writer.closed).rejects.toThrow("terminated");
  });

  test("cancelling and aborting run cancel() once", async () => {
    const reasons = [];
    const cancelled = new TransformStream({ cancel(reason) { reasons.push(reason); } });
    await cancelled.readable.cancel("reader");
    await expect(cancelled.writable.getWriter().closed.catch((reason) => { throw new Error(reason); }))
      .rejects.toThrow("reader");
    const aborted = new TransformStream({ cancel(reason) { reasons.push(reason); } });
    await aborted.writable.abort("writer");
    expect(await aborted.readable.getReader().read().catch((reason) => reason)).toBe("writer");
    expect(reasons).toEqual(["reader", "writer"]);
  });

  test("an error in flush() errors the readable side", async () => {
    const { readable, writable } = new TransformStream({ flush() { throw new Error("no end"); } });
    const read = collect(readable);
    await expect(writable.getWriter().close()).rejects.toThrow("no end");
    await expect(read).rejects.toThrow("no end");
  });
});

test("the controller's desiredSize is the readable side's", () => {
  let controller;
  new TransformStream({ start(c) { controller = c; } }, undefined, { highWaterMark: 4 });
  controller.enqueue(1);
  expect(controller.desiredSize).toBe(3);
  controller.error(new Error("x"));
  expect(controller.desiredSize).toBeNull();
  expect(() => controller.enqueue(2)).toThrow(TypeError);
});

test("types that the standard keeps for later are refused", () => {
  expect(() => new TransformStream({ readableType: "bytes" })).toThrow(RangeError);
  expect(() => new TransformStream({ writableType: "bytes" })).toThrow(RangeError);
});
