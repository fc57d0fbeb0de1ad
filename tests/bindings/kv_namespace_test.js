// SPDX-License-Identifier: Apache-2.0
// env.KV as a worker sees it: values in every form, Workers KV's checks with their texts and order.
// Needs the bindings KV and EDGE (tests/wrangler.jsonc).
import { test, describe, env, expect } from "sedge:test";

const { KV, EDGE } = env;
const MAX_VALUE_BYTES = 25 * 1024 * 1024;

async function clear() {
  let cursor;
  do {
    const page = await KV.list({ cursor });
    for (const { name } of page.keys) await KV.delete(name);
    cursor = page.cursor;
  } while (cursor !== undefined);
}

async function failure(run) {
  try {
    await run();
  } catch (error) {
    return `${error.name}: ${error.message}`;
  }
  return "nothing failed";
}

async function readAll(stream) {
  const reader = stream.getReader();
  const bytes = [];
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return bytes;
    bytes.push(...value);
  }
}

function streamOf(...chunks) {
  return new ReadableStream({
    pull(controller) {
      if (chunks.length === 0) controller.close();
      else controller.enqueue(chunks.shift());
    },
  });
}

const soon = () => Math.floor(Date.now() / 1000);

describe("get", () => {
  test("gives what was put, in each type", async () => {
    await KV.put("key", '{"a":[1]}');
    expect(await KV.get("key")).toBe('{"a":[1]}');
    expect(await KV.get("key", "text")).toBe('{"a":[1]}');
    expect(await KV.get("key", { type: "text" })).toBe('{"a":[1]}');
    expect(await KV.get("key", {})).toBe('{"a":[1]}');
    expect(await KV.get("key", null)).toBe('{"a":[1]}');
    expect(await KV.get("key", "json")).toEqual({ a: [1] });
    expect(await KV.get("key", { type: "json", cacheTtl: 30 })).toEqual({ a: [1] });
    const buffer = await KV.get("key", "arrayBuffer");
    expect(Object.prototype.toString.call(buffer)).toBe("[object ArrayBuffer]");
    expect(buffer.byteLength).toBe(9);
    const bytes = await readAll(await KV.get("key", "stream"));
    expect(String.fromCharCode(...bytes)).toBe('{"a":[1]}');
  });

  test("gives null for what is not there, whatever the type", async () => {
    for (const type of [undefined, "text", "json", "arrayBuffer", "stream", "nonsense"]) {
      expect(await KV.get("no such key", type)).toBeNull();
    }
  });

  test("an unknown type fails only when the key exists", async () => {
    await KV.put("key", "v");
    const message =
      'TypeError: Unknown response type. Possible types are "text", "arrayBuffer", "json", and "stream".';
    expect(await failure(() => KV.get("key", "blob"))).toBe(message);
    expect(await failure(() => KV.get("key", { type: "" }))).toBe(message);
  });

  test("json that is none is a SyntaxError", async () => {
    await KV.put("key", "{");
    expect(await failure(() => KV.get("key", "json"))).toMatch(/^SyntaxError/);
  });

  test("checks the key", async () => {
    expect(await failure(() => KV.get(""))).toBe("TypeError: Key name cannot be empty.");
    expect(await failure(() => KV.get("."))).toBe('TypeError: "." is not allowed as a key name.');
    expect(await failure(() => KV.get(".."))).toBe('TypeError: ".." is not allowed as a key name.');
    expect(await failure(() => KV.get("x".repeat(513)))).toBe(
      "Error: KV GET failed: 414 UTF-8 encoded length of 513 exceeds key length limit of 512.");
    expect(await failure(() => KV.get("\u00e9".repeat(257)))).toMatch(/length of 514 exceeds/);
    expect(await failure(() => KV.get("\u{1f600}".repeat(129)))).toMatch(/length of 516 exceeds/);
    expect(await KV.get("x".repeat(512))).toBeNull();
    expect(await KV.get("\u{1f600}".repeat(128))).toBeNull();
  });

  test("checks the cache TTL", async () => {
    const text = (ttl) =>
      `Error: KV GET failed: 400 Invalid cache_ttl of ${ttl}. Cache TTL must be at least 30.`;
    expect(await failure(() => KV.get("key", { cacheTtl: 29 }))).toBe(text(29));
    expect(await failure(() => KV.get("key", { cacheTtl: "no number" }))).toBe(text(0));
    expect(await failure(() => KV.getWithMetadata("key", { cacheTtl: -1 }))).toBe(text(-1));
    expect(await failure(() => KV.get("key", { cacheTtl: 30.9 }))).toBe("nothing failed");
  });

  test("converts names to strings", async () => {
    await KV.put(12, "number");
    expect(await KV.get("12")).toBe("number");
    expect(await failure(() => KV.get(Symbol("s")))).toMatch(/^TypeError/);
  });
});

