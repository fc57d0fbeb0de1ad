// SPDX-License-Identifier: Apache-2.0
// KV of a running worker from outside, under node:test.
import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { startWorker } from "sedge";

const kScript = `
export default { async fetch(request, env) {
  const key = decodeURIComponent(new URL(request.url).pathname.slice(1));
  if (request.method === "PUT") await env.CACHE.put(key, await request.text(), { metadata: { by: "worker" } });
  const { value, metadata } = await env.CACHE.getWithMetadata(key);
  return Response.json({ value, metadata });
} };`;

let w, cache;
before(async () => {
  w = await startWorker({ script: kScript, kv: { CACHE: "cache-id", OTHER: "other-id" },
    seed: { CACHE: { seeded: "yes", object: { a: [1] } } } });
  cache = w.kv("CACHE");
});
after(() => w.stop());
beforeEach(() => w.reset());

const names = async (options) => (await cache.list(options)).keys.map((key) => key.name);

test("the worker sees what is put, and the other way round", async () => {
  await cache.put("a/b \u20ac?", "text");
  assert.deepEqual(await (await w.fetch("/a%2Fb%20%E2%82%AC%3F")).json(), { value: "text", metadata: null });
  await w.fetch("/made", { method: "PUT", body: "by it" });
  assert.deepEqual(await cache.getWithMetadata("made"), { value: "by it", metadata: { by: "worker" } });
  await cache.delete("made");
  assert.equal(await cache.get("made"), null);
  assert.deepEqual(await cache.getWithMetadata("made"), { value: null, metadata: null });
  await cache.delete("made");
});

test("values of every kind, as every type", async () => {
  const bytes = new Uint8Array([0, 255, 128, 10]);
  await cache.put("view", bytes.subarray(1));
  await cache.put("buffer", bytes.buffer);
  await cache.put("blob", new Blob([bytes]));
  await cache.put("stream", new Blob([bytes]).stream());
  await cache.put("empty", "");
  await cache.put("json", '{"a":1}');
  assert.deepEqual(new Uint8Array(await cache.get("view", "arrayBuffer")), bytes.subarray(1));
  for (const key of ["buffer", "blob", "stream"]) {
    assert.deepEqual(new Uint8Array(await cache.get(key, { type: "arrayBuffer" })), bytes, key);
  }
  assert.equal(await cache.get("empty"), "");
  assert.deepEqual(await cache.get("json", "json"), { a: 1 });
  assert.equal(await new Response(await cache.get("json", "stream")).text(), '{"a":1}');
  await assert.rejects(cache.get("json", "xml"), /text, json, arrayBuffer, stream/);
  await assert.rejects(cache.put("x", 3), TypeError);
  const large = "x".repeat(3 << 20);
  await cache.put("large", large);
  assert.equal(await cache.get("large"), large);
});

test("expirations and metadata", async () => {
  const expiration = Math.floor(Date.now() / 1000) + 3600;
  await cache.put("at", "1", { expiration, metadata: { m: "\u20ac" } });
  await cache.put("in", "2", { expirationTtl: 600 });
  const { keys } = await cache.list();
  const at = keys.find((key) => key.name === "at");
  assert.deepEqual(at, { name: "at", expiration, metadata: { m: "\u20ac" } });
  assert.ok(keys.find((key) => key.name === "in").expiration > expiration - 3600 + 590);
  assert.deepEqual(await cache.getWithMetadata("at", "text"), { value: "1", metadata: { m: "\u20ac" } });
  await assert.rejects(cache.put("x", "1", { expirationTtl: 3 }), /kv\("CACHE"\)\.put: .*60/);
  await assert.rejects(cache.put("", "1"), /kv\("CACHE"\)\.put/);
});

