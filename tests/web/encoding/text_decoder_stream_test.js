// SPDX-License-Identifier: Apache-2.0
import { test, describe, expect } from "sedge:test";

// Writes the chunks and gives what comes out.
async function through(transform, chunks) {
  const out = [];
  const writer = transform.writable.getWriter();
  const writing = (async () => {
    for (const chunk of chunks) await writer.write(chunk);
    await writer.close();
  })();
  writing.catch(() => {});
  const reader = transform.readable.getReader();
  for (let step = await reader.read(); !step.done; step = await reader.read()) out.push(step.value);
  await writing;
  return out;
}

const bytes = (...values) => new Uint8Array(values);

describe("TextDecoderStream", () => {
  test("joins characters that chunks divide", async () => {
    const stream = new TextDecoderStream();
    expect([stream.encoding, stream.fatal, stream.ignoreBOM]).toEqual(["utf-8", false, false]);
    expect(await through(stream, [bytes(0xEF, 0xBB, 0xBF, 97, 0xE2), bytes(0x82), bytes(0xAC, 98)]))
      .toEqual(["a", "€b"]);
  });

  test("replaces what is unfinished at the end, or fails when fatal", async () => {
    expect(await through(new TextDecoderStream(), [bytes(0xF0, 0x9F)])).toEqual(["\uFFFD"]);
    const strict = new TextDecoderStream("utf-8", { fatal: true });
    await expect(through(strict, [bytes(0xF0)])).rejects.toThrow(TypeError);
  });

  test("refuses chunks that are no bytes, and unknown labels", async () => {
    await expect(through(new TextDecoderStream(), ["text"])).rejects.toThrow(TypeError);
    expect(() => new TextDecoderStream("no such")).toThrow(RangeError);
  });

  test("decodes other encodings", async () => {
    expect(await through(new TextDecoderStream("utf-16le"), [bytes(0x3D), bytes(0xD8, 0xA9), bytes(0xDC)]))
      .toEqual(["💩"]);
  });
});
