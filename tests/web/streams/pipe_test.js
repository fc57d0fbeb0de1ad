// SPDX-License-Identifier: Apache-2.0
// pipeTo() and pipeThrough().
import { test, describe, expect } from "sedge:test";

function recorder(sink = {}) {
  const events = [];
  const stream = new WritableStream({
    write(chunk) { events.push(chunk); },
    close() { events.push("close"); },
    abort(reason) { events.push("abort", reason); },
    ...sink,
  });
  return { events, stream };
}

function failing(reason) {
  return new ReadableStream({ start(controller) { controller.error(reason); } });
}

describe("pipeTo", () => {
  test("writes everything, closes, and unlocks both", async () => {
    const source = ReadableStream.from([1, 2, 3]);
    const { events, stream } = recorder();
    expect(await source.pipeTo(stream)).toBeUndefined();
    expect(events).toEqual([1, 2, 3, "close"]);
    expect([source.locked, stream.locked]).toEqual([false, false]);
  });

  test("waits when the destination is slow", async () => {
    let pulled = 0;
    const source = new ReadableStream({
      pull(controller) {
        if (++pulled > 20) controller.close();
        else controller.enqueue(pulled);
      },
    }, { highWaterMark: 0 });
    let most = 0;
    let written = 0;
    await source.pipeTo(new WritableStream({
      async write() {
        most = Math.max(most, pulled - written);
        await new Promise((resolve) => setTimeout(resolve, 0));
        ++written;
      },
    }));
    expect(written).toBe(20);
    expect(most).toBeLessThan(4);
  });

  test("the source's error aborts the destination", async () => {
    const reason = new Error("source");
    const { events, stream } = recorder();
    await expect(failing(reason).pipeTo(stream)).rejects.toThrow("source");
    expect(events).toEqual(["abort", reason]);
  });

  test("preventAbort and preventClose spare it", async () => {
    const { events, stream } = recorder();
    const piped = failing(new Error("source")).pipeTo(stream, { preventAbort: true });
    await expect(piped).rejects.toThrow("source");
    await ReadableStream.from([1]).pipeTo(stream, { preventClose: true });
    expect(events).toEqual([1]);
    await stream.getWriter().write(2);
    expect(events).toEqual([1, 2]);
  });

  test("the destination's error cancels the source, unless preventCancel", async () => {
    for (const preventCancel of [false, true]) {
      let reason = "none";
      const source = new ReadableStream({
        pull(controller) { controller.enqueue(1); },
        cancel(r) { reason = r.message; },
      });
      const { stream } = recorder({ write() { throw new Error("full"); } });
      await expect(source.pipeTo(stream, { preventCancel })).rejects.toThrow("full");
      expect(reason).toBe(preventCancel ? "none" : "full");
    }
  });

  test("a closed destination is an error", async () => {
    const { stream } = recorder();
    await stream.close();
    await expect(ReadableStream.from([1]).pipeTo(stream)).rejects.toThrow(TypeError);
  });

  test("a signal stops it at both ends", async () => {
    const controller = new AbortController();
    let cancelled;
    const source = new ReadableStream({ cancel(reason) { cancelled = reason; } });
    const { events, stream } = recorder();
    const piped = source.pipeTo(stream, { signal: controller.signal });
    controller.abort("stop");
    expect(await piped.catch((reason) => reason)).toBe("stop");
    expect(cancelled).toBe("stop");
    expect(events).toEqual(["abort", "stop"]);
  });

  test("a signal that is aborted already", async () => {
    const { events, stream } = recorder();
    const signal = AbortSignal.abort("early");
    const piped = ReadableStream.from([1]).pipeTo(stream, { signal, preventAbort: true });
    expect(await piped.catch((reason) => reason)).toBe("early");
    expect(events).toEqual([]);
  });

  test("chunks that were read before the signal are written", async () => {
    const controller = new AbortController();
    const { events, stream } = recorder({
      async write(chunk) {
        events.push(chunk);
        controller.abort("stop");
      },
    });
    const piped = ReadableStream.from(["a", "b", "c"]).pipeTo(stream, { signal: controller.signal });
    expect(await piped.catch((reason) => reason)).toBe("stop");
    expect(events[0]).toBe("a");
    expect(events).toContain("abort");
  });

  test("refuses locked streams and other objects", async () => {
    const source = ReadableStream.from([1]);
    await expect(source.pipeTo({})).rejects.toThrow("WritableStream");
    await expect(source.pipeTo(new WritableStream(), { signal: {} })).rejects.toThrow("AbortSignal");
    const { stream } = recorder();
    stream.getWriter();
    await expect(source.pipeTo(stream)).rejects.toThrow("locked");
    expect(source.locked).toBe(false);
  });
});

describe("pipeThrough", () => {
  test("gives the readable side", async () => {
    const doubled = ReadableStream.from([1, 2]).pipeThrough(new TransformStream({
      transform(chunk, controller) { controller.enqueue(chunk * 2); },
    }));
    const chunks = [];
    for await (const chunk of doubled) chunks.push(chunk);
    expect(chunks).toEqual([2, 4]);
  });

  test("takes any pair, and reports what is wrong with one", () => {
    const pair = new TransformStream();
    expect(ReadableStream.from([]).pipeThrough({ readable: pair.readable, writable: pair.writable }))
      .toBe(pair.readable);
    expect(() => ReadableStream.from([]).pipeThrough({ readable: pair.readable })).toThrow("'writable'");
    expect(() => ReadableStream.from([]).pipeThrough(pair)).toThrow("locked");
  });
});