test("lists by prefix, in pages of any size", async () => {
  await cache.seed(Object.fromEntries(Array.from({ length: 25 }, (_, i) => [`k${100 + i}`, `${i}`])));
  assert.equal((await names({ prefix: "k" })).length, 25);
  for (const limit of [1, 3, 10, 11, 24, 25, 1000]) {
    const all = [];
    let pages = 0;
    for (let cursor, page; !page?.list_complete; cursor = page.cursor) {
      page = await cache.list({ prefix: "k", limit, cursor });
      all.push(...page.keys.map((key) => key.name));
      assert.ok(page.keys.length <= limit && ++pages < 30);
    }
    assert.deepEqual(all, await names({ prefix: "k" }), `limit ${limit}`);
  }
  await assert.rejects(cache.list({ limit: 0 }), /1 to 1000/);
  await assert.rejects(cache.list({ cursor: "x" }), /cursor/);
});

test("seeds: objects, Maps, lists of wrangler's bulk format, files", async () => {
  await cache.seed(new Map([["map", "1"], ["bytes", new Uint8Array([104, 105])], ["number", 3]]));
  await cache.seed([
    { key: "list", value: "2", metadata: { m: 1 }, expiration_ttl: 600 },
    { key: "b64", value: "aGk=", base64: true },
  ]);
  const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "sedge-npm-test-")), "seed.json");
  fs.writeFileSync(file, JSON.stringify([{ key: "file", value: "3" }]));
  await cache.seed(file);
  fs.rmSync(path.dirname(file), { recursive: true });
  for (const [key, value] of Object.entries({ map: "1", bytes: "hi", number: "3", list: "2", b64: "hi", file: "3" })) {
    assert.equal(await cache.get(key), value, key);
  }
  assert.deepEqual((await cache.getWithMetadata("list")).metadata, { m: 1 });
  await assert.rejects(cache.seed([{ value: "1" }]), /a seed is/);
  await assert.rejects(cache.seed("/no/such.json"), /cannot be read/);
  const many = Object.fromEntries(Array.from({ length: 12_000 }, (_, i) => [`m${i}`, "x"]));
  await w.kv("OTHER").seed(many);
  assert.equal((await w.kv("OTHER").list({ prefix: "m11" })).keys.length, 1000);
});

test("reset brings back the seed of the start, and nothing else", async () => {
  assert.deepEqual(await names(), ["object", "seeded"]);
  assert.deepEqual(await cache.get("object", "json"), { a: [1] });
  await cache.seed(Object.fromEntries(Array.from({ length: 2_500 }, (_, i) => [`r${i}`, "x"])));
  await cache.delete("seeded");
  await w.fetch("/object", { method: "PUT", body: "changed" });
  await w.kv("OTHER").put("other", "stays");
  await cache.reset();
  assert.deepEqual(await names(), ["object", "seeded"]);
  assert.deepEqual(await (await w.fetch("/object")).json(), { value: '{"a":[1]}', metadata: null });
  assert.equal(await w.kv("OTHER").get("other"), "stays");
  await w.reset();
  assert.equal(await w.kv("OTHER").get("other"), null);
});

test("namespaces by binding and by id; one that is not there names those that are", () => {
  assert.equal(w.kv("cache-id"), w.kv("CACHE"));
  assert.throws(() => w.kv("NONE"), /no KV namespace NONE: its namespaces are CACHE, OTHER/);
});

test("a folder of data that the caller names stays, however long its path", async () => {
  const short = fs.mkdtempSync(path.join(os.tmpdir(), "sedge-npm-test-"));
  for (const dataDir of [short, path.join(short, "long".repeat(25))]) {
    fs.mkdirSync(dataDir, { recursive: true });
    const first = await startWorker({ script: kScript, kv: "CACHE", dataDir });
    await first.kv("CACHE").put("kept", "1");
    await first.stop();
    const second = await startWorker({ script: kScript, kv: "CACHE", dataDir });
    assert.equal(await second.kv("CACHE").get("kept"), "1");
    await second.stop();
  }
  fs.rmSync(short, { recursive: true });
});
