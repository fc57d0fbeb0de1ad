// SPDX-License-Identifier: Apache-2.0
// A KV namespace of a running server, with the methods that a worker knows, and what tests need besides.
"use strict";

const { apiError } = require("./admin_client.js");
const { isBytes, toBodies, toPair, toPairs } = require("./kv_entries.js");

// The server's page has 10 keys at least, a caller's one.
const kMinPage = 10;
const kMaxPage = 1000;

// A cursor of ours: the server's, and how many keys of its page the caller has had.
function encodeCursor(cursor, skip) {
  return Buffer.from(JSON.stringify([cursor, skip])).toString("base64url");
}
function decodeCursor(text) {
  try {
    const [cursor, skip] = JSON.parse(Buffer.from(text, "base64url").toString());
    if (typeof cursor === "string" && Number.isInteger(skip)) return [cursor, skip];
  } catch {
    // Below.
  }
  throw new TypeError("the cursor is none that list() gave");
}

const kTypes = {
  text: (body) => body.toString(),
  json: (body) => JSON.parse(body.toString()),
  arrayBuffer: (body) => body.buffer.slice(body.byteOffset, body.byteOffset + body.byteLength),
  stream: (body) => new Blob([body]).stream(),
};

function converterOf(type) {
  const name = (typeof type === "object" && type !== null ? type.type : type) ?? "text";
  if (Object.hasOwn(kTypes, name)) return kTypes[name];
  throw new TypeError(`a value can be had as ${Object.keys(kTypes).join(", ")}, not as ${String(name)}`);
}

async function toContent(value) {
  if (typeof value === "string" || isBytes(value)) return value;
  if (typeof value?.getReader === "function" || typeof value?.arrayBuffer === "function") {
    return new Uint8Array(await new Response(value).arrayBuffer());
  }
  throw new TypeError("a value is a string, an ArrayBuffer, a view of one, a Blob, or a ReadableStream");
}

class KvNamespace {
  #admin;
  #path;
  #seed;

  // `seed`: what reset() comes back to.
  constructor(admin, name, id, seed) {
    this.#admin = admin;
    this.#path = `/${encodeURIComponent(id)}`;
    this.#seed = seed;
    this.name = name;
    this.id = id;
  }

  async get(key, type) {
    const convert = converterOf(type);
    const body = await this.#bytes(key);
    return body === null ? null : convert(body);
  }

  async getWithMetadata(key, type) {
    const convert = converterOf(type);
    const [body, metadata] = await Promise.all([this.#bytes(key), this.#metadata(key)]);
    return body === null ? { value: null, metadata: null } : { value: convert(body), metadata };
  }

  async put(key, value, { expiration, expirationTtl, metadata } = {}) {
    const pair = toPair(key, await toContent(value));
    await this.#bulkPut([{ ...pair, expiration, expiration_ttl: expirationTtl, metadata: metadata ?? undefined }]);
  }

  async delete(key) {
    await this.#result("delete", "DELETE", this.#keyPath("values", key));
  }

  async list({ prefix, limit = kMaxPage, cursor } = {}) {
    if (!Number.isInteger(limit) || limit < 1 || limit > kMaxPage) {
      throw new TypeError(`a list has a limit of 1 to ${kMaxPage}, not ${limit}`);
    }
    const [from, skip] = cursor ? decodeCursor(cursor) : ["", 0];
    const query = new URLSearchParams({ limit: Math.min(Math.max(limit + skip, kMinPage), kMaxPage) });
    if (prefix) query.set("prefix", prefix);
    if (from) query.set("cursor", from);
    const { result, result_info } = await this.#result("list", "GET", `${this.#path}/keys?${query}`);
    const keys = result.slice(skip, skip + limit);
    if (result.length > skip + limit) return { keys, list_complete: false, cursor: encodeCursor(from, skip + limit) };
    if (result_info.cursor) return { keys, list_complete: false, cursor: encodeCursor(result_info.cursor, 0) };
    return { keys, list_complete: true };
  }

  // Adds entries: a list of wrangler's bulk format, an object or Map, or the path of a JSON file.
  async seed(entries) {
    await this.#bulkPut(toPairs(entries));
  }

  // Removes every entry, and puts back what the option seed of startWorker gave.
  async reset() {
    for (;;) {
      const { result, result_info } = await this.#result("reset", "GET", `${this.#path}/keys`);
      if (result.length > 0) {
        const names = JSON.stringify(result.map((key) => key.name));
        await this.#result("reset", "POST", `${this.#path}/bulk/delete`, names);
      }
      if (!result_info.cursor) break;
    }
    if (this.#seed !== undefined) await this.seed(this.#seed);
  }

  #keyPath(what, key) {
    if (typeof key !== "string" || key === "") throw new TypeError("a key is a string that is not empty");
    return `${this.#path}/${what}/${encodeURIComponent(key)}`;
  }
  #result(what, method, path, body) {
    return this.#admin.result(`kv(${JSON.stringify(this.name)}).${what}`, method, path, body);
  }
  async #bulkPut(pairs) {
    for (const body of toBodies(pairs)) await this.#result("put", "PUT", `${this.#path}/bulk`, body);
  }
  async #bytes(key) {
    const { status, body } = await this.#admin.call("GET", this.#keyPath("values", key));
    if (status === 404) return null;
    if (status === 200) return body;
    throw apiError(`kv(${JSON.stringify(this.name)}).get`, status, JSON.parse(body.toString()));
  }
  async #metadata(key) {
    const { status, body } = await this.#admin.call("GET", this.#keyPath("metadata", key));
    if (status === 404) return null;
    const json = JSON.parse(body.toString());
    if (json.success) return json.result;
    throw apiError(`kv(${JSON.stringify(this.name)}).getWithMetadata`, status, json);
  }
}

module.exports = { KvNamespace };
