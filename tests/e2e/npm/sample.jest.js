// SPDX-License-Identifier: Apache-2.0
// The package in jest, with require().
"use strict";

const { startWorker, StartError } = require("sedge");

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
  await w.kv("CACHE").put("a", new Uint8Array([112, 117, 116]));
  expect(await (await w.fetch("/")).text()).toBe("put");
  expect(await (await w.fetch(new Request("http://example.com/"))).text()).toBe("put");
  expect(await w.logs.waitFor("asked")).toMatchObject({ level: "info", message: "asked" });
});

test("after a reset", async () => {
  expect(await (await w.fetch("/")).text()).toBe("seeded");
  expect((await w.kv("CACHE").list()).keys).toEqual([{ name: "a" }]);
});

test("a start that fails", async () => {
  await expect(startWorker({ script: "export default {" })).rejects.toThrow(/worker\.js:1/);
  await expect(startWorker({ script: "export default {" })).rejects.toBeInstanceOf(StartError);
});
