// SPDX-License-Identifier: Apache-2.0
// The text as it streams through the worker.
import { SELF, createExecutionContext, describe, env, expect, test } from "sedge:test";
import worker from "./index.js";

const post = (body, type = "text/plain") =>
  SELF.fetch("/", { method: "POST", body, headers: { "Content-Type": type } });
const handle = (body, changes = {}) => worker.fetch(
  new Request("http://localhost/", { method: "POST", body, duplex: "half", headers: { "Content-Type": "text/plain" } }),
  { ...env, ...changes }, createExecutionContext());

// A stream of the given pieces of bytes.
function streamOf(...pieces) {
  return new ReadableStream({
    pull(controller) {
      if (pieces.length === 0) controller.close();
      else controller.enqueue(pieces.shift());
    },
  });
}

describe("text", () => {
  test("comes back with words replaced", async () => {
    const response = await post("The Colour of the centre is grey.");
    expect(response.status).toBe(200);
    expect(response.headers.get("Content-Type")).toBe("text/plain; charset=utf-8");
    expect(await response.text()).toBe("The Color of the center is gray.");
  });

  test("that is empty stays empty", async () => {
    expect(await (await post("")).text()).toBe("");
  });

  test("may be cut within a character", async () => {
    const bytes = new TextEncoder().encode("un café gris 🎨 colour");
    for (let i = 1; i < bytes.length; ++i) {
      const response = await handle(streamOf(bytes.subarray(0, i), bytes.subarray(i)));
      expect(await response.text()).toBe("un coffee house gris 🎨 color");
    }
  });

  test("of single bytes", async () => {
    const bytes = new TextEncoder().encode("café colours");
    const response = await handle(streamOf(...Array.from(bytes, (byte) => Uint8Array.of(byte))));
    expect(await response.text()).toBe("coffee house colors");
  });

  test("keeps its byte order mark", async () => {
    const response = await handle(streamOf(new TextEncoder().encode("\ufeffcolour")));
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(new TextEncoder().encode("\ufeffcolor"));
  });

  test("that is not UTF-8 has U+FFFD in the place of what is wrong", async () => {
    const response = await handle(streamOf(Uint8Array.of(0x61, 0xff, 0x20, 0xc3)));
    expect(await response.text()).toBe("a\ufffd \ufffd");
  });
});

describe("the stream", () => {
  test("has given the first words before the last ones came", async () => {
    let source;
    const body = new ReadableStream({ start(controller) { source = controller; } });
    const reader = (await handle(body)).body.pipeThrough(new TextDecoderStream()).getReader();
    source.enqueue(new TextEncoder().encode("grey, colo"));
    expect((await reader.read()).value).toBe("gray, ");
    source.enqueue(new TextEncoder().encode("ur!"));
    expect((await reader.read()).value).toBe("color!");
    source.close();
    expect((await reader.read()).done).toBe(true);
  });

  test("does not read on when nobody takes the answer", async () => {
    let pulls = 0;
    const piece = new TextEncoder().encode("grey ".repeat(1000));
    const body = new ReadableStream({ pull(controller) { ++pulls; controller.enqueue(piece); } });
    const response = await handle(body);
    for (let i = 0; i < 50; ++i) await new Promise((resolve) => setTimeout(resolve, 0));
    expect(pulls).toBeLessThan(20);
    await response.body.cancel();
  });

  test("of many megabytes comes back whole", async () => {
    const piece = new TextEncoder().encode("grey ".repeat(10_000));
    const response = await handle(streamOf(...Array.from({ length: 100 }, () => piece)));
    let size = 0;
    for await (const chunk of response.body) size += chunk.byteLength;
    expect(size).toBe(5_000_000);
  });
});

describe("what is refused", () => {
  test("other paths and methods", async () => {
    expect((await SELF.fetch("/other")).status).toBe(404);
    const response = await SELF.fetch("/");
    expect([response.status, response.headers.get("Allow")]).toEqual([405, "POST"]);
  });

  test.each([["application/json"], ["image/png"], ["text/plain; charset=latin1"], ["text/plain; charset=utf-16"],
    ["text"], ["x text/plain"]])("the type %s", async (type) => {
    expect((await post("colour", type)).status).toBe(415);
  });

  test.each([["text/markdown"], ["text/plain;charset=UTF-8"], ['text/plain; a=b; charset="utf-8"'], ["TEXT/PLAIN"]])(
    "but not the type %s", async (type) => {
      expect(await (await post("colour", type)).text()).toBe("color");
    });

  test("settings that are no words", async () => {
    await expect(handle("x", { WORDS: { "two words": "x" } })).rejects.toThrow('"two words"');
    await expect(handle("x", { WORDS: { word: 7 } })).rejects.toThrow('"word": 7');
    expect(await (await handle("Word", { WORDS: '{"word":"x"}' })).text()).toBe("X");
  });
});
