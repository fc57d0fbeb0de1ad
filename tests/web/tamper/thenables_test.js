// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "sedge:test";
import { exercisesOf } from "./platform.js";
import { readText, run } from "./support.js";
import { thenables } from "./vandals.js";

const { KV } = globalThis;
const large = "x".repeat(300_000);
const many = [];
for (let i = 0; i < 30; ++i) many.push(`key ${i}`);

// What a promise is resolved with is asked for `then`: arrays and bytes that stay inside of the platform are not.
test("arrays and bytes with a method then() change nothing of what does not give them", async () => {
  const [, kv, expected] = exercisesOf(KV).find(([name]) => name === "KV");
  await KV.put("large", large);
  const mend = thenables();
  let result;
  let text;
  let streamed;
  let found;
  try {
    result = await run(kv);
    text = await KV.get("large");
    streamed = await readText(await KV.get("large", "stream"));
    found = await KV.get(many);
  } finally {
    mend();
  }
  expect(result).toBe(expected);
  expect(text).toBe(large);
  expect(streamed).toBe(large);
  expect(found.size).toBe(30);
});
