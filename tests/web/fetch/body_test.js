// SPDX-License-Identifier: Apache-2.0
import { test, describe, expect } from "sedge:test";

const kUsed = "Body has already been used";
const bytesOf = (...values) => new Uint8Array(values);

function streamOf(...chunks) {
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
}

describe("body", () => {
  test("every source can be read in every way", async () => {
    const form = new URLSearchParams("a=b");
    const sources = {
      string: () => "a=b",
      Uint8Array: () => bytesOf(0x61, 0x3D, 0x62),
      ArrayBuffer: () => bytesOf(0x61, 0x3D, 0x62).buffer,
      DataView: () => new DataView(bytesOf(0, 0x61, 0x3D, 0x62).buffer, 1),
      Blob: () => new Blob(["a", "=b"]),
      URLSearchParams: () => form,
      ReadableStream: () => streamOf(bytesOf(0x61), bytesOf(0x3D, 0x62)),
      generator: () => (async function* () {
        yield "a=";
        yield bytesOf(0x62);
      })(),
    };
    for (const [name, make] of Object.entries(sources)) {
      expect(`${name} ${await new Response(make()).text()}`).toBe(`${name} a=b`);
      expect([...await new Response(make()).bytes()]).toEqual([0x61, 0x3D, 0x62]);
      expect((await new Response(make()).arrayBuffer()).byteLength).toBe(3);
      expect(await (await new Response(make()).blob()).text()).toBe("a=b");
      const headers = { "content-type": "application/x-www-form-urlencoded" };
      expect((await new Response(make(), { headers }).formData()).get("a")).toBe("b");
      const clone = new Response(make());
      const other = clone.clone();
      expect(await other.text() + await clone.text()).toBe("a=ba=b");
      expect(await new Response(new Response(make()).body).text()).toBe("a=b");
    }
  });

  test("json", async () => {
    expect(await new Response("{\"a\":[1]}").json()).toEqual({ a: [1] });
    expect(await new Response("\ufeff1").json()).toBe(1);
    await expect(new Response("{").json()).rejects.toThrow(SyntaxError);
    await expect(new Response().json()).rejects.toThrow(SyntaxError);
  });

  test("text is UTF-8 without its byte order mark", async () => {
    expect(await new Response(bytesOf(0xEF, 0xBB, 0xBF, 0x61, 0xFF)).text()).toBe("a\ufffd");
    expect(await new Response("\ufeffa\ud800").text()).toBe("a\ufffd");
    expect(await new Response("\ufeff\ufeffa").text()).toBe("\ufeffa");
  });

  test("is used once", async () => {
    for (const make of [() => "x", () => bytesOf(1), () => streamOf(bytesOf(1))]) {
      const response = new Response(make());
      expect(response.bodyUsed).toBe(false);
      const reading = response.arrayBuffer();
      expect(response.bodyUsed).toBe(true);
      await reading;
      await expect(response.text()).rejects.toThrow(kUsed);
      expect(() => response.clone()).toThrow(kUsed);
      expect(response.body.locked).toBe(true);
      expect(() => new Response(response.body)).toThrow(TypeError);
    }
  });

  test("a locked stream cannot be read otherwise", async () => {
    const response = new Response("x");
    const reader = response.body.getReader();
    expect(response.bodyUsed).toBe(false);
    await expect(response.text()).rejects.toThrow("locked");
    reader.releaseLock();
    expect(await response.text()).toBe("x");
  });

  test("null bodies", async () => {
    const response = new Response();
    expect(response.body).toBeNull();
    expect(await response.text()).toBe("");
    expect(response.bodyUsed).toBe(false);
    expect((await response.blob()).size).toBe(0);
    expect((await response.bytes()).length).toBe(0);
  });

  test("bytes are copied on the way in and shared with nobody on the way out", async () => {
    const source = bytesOf(1, 2);
    const response = new Response(source);
    source[0] = 9;
    const clone = response.clone();
    const first = await response.bytes();
    expect([...first]).toEqual([1, 2]);
    first[0] = 9;
    expect([...await clone.bytes()]).toEqual([1, 2]);
  });

  test("a chunk that its writer changes later was read as it came", async () => {
    const chunk = bytesOf(1);
    const stream = new ReadableStream({
      pull(controller) {
        controller.enqueue(chunk);
        if (++chunk[0] === 4) controller.close();
      },
    }, { highWaterMark: 0 });
    expect([...await new Response(stream).bytes()]).toEqual([1, 2, 3]);
    const held = bytesOf(7);
    const single = await new Response(streamOf(held)).bytes();
    held[0] = 8;
    expect([...single]).toEqual([7]);
  });

  test("clones of a stream get their own chunks", async () => {
    const chunk = bytesOf(1, 2);
    const response = new Response(streamOf(chunk));
    const clone = response.clone();
    const { value: own } = await response.body.getReader().read();
    own[0] = 9;
    const { value } = await clone.body.getReader().read();
    expect([...value]).toEqual([1, 2]);
  });

  test("a stream's error is the reader's error", async () => {
    const error = new Error("broken");
    const response = new Response(new ReadableStream({ pull(controller) { controller.error(error); } }));
    await expect(response.text()).rejects.toThrow("broken");
  });

  test("chunks must be bytes", async () => {
    let cancelled;
    const stream = new ReadableStream({
      start(controller) { controller.enqueue("text"); },
      cancel(reason) { cancelled = reason; },
    });
    await expect(new Response(stream).text()).rejects.toThrow("did not return bytes");
    expect(cancelled).toBeInstanceOf(TypeError);
    expect(await new Response(streamOf(bytesOf(0x61).buffer, new Uint16Array([0x6262]))).text()).toBe("abb");
  });

  test("arrays are strings, plain iterables are streams", async () => {
    expect(await new Response(["a", "b"]).text()).toBe("a,b");
    const iterable = { *[Symbol.iterator]() { yield "a"; yield "b"; } };
    expect(await new Response(iterable).text()).toBe("ab");
    expect(await new Response({ toString: () => "own" }).text()).toBe("own");
    expect(await new Response({}).text()).toBe("[object Object]");
    expect(() => new Response(Symbol("x"))).toThrow(TypeError);
  });

  test("blob() has the type of the headers", async () => {
    const type = async (value) => {
      const response = new Response("x", { headers: { "content-type": value } });
      return (await response.blob()).type;
    };
    expect(await type("Text/HTML; Charset=UTF-8")).toBe("text/html;charset=UTF-8");
    expect(await type("a/b;x=\"y z\"")).toBe("a/b;x=\"y z\"");
    expect(await type("nonsense")).toBe("");
    expect(await type("text/plain, image/png")).toBe("image/png");
  });

  test("methods are called on the right objects only", async () => {
    await expect(Response.prototype.text.call({})).rejects.toThrow("Illegal invocation");
    await expect(Request.prototype.json.call(new Response("1"))).rejects.toThrow("Illegal invocation");
    expect(() => Object.getOwnPropertyDescriptor(Response.prototype, "body").get.call({})).toThrow(TypeError);
  });
});

