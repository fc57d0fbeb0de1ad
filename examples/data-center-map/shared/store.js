// SPDX-License-Identifier: Apache-2.0
// Records in a KV namespace. The whole record is also the key's metadata (at most 1,024 bytes; the schemas
// stay below), so that a list of all records reads list pages alone and no value.

// An id as the store orders ids.
const byId = ([a], [b]) => (a < b ? -1 : a > b ? 1 : 0);

// A Map id -> record, in the order of ids.
export async function listRecords(kv) {
  const entries = [];
  const bare = [];
  let cursor;
  do {
    const page = await kv.list(cursor === undefined ? {} : { cursor });
    for (const { name, metadata } of page.keys) {
      if (metadata) entries.push([name, metadata]);
      else bare.push(name);
    }
    // A page may be empty and not the last one.
    cursor = page.list_complete ? undefined : page.cursor;
  } while (cursor !== undefined);
  // Keys that another tool wrote without metadata.
  const values = await Promise.all(bare.map((name) => readRecord(kv, name)));
  bare.forEach((name, i) => values[i] !== null && entries.push([name, values[i]]));
  return new Map(bare.length > 0 ? entries.sort(byId) : entries);
}

// null when there is none, or when another tool put something there that is no JSON object.
export async function readRecord(kv, id) {
  const text = await kv.get(id);
  if (text === null) return null;
  try {
    const record = JSON.parse(text);
    if (typeof record === "object" && record !== null) return record;
  } catch {
    // Told below.
  }
  console.warn(`the value of key "${id}" is not a JSON object; it is left out`);
  return null;
}

export function writeRecord(kv, id, record) {
  return kv.put(id, JSON.stringify(record), { metadata: record });
}

export const withId = (id, record) => ({ id, ...record });

export const sameRecord = (a, b) => JSON.stringify(a) === JSON.stringify(b);