describe("getWithMetadata", () => {
  test("gives value, metadata and cacheStatus", async () => {
    await KV.put("key", "value", { metadata: { tag: "\u00e9" } });
    expect(await KV.getWithMetadata("key")).toEqual(
      { value: "value", metadata: { tag: "\u00e9" }, cacheStatus: null });
    await KV.put("key", "1");
    expect(await KV.getWithMetadata("key", "json")).toEqual({ value: 1, metadata: null, cacheStatus: null });
    expect(await KV.getWithMetadata("none")).toEqual({ value: null, metadata: null, cacheStatus: null });
    expect(Object.keys(await KV.getWithMetadata("none"))).toEqual(["value", "metadata", "cacheStatus"]);
    const { value } = await KV.getWithMetadata("key", { type: "stream" });
    expect(await readAll(value)).toEqual([0x31]);
  });

  test("keeps every kind of metadata", async () => {
    for (const metadata of ["", "text", 0, false, [1, [2]], {}]) {
      await KV.put("key", "v", { metadata });
      expect((await KV.getWithMetadata("key")).metadata).toEqual(metadata);
    }
    await KV.put("key", "v", { metadata: null });
    expect((await KV.getWithMetadata("key")).metadata).toBeNull();
  });
});

describe("bulk get", () => {
  test("gives a Map in the order of the request", async () => {
    await KV.put("b", "1");
    await KV.put("7", "2", { metadata: { m: 1 } });
    await KV.put("empty", "");
    await KV.delete("none");
    const texts = await KV.get(["b", "none", "7", "empty"]);
    expect(texts).toBeInstanceOf(Map);
    expect([...texts]).toEqual([["b", "1"], ["none", null], ["7", "2"], ["empty", ""]]);
    expect([...await KV.get(["b", "none"], { type: "json" })]).toEqual([["b", 1], ["none", null]]);
    expect([...await KV.getWithMetadata(["b", "none", "7"], "json")]).toEqual([
      ["b", { value: 1, metadata: null }], ["none", null], ["7", { value: 2, metadata: { m: 1 } }],
    ]);
  });

  test("checks its arguments", async () => {
    const bulk = (text) => `Error: KV GET_BULK failed: ${text}`;
    const many = Array.from({ length: 101 }, (_, i) => `k${i}`);
    expect(await failure(() => KV.get(many))).toBe(bulk("400 You can request a maximum of 100 keys"));
    expect((await KV.get(many.slice(1))).size).toBe(100);
    expect(await failure(() => KV.get([]))).toBe(bulk("400 You must request a minimum of 1 key"));
    expect(await failure(() => KV.get([], "stream"))).toBe(
      bulk('400 "stream" is not a valid type. Use "json" or "text"'));
    expect(await failure(() => KV.get(["k", ""]))).toBe(bulk("400 Key names must not be empty"));
    expect(await failure(() => KV.get(["."]))).toBe(
      bulk('400 Illegal key name ".". Please use a different name.'));
    expect(await failure(() => KV.get(["x".repeat(513)]))).toBe(
      bulk("414 UTF-8 encoded length of 513 exceeds key length limit of 512."));
    expect(await failure(() => KV.get(["k"], { cacheTtl: 1 }))).toBe(
      bulk("400 Invalid cache_ttl of 1. Cache TTL must be at least 30."));
    await KV.put("text", "no json");
    expect(await failure(() => KV.get(["text"], "json"))).toBe(
      bulk("400 At least one of the requested keys corresponds to a non-json value"));
  });
});

