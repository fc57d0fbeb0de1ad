// SPDX-License-Identifier: Apache-2.0
import { env, expect, test } from "sedge:test";
import { exercises as ofCrypto } from "./crypto.js";
import { exercises as ofLate } from "./late.js";
import { exercisesOf } from "./platform.js";
import { readText, run } from "./support.js";
import { thenables } from "./vandals.js";

const { KV } = env;
const { WebAssembly } = globalThis;
const large = "x".repeat(300_000);
const many = [];
for (let i = 0; i < 30; ++i) many.push(`key ${i}`);

// What a promise is resolved with is asked for `then`: arrays and bytes that stay inside of the platform are not.
test("arrays and bytes with a method then() change nothing of what does not give them", async () => {
  const exercises = [...ofCrypto, ...ofLate, ...exercisesOf(KV).filter(([name]) => name === "KV")];
  const results = new Array(exercises.length);
  await KV.put("large", large);
  const mend = thenables();
  let text;
  let streamed;
  let found;
  try {
    for (let i = 0; i < exercises.length; ++i) results[i] = await run(exercises[i][1]);
    text = await KV.get("large");
    streamed = await readText(await KV.get("large", "stream"));
    found = await KV.get(many);
  } finally {
    mend();
  }
  expect(results).toEqual(exercises.map(([, , expected]) => expected));
  expect(text).toBe(large);
  expect(streamed).toBe(large);
  expect(found.size).toBe(30);
});

test("compileStreaming() asks no buffer for then()", async () => {
  const code = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]);
  const response = () => new Response(new Blob([code]).stream(), { headers: { "content-type": "application/wasm" } });
  ArrayBuffer.prototype.then = (resolve) => resolve("lie");
  try {
    expect(await WebAssembly.compileStreaming(response())).toBeInstanceOf(WebAssembly.Module);
  } finally {
    delete ArrayBuffer.prototype.then;
  }
});