describe("bytes are copied when they are given", () => {
  const change = (view) => view.fill(0x7A);

  test("from buffers and views, shared or not", async () => {
    for (const Buffer of [ArrayBuffer, SharedArrayBuffer]) {
      const buffer = new Buffer(4);
      const view = new Uint8Array(buffer);
      const made = () => {
        view.set(bytesOf(0x61, 0x62, 0x63, 0x64));
        const given = [
          new Response(buffer), new Response(view), new Response(new DataView(buffer, 1, 2)),
          new Request("http://x", { method: "POST", body: buffer }), new Blob([buffer, view]),
          new File([new Uint16Array(buffer, 2, 1)], "f"),
        ];
        change(view);
        return Promise.all(given.map((it) => it.text()));
      };
      expect(await made()).toEqual(["abcd", "abcd", "bc", "abcd", "abcdabcd", "cd"]);
    }
  });

  test("by the writer of an IdentityTransformStream", async () => {
    for (const Buffer of [ArrayBuffer, SharedArrayBuffer]) {
      const { readable, writable } = new IdentityTransformStream();
      const view = new Uint8Array(new Buffer(3));
      const writer = writable.getWriter();
      for (const chunk of [view, view.buffer, new DataView(view.buffer, 2)]) {
        view.set(bytesOf(0x61, 0x62, 0x63));
        writer.write(chunk);
        await null;
      }
      writer.close();
      expect(await new Response(readable).text()).toBe("abcabcc");
    }
  });

  test("from chunks of shared memory; a byte stream has none, since it transfers", async () => {
    const view = new Uint8Array(new SharedArrayBuffer(2));
    view.set(bytesOf(0x61, 0x62));
    expect(await new Response(streamOf(view, view.buffer)).text()).toBe("abab");
    expect(() => new ReadableStream({ type: "bytes", start: (c) => c.enqueue(view) })).toThrow(TypeError);
  });
});

describe("iterables", () => {
  test("of every kind are bodies of requests and responses", async () => {
    const kinds = {
      generator: () => (function* () { yield "a"; yield bytesOf(0x62); yield bytesOf(0x63).buffer; })(),
      asyncGenerator: () => (async function* () {
        yield "a";
        await null;
        yield new DataView(bytesOf(0x62, 0x63).buffer);
      })(),
      set: () => new Set(["ab", "c"]),
      map: () => new Map([["k", "v"]]).values(),
      object: () => ({ [Symbol.asyncIterator]: async function* () { yield "abc"; } }),
    };
    for (const [name, make] of Object.entries(kinds)) {
      const expected = name === "map" ? "v" : "abc";
      expect(`${name} ${await new Response(make()).text()}`).toBe(`${name} ${expected}`);
      expect(await new Request("http://x", { method: "POST", body: make() }).text()).toBe(expected);
    }
  });

  test("are asked as the body is read, and told when nobody reads on", async () => {
    let given = 0;
    let isOver = false;
    const body = new Response((function* () {
      try {
        for (;;) yield String(++given);
      } finally {
        isOver = true;
      }
    })()).body;
    expect(given).toBe(0);
    const reader = body.getReader();
    expect(new TextDecoder().decode((await reader.read()).value)).toBe("1");
    expect(given).toBe(1);
    await reader.cancel();
    expect(isOver).toBe(true);
  });

  test("fail with their own error, or one that names what they gave", async () => {
    const failing = () => (async function* () { yield "a"; throw new RangeError("broke"); })();
    await expect(new Response(failing()).text()).rejects.toThrow("broke");
    await expect(new Response((function* () { yield 5; })()).text()).rejects.toThrow("a value of type number");
    const reader = new Response(failing()).body.getReader();
    await reader.read();
    await expect(reader.read()).rejects.toThrow("broke");
  });
});
