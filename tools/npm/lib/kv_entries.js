// SPDX-License-Identifier: Apache-2.0
// Values and seeds as pairs of wrangler's bulk format: { key, value, base64, expiration, expiration_ttl, metadata }.
"use strict";

const fs = require("node:fs");
const { fileURLToPath } = require("node:url");

// Of one bulk write; the server's limits are 10,000 pairs and 100 MiB.
const kMaxPairs = 5_000;
const kMaxCharacters = 32 << 20;

function isBytes(value) {
  return ArrayBuffer.isView(value) || Object.prototype.toString.call(value) === "[object ArrayBuffer]";
}

function toBuffer(bytes) {
  return ArrayBuffer.isView(bytes) ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength) : Buffer.from(bytes);
}

function toPair(key, value) {
  if (typeof value === "string") return { key, value };
  if (isBytes(value)) return { key, value: toBuffer(value).toString("base64"), base64: true };
  const json = JSON.stringify(value);
  if (json === undefined) throw new TypeError(`the value of ${key} is ${typeof value}, which JSON does not have`);
  return { key, value: json };
}

function readFile(file) {
  const path = file instanceof URL || file.startsWith("file:") ? fileURLToPath(file) : file;
  try {
    return JSON.parse(fs.readFileSync(path, "utf8"));
  } catch (error) {
    throw new Error(`the seed file ${path} cannot be read: ${error.message}`);
  }
}

// A list in the bulk format, an object or Map of keys and values, or the path of a JSON file with either.
function toPairs(entries) {
  if (typeof entries === "string" || entries instanceof URL) return toPairs(readFile(entries));
  if (Array.isArray(entries)) {
    return entries.map((entry) => {
      const { key, value, ...rest } = entry ?? {};
      if (typeof key !== "string") throw new TypeError(`a seed is { key, value }, not ${JSON.stringify(entry)}`);
      return { ...toPair(key, value), ...rest };
    });
  }
  if (typeof entries !== "object" || entries === null) {
    throw new TypeError("seeds are an object of keys and values, a list of { key, value }, or the path of a JSON file");
  }
  const all = Object.prototype.toString.call(entries) === "[object Map]" ? entries : Object.entries(entries);
  return Array.from(all, ([key, value]) => toPair(key, value));
}

// The pairs in bodies that the server takes.
function* toBodies(pairs) {
  let texts = [];
  let characters = 0;
  for (const pair of pairs) {
    const text = JSON.stringify(pair);
    if (texts.length > 0 && (texts.length === kMaxPairs || characters + text.length > kMaxCharacters)) {
      yield `[${texts.join()}]`;
      texts = [];
      characters = 0;
    }
    texts.push(text);
    characters += text.length;
  }
  if (texts.length > 0) yield `[${texts.join()}]`;
}

module.exports = { isBytes, toBodies, toBuffer, toPair, toPairs };
