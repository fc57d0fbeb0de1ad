// SPDX-License-Identifier: Apache-2.0
// WritableStream, its writer and its controller.
import { test, describe, expect } from "sedge:test";

describe("writing", () => {
  test("chunks reach the sink one after the other", async () => {
    const events = [];
    const stream = new WritableStream({
      async write(chunk) {
        events.push(`begin ${chunk}`);
        await Promise.resolve();
        events.push(`end ${chunk}`);
      },
      close() { events.push("close"); },
    });
    const writer = stream.getWriter();
    writer.write(1);
    writer.write(2);
    await writer.close();
    expect(events).toEqual(["begin 1", "end 1", "begin 2", "end 2", "close"]);
    await writer.closed;
  });

  test("ready and desiredSize show the back-pressure", async () => {
    let finish;
    const stream = new WritableStream({ write: () => new Promise((resolve) => { finish = resolve; }) });
    const writer = stream.getWriter();
    expect(writer.desiredSize).toBe(1);
    await writer.ready;
    writer.write("x");
    expect(writer.desiredSize).toBe(0);
    let isReady = false;
    writer.ready.then(() => { isReady = true; });
    await new Promise((resolve) => setTimeout(resolve, 0));
    expect(isReady).toBe(false);
    finish();
    await writer.ready;
    expect(writer.desiredSize).toBe(1);
  });

  test("a failed write errors the stream", async () => {
    const stream = new WritableStream({ write() { throw new Error("disk full"); } });
    const writer = stream.getWriter();
    await expect(writer.write(1)).rejects.toThrow("disk full");
    await expect(writer.write(2)).rejects.toThrow("disk full");
    await expect(writer.closed).rejects.toThrow("disk full");
    await expect(writer.ready).rejects.toThrow("disk full");
    expect(writer.desiredSize).toBeNull();
  });

  test("start may give anything: values are done at once, thenables are waited for", async () => {
    for (const given of [5, "s", null, {}, () => {}]) {
      const writer = new WritableStream({ start: () => given }).getWriter();
      await writer.write(1);
    }
    let begin;
    const chunks = [];
    const thenable = { then(resolve) { begin = resolve; } };
    const stream = new WritableStream({ start: () => thenable, write(chunk) { chunks.push(chunk); } });
    const written = stream.getWriter().write("x");
    await new Promise((resolve) => setTimeout(resolve, 0));
    expect(chunks).toEqual([]);
    begin();
    await written;
    expect(chunks).toEqual(["x"]);
    const failing = new WritableStream({ start: () => ({ then(_, reject) { reject(new Error("no start")); } }) });
    await expect(failing.getWriter().closed).rejects.toThrow("no start");
  });

  test("not after close", async () => {
    const writer = new WritableStream().getWriter();
    const closed = writer.close();
    const write = writer.write(1);
    const again = writer.close();
    await expect(write).rejects.toThrow("the stream is closing");
    await expect(again).rejects.toThrow("closing already");
    await closed;
    expect(writer.desiredSize).toBe(0);
  });
});

describe("abort", () => {
  test("tells the sink why, and rejects what waits", async () => {
    const events = [];
    const stream = new WritableStream({
      write: () => new Promise((resolve) => setTimeout(resolve, 0)),
      abort(reason) { events.push(reason); },
      close() { events.push("close"); },
    });
    const writer = stream.getWriter();
    const first = writer.write(1);
    const second = writer.write(2);
    const failed = second.catch((reason) => reason);
    await writer.ready.catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, 0));
    await writer.abort("enough");
    await first;
    expect(events).toEqual(["enough"]);
    const outcome = await failed;
    expect(outcome === "enough" || outcome === undefined).toBe(true);
  });

  test("reaches the controller's signal at once", async () => {
    let signal;
    const stream = new WritableStream({
      start(controller) { ({ signal } = controller); },
      write: () => new Promise((resolve) => signal.addEventListener("abort", resolve)),
    });
    const writer = stream.getWriter();
    await writer.ready;
    const write = writer.write("never ends by itself");
    expect(signal.aborted).toBe(false);
    await writer.abort("stop");
    expect([signal.aborted, signal.reason]).toEqual([true, "stop"]);
    await write;
  });

  test("is harmless on a closed stream", async () => {
    const stream = new WritableStream();
    await stream.close();
    expect(await stream.abort()).toBeUndefined();
  });
});

describe("locks", () => {
  test("one writer at a time", async () => {
    const stream = new WritableStream();
    const writer = stream.getWriter();
    expect(stream.locked).toBe(true);
    expect(() => stream.getWriter()).toThrow("locked");
    await expect(stream.abort()).rejects.toThrow("locked");
    await expect(stream.close()).rejects.toThrow("locked");
    writer.releaseLock();
    expect(stream.locked).toBe(false);
    await expect(writer.write(1)).rejects.toThrow("released");
    await expect(writer.closed).rejects.toThrow("released");
    expect(() => writer.desiredSize).toThrow("released");
    await stream.close();
  });
});

test("controller.error() errors the stream", async () => {
  let controller;
  const stream = new WritableStream({ start(c) { controller = c; } });
  controller.error(new Error("gone"));
  await expect(stream.getWriter().closed).rejects.toThrow("gone");
});

test("the constructor checks its arguments", () => {
  expect(() => new WritableStream({ type: "bytes" })).toThrow(RangeError);
  expect(() => new WritableStream({ write: 1 })).toThrow("'write'");
  expect(() => new WritableStream(1)).toThrow(TypeError);
  expect(() => new WritableStream({}, { highWaterMark: NaN })).toThrow(RangeError);
});