describe("put", () => {
  test("takes strings, buffers, views and streams", async () => {
    const bytes = new Uint8Array([0, 255, 128, 10]);
    const put = async (value) => {
      expect(await KV.put("key", value)).toBeUndefined();
      return [...new Uint8Array(await KV.get("key", "arrayBuffer"))];
    };
    expect(await put(bytes)).toEqual([0, 255, 128, 10]);
    expect(await put(bytes.buffer)).toEqual([0, 255, 128, 10]);
    expect(await put(bytes.subarray(1, 3))).toEqual([255, 128]);
    expect(await put(new DataView(bytes.buffer, 2))).toEqual([128, 10]);
    expect(await put(streamOf(bytes, new Uint8Array(0), bytes.subarray(3)))).toEqual([0, 255, 128, 10, 10]);
    expect(await put(streamOf())).toEqual([]);
    expect(await put("\u00e9")).toEqual([0xc3, 0xa9]);
    expect(await put("")).toEqual([]);
    expect(await put(12)).toEqual([0x31, 0x32]);
  });

  test("takes what a get of type stream gave", async () => {
    await KV.put("from", "through and through");
    await KV.put("to", await KV.get("from", "stream"));
    expect(await KV.get("to")).toBe("through and through");
  });

  test("a buffer may change after the call", async () => {
    const bytes = new Uint8Array([1]);
    const done = KV.put("key", bytes);
    bytes[0] = 2;
    await done;
    expect(new Uint8Array(await KV.get("key", "arrayBuffer"))[0]).toBe(1);
  });

  test("refuses other objects", async () => {
    const text = "TypeError: KV put() accepts only strings, ArrayBuffers, ArrayBufferViews, " +
      "and ReadableStreams as values.";
    for (const value of [{}, [], new Date(), () => 1, new Map()]) {
      expect(await failure(() => KV.put("key", value))).toBe(text);
    }
  });

  test("checks the expiration TTL", async () => {
    const text = (ttl, why) => `Error: KV PUT failed: 400 Invalid expiration_ttl of ${ttl}. ${why}`;
    const put = (expirationTtl) => failure(() => KV.put("key", "v", { expirationTtl }));
    expect(await put("nan")).toBe(text(0, "Please specify integer greater than 0."));
    expect(await put(0)).toBe(text(0, "Please specify integer greater than 0."));
    expect(await put(-5)).toBe(text(-5, "Please specify integer greater than 0."));
    expect(await put(10)).toBe(text(10, "Expiration TTL must be at least 60."));
    expect(await put(59.9)).toBe(text(59, "Expiration TTL must be at least 60."));
    expect(await put(2 ** 31)).toBe(
      "TypeError: Value out of range. Must be between -2147483648 and 2147483647 (inclusive).");
    expect(await put(60)).toBe("nothing failed");
  });

  test("checks the expiration", async () => {
    const put = (expiration) => failure(() => KV.put("key", "v", { expiration }));
    expect(await put(1)).toBe("Error: KV PUT failed: 400 Invalid expiration of 1. " +
      "Please specify integer greater than the current number of seconds since the UNIX epoch.");
    const near = soon() + 30;
    expect(await put(near)).toBe(`Error: KV PUT failed: 400 Invalid expiration of ${near}. ` +
      "Expiration times must be at least 60 seconds in the future.");
    expect(await put(soon() + 120)).toBe("nothing failed");
  });

  test("a TTL wins over a moment", async () => {
    await KV.put("expires", "v", { expiration: 1, expirationTtl: 1000 });
    const [key] = (await KV.list({ prefix: "expires" })).keys;
    expect(key.expiration - soon()).toBeGreaterThan(990);
    expect(key.expiration - soon()).toBeLessThan(1001);
  });

  test("checks the metadata", async () => {
    const json = (bytes) => "x".repeat(bytes - 2);
    await KV.put("key", "v", { metadata: json(1024) });
    expect(await failure(() => KV.put("key", "v", { metadata: json(1025) }))).toBe(
      "Error: KV PUT failed: 413 Metadata length of 1025 exceeds limit of 1024.");
    expect(await failure(() => KV.put("key", "v", { metadata: () => 1 }))).toMatch(
      /^TypeError: KV put\(\) metadata/);
    const cycle = {};
    cycle.self = cycle;
    expect(await failure(() => KV.put("key", "v", { metadata: cycle }))).toMatch(/^TypeError/);
  });

  test("checks the value's size", async () => {
    const tooLong = "Error: KV PUT failed: 413 Value length of 26214401 exceeds limit of 26214400.";
    expect(await failure(() => KV.put("key", "x".repeat(MAX_VALUE_BYTES + 1)))).toBe(tooLong);
    expect(await failure(() => KV.put("key", new ArrayBuffer(MAX_VALUE_BYTES + 1)))).toBe(tooLong);
    const half = "\u00e9".repeat(MAX_VALUE_BYTES / 2);
    expect(await failure(() => KV.put("key", `${half}x`))).toBe(tooLong);
    await KV.put("key", half);
    expect((await KV.get("key", "arrayBuffer")).byteLength).toBe(MAX_VALUE_BYTES);
    await KV.delete("key");
  });

  test("stops a stream that is too long", async () => {
    const chunk = new Uint8Array(1 << 20);
    let sent = 0;
    let stream;
    const cancelled = new Promise((resolve) => {
      stream = new ReadableStream({
        pull(controller) {
          sent += 1;
          controller.enqueue(chunk);
        },
        cancel: () => resolve("cancelled"),
      });
    });
    expect(await failure(() => KV.put("key", stream))).toMatch(
      /^Error: KV PUT failed: 413 Value length of \d+ exceeds limit of 26214400\.$/);
    expect(sent).toBeLessThan(40);
    expect(await cancelled).toBe("cancelled");
  });

  test("fails as the stream failed, and keeps the old value", async () => {
    await KV.put("key", "old");
    const reason = new RangeError("the source broke");
    const stream = new ReadableStream({
      pull(controller) {
        controller.error(reason);
      },
    });
    expect(await failure(() => KV.put("key", stream))).toBe("RangeError: the source broke");
    expect(await KV.get("key")).toBe("old");
  });

  test("refuses a locked stream", async () => {
    const stream = streamOf(new Uint8Array(1));
    stream.getReader();
    expect(await failure(() => KV.put("key", stream))).toMatch(
      /^TypeError: This ReadableStream is currently locked/);
  });

  test("checks key, value, TTL, metadata and size in this order", async () => {
    const bad = { expirationTtl: 1, metadata: "x".repeat(2000) };
    const big = "x".repeat(MAX_VALUE_BYTES + 1);
    expect(await failure(() => KV.put("", {}, bad))).toMatch(/Key name/);
    expect(await failure(() => KV.put("key", {}, bad))).toMatch(/accepts only/);
    expect(await failure(() => KV.put("key", big, bad))).toMatch(/expiration_ttl/);
    expect(await failure(() => KV.put("key", big, { metadata: bad.metadata }))).toMatch(
      /Metadata length of 2002/);
    expect(await failure(() => KV.put("key", big, {}))).toMatch(/Value length/);
    expect(await failure(() => KV.put("x".repeat(513), "v"))).toMatch(/^Error: KV PUT failed: 414/);
    expect(await failure(() => KV.delete("x".repeat(513)))).toMatch(/^Error: KV DELETE failed: 414/);
    expect(await failure(() => KV.delete("."))).toBe('TypeError: "." is not allowed as a key name.');
  });
});

