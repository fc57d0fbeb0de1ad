// SPDX-License-Identifier: Apache-2.0
// One collection of records over HTTP: /PATH lists, creates and loads; /PATH/ID reads, replaces, changes and
// deletes. Both workers serve their store with it.

import {
  HttpError, checkPreconditions, decodeSegment, dispatch, jsonRepresentation, jsonResponse, kMaxBulkBytes,
  kMaxRecordBytes, readJson, written,
} from "./http.js";
import { parseMany, parseRecord, refuse } from "./schema.js";
import { listRecords, readRecord, sameRecord, withId, writeRecord } from "./store.js";

// The board has 8 x 64 LEDs; one invocation may make 1,000 calls to KV.
export const kMaxBulkItems = 512;

// `checkReferences(records)`, when given, throws for records that name what does not exist.
export class Collection {
  #request;
  #kv;
  #schema;
  #path;
  #checkReferences;

  constructor(request, { kv, schema, path, checkReferences = async () => {} }) {
    this.#request = request;
    this.#kv = kv;
    this.#schema = schema;
    this.#path = path;
    this.#checkReferences = checkReferences;
  }

  // The response for `rest`, the pathname after the collection's path: "" or "/ID".
  respond(rest) {
    if (rest === "") {
      return dispatch(this.#request, {
        GET: () => this.#list(), POST: () => this.#post(), PUT: () => this.#replaceAll(),
      });
    }
    const id = decodeSegment(rest.slice(1));
    return dispatch(this.#request, {
      GET: () => this.#get(id), PUT: () => this.#put(id), PATCH: () => this.#patch(id),
      DELETE: () => this.#delete(id),
    });
  }

  async #list() {
    const records = await listRecords(this.#kv);
    return jsonRepresentation(this.#request, Array.from(records, ([id, record]) => withId(id, record)));
  }

  async #get(id) {
    return jsonRepresentation(this.#request, withId(id, await this.#existing(id)));
  }

  // One record, or an array of records to add.
  async #post() {
    const input = await readJson(this.#request, kMaxBulkBytes);
    if (Array.isArray(input)) return this.#load(input, { replaceAll: false });
    const [id, record] = parseRecord(this.#schema, input);
    if (await readRecord(this.#kv, id) !== null) {
      throw new HttpError(409,
        `there is a ${this.#schema.name} with the id "${id}"; PUT ${this.#path}/${id} replaces it`);
    }
    await this.#check(new Map([[id, record]]));
    await writeRecord(this.#kv, id, record);
    return this.#created(id, record);
  }

  async #put(id) {
    const [, record] = parseRecord(this.#schema, await readJson(this.#request, kMaxRecordBytes), id);
    const before = await readRecord(this.#kv, id);
    checkPreconditions(this.#request, before === null ? null : withId(id, before));
    await this.#check(new Map([[id, record]]));
    await writeRecord(this.#kv, id, record);
    return before === null ? this.#created(id, record) : written(200, withId(id, record));
  }

  // RFC 7396 for flat records whose fields may not be removed.
  async #patch(id) {
    const change = await readJson(this.#request, kMaxRecordBytes);
    const before = await this.#existing(id);
    checkPreconditions(this.#request, withId(id, before));
    const isObject = typeof change === "object" && change !== null && !Array.isArray(change);
    const [, record] = parseRecord(this.#schema, isObject ? { ...before, ...change } : change, id);
    await this.#check(new Map([[id, record]]));
    await writeRecord(this.#kv, id, record);
    return written(200, withId(id, record));
  }

  async #delete(id) {
    checkPreconditions(this.#request, withId(id, await this.#existing(id)));
    await this.#kv.delete(id);
    return new Response(null, { status: 204 });
  }

  // An array that takes the place of everything.
  async #replaceAll() {
    const input = await readJson(this.#request, kMaxBulkBytes);
    if (!Array.isArray(input)) {
      throw new HttpError(400,
        `PUT ${this.#path} takes an array of all records; one record goes to ${this.#path}/ID`);
    }
    return this.#load(input, { replaceAll: true });
  }

  // All or nothing as far as validation goes; KV has no transactions.
  async #load(items, { replaceAll }) {
    if (items.length > kMaxBulkItems) {
      throw new HttpError(413, `the array has ${items.length} items; allowed are ${kMaxBulkItems}`);
    }
    const records = parseMany(this.#schema, items);
    const existing = await listRecords(this.#kv);
    await this.#check(records, replaceAll ? new Map() : existing);
    const counts = { created: 0, replaced: 0, unchanged: 0, deleted: 0 };
    const work = [];
    for (const [id, record] of records) {
      const before = existing.get(id);
      if (before !== undefined && sameRecord(before, record)) {
        ++counts.unchanged;
        continue;
      }
      ++counts[before === undefined ? "created" : "replaced"];
      work.push(writeRecord(this.#kv, id, record));
    }
    if (replaceAll) {
      for (const id of existing.keys()) {
        if (records.has(id)) continue;
        ++counts.deleted;
        work.push(this.#kv.delete(id));
      }
    }
    await Promise.all(work);
    return jsonResponse(200, JSON.stringify(counts));
  }

  async #existing(id) {
    // What is no id cannot be a key: KV refuses some names, and the schema refuses more.
    const record = /^[\w-]{1,64}$/.test(id) ? await readRecord(this.#kv, id) : null;
    if (record === null) throw new HttpError(404, `there is no ${this.#schema.name} with the id "${id}"`);
    return record;
  }

  #created(id, record) {
    return written(201, withId(id, record), { Location: `${this.#path}/${id}` });
  }

  // That what the new records refer to exists, and that no two records claim the same thing.
  async #check(records, existing) {
    await this.#checkReferences(records);
    if (this.#schema.uniqueKeys(records.values().next().value ?? {}).length === 0) return;
    const owners = new Map();
    for (const [id, record] of existing ?? await listRecords(this.#kv)) {
      if (records.has(id)) continue;
      for (const key of this.#schema.uniqueKeys(record)) owners.set(key.text, id);
    }
    for (const [id, record] of records) {
      for (const { field, text } of this.#schema.uniqueKeys(record)) {
        const owner = owners.get(text);
        if (owner !== undefined) {
          const got = `${text}, which "${owner}" has`;
          refuse(409, this.#schema, [{ field, allowed: "what no other record has", got }]);
        }
        owners.set(text, id);
      }
    }
  }
}
