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

describe("TextEncoderStream", () => {
  test("encodes each chunk", async () => {
    const stream = new TextEncoderStream();
    expect(stream.encoding).toBe("utf-8");
    expect(await through(stream, ["é", "", 1])).toEqual([bytes(0xC3, 0xA9), bytes(49)]);
  });

  test("joins surrogates that chunks divide", async () => {
    expect(await through(new TextEncoderStream(), ["a\uD83D", "\uDCA9b"]))
      .toEqual([bytes(97), bytes(0xF0, 0x9F, 0x92, 0xA9, 98)]);
    expect(await through(new TextEncoderStream(), ["\uD83D", "x"])).toEqual([bytes(0xEF, 0xBF, 0xBD, 120)]);
    expect(await through(new TextEncoderStream(), ["\uD83D"])).toEqual([bytes(0xEF, 0xBF, 0xBD)]);
  });

  test("refuses what has no text", async () => {
    await expect(through(new TextEncoderStream(), [Symbol("s")])).rejects.toThrow(TypeError);
  });
});