describe("list", () => {
  test("gives keys with what they have, in pages", async () => {
    await clear();
    const expiration = soon() + 1000;
    await KV.put("c", "v", { metadata: { a: 1 }, expiration });
    await KV.put("a", "v");
    await KV.put("b", "v", { metadata: 0 });
    const all = [{ name: "a" }, { name: "b", metadata: 0 }, { name: "c", expiration, metadata: { a: 1 } }];
    expect(await KV.list()).toEqual({ keys: all, list_complete: true, cacheStatus: null });
    const page = await KV.list({ limit: 2 });
    expect(Object.keys(page)).toEqual(["keys", "list_complete", "cursor", "cacheStatus"]);
    expect(page.list_complete).toBe(false);
    expect(page.keys).toEqual(all.slice(0, 2));
    expect(await KV.list({ limit: 2, cursor: page.cursor })).toEqual(
      { keys: all.slice(2), list_complete: true, cacheStatus: null });
    expect((await KV.list({ prefix: "b" })).keys).toEqual([all[1]]);
    expect((await KV.list({ prefix: null, cursor: null, limit: undefined })).keys).toEqual(all);
    expect((await KV.list({ limit: 0 })).keys).toEqual(all);
    expect((await KV.list({ limit: -1 })).keys).toEqual(all);
  });

  test("checks its options", async () => {
    expect(await failure(() => KV.list({ limit: 1001 }))).toBe(
      "Error: KV GET failed: 400 Invalid key_count_limit of 1001. Please specify an integer less than 1000.");
    expect(await failure(() => KV.list({ limit: 1000 }))).toBe("nothing failed");
    expect(await failure(() => KV.list({ prefix: "x".repeat(513) }))).toBe(
      "Error: KV GET failed: 414 UTF-8 encoded length of 513 exceeds key length limit of 512.");
    expect(await failure(() => KV.list("text"))).toMatch(/^TypeError/);
  });
});

