// SPDX-License-Identifier: Apache-2.0
// Byte streams: ReadableByteStreamController, ReadableStreamBYOBReader, ReadableStreamBYOBRequest.
import { test, describe, expect } from "sedge:test";

const bytes = (...values) => new Uint8Array(values);

function byteStream(source) {
  let controller;
  const stream = new ReadableStream({ type: "bytes", ...source, start(c) { controller = c; } });
  return { stream, controller };
}

describe("BYOB reads", () => {
  test("fill the view that was lent", async () => {
    const { stream, controller } = byteStream();
    controller.enqueue(bytes(1, 2, 3));
    const reader = stream.getReader({ mode: "byob" });
    const buffer = new ArrayBuffer(8);
    const { value, done } = await reader.read(new Uint8Array(buffer, 2, 2));
    expect(done).toBe(false);
    expect([...value]).toEqual([1, 2]);
    expect([value.byteOffset, value.buffer.byteLength]).toEqual([2, 8]);
    expect(buffer.byteLength).toBe(0); // it was moved
    expect([...(await reader.read(new Uint8Array(4))).value]).toEqual([3]);
  });

  test("join chunks, and wait for whole elements", async () => {
    const { stream, controller } = byteStream();
    const reader = stream.getReader({ mode: "byob" });
    const read = reader.read(new Uint16Array(2));
    controller.enqueue(bytes(1));
    controller.enqueue(bytes(2, 3));
    expect((await read).value).toHaveLength(1);
    controller.enqueue(bytes(4));
    const { value } = await reader.read(new Uint8Array(9));
    expect([...value]).toEqual([3, 4]);
  });

  test("readAtLeast", async () => {
    const { stream, controller } = byteStream();
    const reader = stream.getReader({ mode: "byob" });
    const read = reader.readAtLeast(3, new Uint8Array(4));
    controller.enqueue(bytes(1, 2));
    controller.enqueue(bytes(3));
    expect([...(await read).value]).toEqual([1, 2, 3]);
    const words = reader.readAtLeast(2, new Uint16Array(3)); // elements, not bytes
    controller.enqueue(bytes(1, 1));
    controller.enqueue(bytes(2, 2, 3));
    expect([...(await words).value]).toEqual([0x0101, 0x0202]);
  });

  test("readAtLeast gives the last bytes, be they fewer, before it says that the stream is over", async () => {
    const pending = byteStream();
    const reader = pending.stream.getReader({ mode: "byob" });
    const last = reader.readAtLeast(4, new Uint8Array(4));
    pending.controller.enqueue(bytes(3, 4));
    pending.controller.close();
    pending.controller.byobRequest.respond(0);
    const { done, value } = await last;
    expect([done, [...value]]).toEqual([false, [3, 4]]);
    expect(await reader.readAtLeast(1, new Uint8Array(4))).toEqual({ value: new Uint8Array(0), done: true });
    const file = new Uint8Array([1, 2, 3, 4, 5]);
    const { readable, writable } = new IdentityTransformStream();
    const writer = writable.getWriter();
    writer.write(file.slice()).then(() => writer.close());
    for (const stream of [new Blob([file]).stream(), new Response(file).body, readable]) {
      const records = stream.getReader({ mode: "byob" });
      const seen = [];
      for (;;) {
        const result = await records.readAtLeast(2, new Uint8Array(2));
        if (result.done) break;
        seen.push([...result.value]);
      }
      expect(seen).toEqual([[1, 2], [3, 4], [5]]);
    }
  });

  test("readAtLeast checks its arguments", async () => {
    const reader = byteStream().stream.getReader({ mode: "byob" });
    const context = "Failed to execute 'readAtLeast' on 'ReadableStreamBYOBReader'";
    await expect(reader.readAtLeast(1)).rejects.toThrow(`${context}: 2 arguments required`);
    await expect(reader.readAtLeast(1, [])).rejects.toThrow(`${context}: parameter 2`);
    await expect(reader.readAtLeast(-1, new Uint8Array(2))).rejects.toThrow(TypeError);
    await expect(reader.readAtLeast(0, new Uint8Array(2))).rejects.toThrow(`${context}: 'min' must be at least 1`);
    await expect(reader.readAtLeast(3, new Uint8Array(2))).rejects.toThrow(RangeError);
    reader.releaseLock();
    await expect(reader.readAtLeast(1, new Uint8Array(2))).rejects.toThrow(`${context}: the reader was released`);
  });

  test("min waits for more", async () => {
    const { stream, controller } = byteStream();
    const reader = stream.getReader({ mode: "byob" });
    const read = reader.read(new Uint8Array(4), { min: 3 });
    controller.enqueue(bytes(1, 2));
    controller.enqueue(bytes(3));
    expect([...(await read).value]).toEqual([1, 2, 3]);
    await expect(reader.read(new Uint8Array(2), { min: 3 })).rejects.toThrow(RangeError);
    await expect(reader.read(new Uint8Array(2), { min: 0 })).rejects.toThrow(TypeError);
  });

  test("a DataView comes back as one", async () => {
    const { stream, controller } = byteStream();
    controller.enqueue(bytes(0, 7));
    const { value } = await stream.getReader({ mode: "byob" }).read(new DataView(new ArrayBuffer(2)));
    expect(value).toBeInstanceOf(DataView);
    expect(value.getUint16(0)).toBe(7);
  });

  test("at the end the view comes back empty", async () => {
    const { stream, controller } = byteStream();
    const reader = stream.getReader({ mode: "byob" });
    const read = reader.read(new Uint8Array(4));
    controller.close();
    controller.byobRequest.respond(0);
    const { value, done } = await read;
    expect([value.byteLength, value.buffer.byteLength, done]).toEqual([0, 4, true]);
  });

  test("views that cannot be filled are refused", async () => {
    const reader = byteStream().stream.getReader({ mode: "byob" });
    await expect(reader.read(new Uint8Array(0))).rejects.toThrow("empty");
    await expect(reader.read()).rejects.toThrow("1 argument required");
    await expect(reader.read(new ArrayBuffer(1))).rejects.toThrow("ArrayBufferView");
  });
});

