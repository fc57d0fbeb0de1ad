// SPDX-License-Identifier: Apache-2.0
// The package in vitest.
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { startWorker } from "sedge";

let w;
beforeAll(async () => {
  w = await startWorker({
    script: `export default { async fetch(request, env) {
      console.log("asked");
      return new Response(await env.CACHE.get("a"));
    } };`,
    kv: "CACHE",
    seed: { CACHE: { a: "seeded" } },
  });
});
afterAll(() => w.stop());
beforeEach(() => w.reset());

test("a response", async () => {
  await w.kv("CACHE").put("a", "put");
  expect(await (await w.fetch("/")).text()).toBe("put");
  expect(await w.logs.waitFor("asked")).toMatchObject({ level: "info", message: "asked" });
});

test("after a reset", async () => {
  expect(await (await w.fetch("/")).text()).toBe("seeded");
  expect((await w.kv("CACHE").list()).keys).toEqual([{ name: "a" }]);
});