describe("the binding", () => {
  test("is no global and cannot be made", () => {
    expect(globalThis.KvNamespace).toBeUndefined();
    expect(() => new KV.constructor()).toThrow("Illegal constructor");
    expect(Object.prototype.toString.call(KV)).toBe("[object KvNamespace]");
    expect(Object.keys(KV)).toEqual([]);
  });

  test("methods need their object", () => {
    const { get } = KV;
    expect(() => get("key")).toThrow("Illegal invocation");
  });

  test("cannot be cloned", () => {
    let error;
    try {
      structuredClone({ inside: KV });
    } catch (caught) {
      error = caught;
    }
    expect(error.name).toBe("DataCloneError");
    expect(error.message).toBe("A KV namespace binding cannot be serialized.");
  });

  test("survives a worker that overwrites built-in methods", async () => {
    const { parse, stringify } = JSON;
    const { set } = Map.prototype;
    const { push } = Array.prototype;
    JSON.stringify = JSON.parse = () => "stolen";
    Map.prototype.set = Array.prototype.push = () => { throw new Error("stolen"); };
    let found, listed;
    try {
      await KV.put("hard", '{"a":1}', { metadata: { b: 2 } });
      found = await KV.getWithMetadata(["hard"], "json");
      listed = await KV.list({ prefix: "hard" });
    } finally {
      JSON.parse = parse;
      JSON.stringify = stringify;
      Map.prototype.set = set;
      Array.prototype.push = push;
    }
    expect(found.get("hard")).toEqual({ value: { a: 1 }, metadata: { b: 2 } });
    expect(listed.keys).toEqual([{ name: "hard", metadata: { b: 2 } }]);
  });
});

// EDGE is the same namespace with eventual consistency: what is written through it is seen through it later.
describe("eventual consistency", () => {
  test("reads are old, those of another binding are not", async () => {
    await clear();
    expect(await EDGE.get("late")).toBe(null);
    await EDGE.put("late", "new", { metadata: 1 });
    expect(await EDGE.get("late")).toBe(null);
    expect(await EDGE.get("late", { cacheTtl: 30 })).toBe(null);
    expect(await EDGE.getWithMetadata("late")).toEqual({ value: null, metadata: null, cacheStatus: null });
    expect((await EDGE.get(["late"])).get("late")).toBe(null);
    expect(await KV.get("late")).toBe("new");
    expect((await EDGE.list()).keys.length).toBe(1);
    await KV.put("there", "old");
    await EDGE.delete("there");
    expect(await EDGE.get("there")).toBe("old");
    expect(await KV.get("there")).toBe(null);
  });

  test("checks are the same", async () => {
    expect(await failure(() => EDGE.get("k", { cacheTtl: 29 })))
      .toBe("Error: KV GET failed: 400 Invalid cache_ttl of 29. Cache TTL must be at least 30.");
  });
});