describe("the BYOB request", () => {
  test("respond() says how much was written into its view", async () => {
    const { stream } = byteStream({
      pull(controller) {
        const { view } = controller.byobRequest;
        view[0] = 10;
        view[1] = 11;
        controller.byobRequest.respond(2);
      },
    });
    const { value } = await stream.getReader({ mode: "byob" }).read(new Uint8Array(5));
    expect([...value]).toEqual([10, 11]);
  });

  test("an answered request is of no more use", async () => {
    let request;
    const { stream } = byteStream({
      pull(controller) {
        request = controller.byobRequest;
        expect(controller.byobRequest).toBe(request);
        request.respond(1);
      },
    });
    await stream.getReader({ mode: "byob" }).read(new Uint8Array(1));
    expect(request.view).toBeNull();
    expect(() => request.respond(1)).toThrow("answered");
  });

  test("respond() has limits", async () => {
    const { stream, controller } = byteStream();
    stream.getReader({ mode: "byob" }).read(new Uint8Array(2));
    expect(() => controller.byobRequest.respond(0)).toThrow(TypeError);
    expect(() => controller.byobRequest.respond(3)).toThrow(RangeError);
    expect(() => controller.byobRequest.respond(-1)).toThrow(TypeError);
  });

  test("respondWithNewView() takes the same memory only", async () => {
    const { stream, controller } = byteStream();
    const read = stream.getReader({ mode: "byob" }).read(new Uint8Array(4));
    const { view } = controller.byobRequest;
    expect(() => controller.byobRequest.respondWithNewView(bytes(1))).toThrow(RangeError);
    expect(() => controller.byobRequest.respondWithNewView(new Uint8Array(view.buffer, 1, 2)))
      .toThrow(RangeError);
    view[0] = 9;
    controller.byobRequest.respondWithNewView(new Uint8Array(view.buffer, 0, 1));
    expect([...(await read).value]).toEqual([9]);
  });

  test("autoAllocateChunkSize makes one for default readers", async () => {
    const { stream } = byteStream({
      autoAllocateChunkSize: 16,
      pull(controller) {
        expect(controller.byobRequest.view.byteLength).toBe(16);
        controller.byobRequest.view[0] = 5;
        controller.byobRequest.respond(1);
      },
    });
    expect([...(await stream.getReader().read()).value]).toEqual([5]);
    expect(() => new ReadableStream({ type: "bytes", autoAllocateChunkSize: 0 })).toThrow(TypeError);
  });
});

describe("enqueue", () => {
  test("takes the chunk's buffer away", () => {
    const { controller } = byteStream();
    const chunk = bytes(1, 2);
    controller.enqueue(chunk);
    expect(chunk.byteLength).toBe(0);
    expect(() => controller.enqueue(chunk)).toThrow(TypeError);
  });

  test("takes views only, and no empty ones", () => {
    const { controller } = byteStream();
    expect(() => controller.enqueue("text")).toThrow("ArrayBufferView");
    expect(() => controller.enqueue(bytes())).toThrow("empty");
    expect(() => new ReadableStream({ type: "bytes" }, { size: () => 1 })).toThrow(RangeError);
  });

  test("default readers get Uint8Arrays", async () => {
    const { stream, controller } = byteStream();
    controller.enqueue(new Uint16Array([0x0202]));
    controller.close();
    const reader = stream.getReader();
    const { value } = await reader.read();
    expect(value).toBeInstanceOf(Uint8Array);
    expect([...value]).toEqual([2, 2]);
    expect((await reader.read()).done).toBe(true);
  });
});

test("a released BYOB read leaves its bytes for the next reader", async () => {
  const { stream, controller } = byteStream();
  const first = stream.getReader({ mode: "byob" });
  const lost = first.read(new Uint8Array(3));
  const request = controller.byobRequest;
  first.releaseLock();
  await expect(lost).rejects.toThrow("released");
  const read = stream.getReader({ mode: "byob" }).read(new Uint8Array(3));
  request.view[0] = 42;
  request.respond(1);
  expect([...(await read).value]).toEqual([42]);
});
