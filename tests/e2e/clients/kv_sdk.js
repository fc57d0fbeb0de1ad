// SPDX-License-Identifier: Apache-2.0
// Every KV call of the cloudflare package against a server: node kv_sdk.js FOLDER URL TOKEN. Prints a line of JSON
// for each. FOLDER holds node_modules.
"use strict";

const { createRequire } = require("module");
const [, , folder, baseURL, apiToken] = process.argv;
const module_ = createRequire(`${folder}/package.json`)("cloudflare");
const Cloudflare = module_.default ?? module_;

const account_id = "acc";

async function say(name, run) {
  let result;
  try {
    result = await run();
  } catch (error) {
    result = error.status ? { status: error.status, errors: error.errors } : { message: error.message };
  }
  console.log(JSON.stringify({ name, result }));
  return result;
}

async function all(pages) {
  const items = [];
  for await (const item of pages) items.push(item);
  return items;
}

async function main() {
  const { namespaces } = new Cloudflare({ apiToken, baseURL, maxRetries: 0 }).kv;
  const made = await say("create", () => namespaces.create({ account_id, title: "from the SDK" }));
  const id = made.id;
  await say("create again", () => namespaces.create({ account_id, title: "from the SDK" }));
  await say("rename", () => namespaces.update(id, { account_id, title: "renamed" }));
  await say("get namespace", () => namespaces.get(id, { account_id }));
  await say("list namespaces", async () =>
    (await all(namespaces.list({ account_id, order: "title", direction: "desc", per_page: 1 }))).map((ns) => ns.title));

  const { values, keys, metadata } = namespaces;
  const at = { account_id, namespace_id: id };
  await say("put", () => values.update("a/b \u20ac", { ...at, value: "text", metadata: '{"m":[1]}' }));
  await say("put with a time", () =>
    values.update("timed", { ...at, value: "t", metadata: "null", expiration_ttl: 3600 }));
  await say("get", async () => (await values.get("a/b \u20ac", { ...at })).text());
  await say("get none", () => values.get("none", { ...at }));
  await say("get metadata", () => metadata.get("a/b \u20ac", { ...at }));
  await say("delete", () => values.delete("timed", { ...at }));

  const body = [];
  for (let i = 0; i < 25; ++i) body.push({ key: `bulk${100 + i}`, value: `${i}` });
  body[0].metadata = { first: true };
  await say("bulk put", () => namespaces.bulkUpdate(id, { account_id, body }));
  await say("list keys", async () =>
    (await all(keys.list(id, { account_id, prefix: "bulk", limit: 10 }))).map((key) => key.name).join());
  await say("bulk get", () => namespaces.bulkGet(id, { account_id, keys: ["bulk100", "none"], withMetadata: true }));
  await say("bulk delete", () => namespaces.bulkDelete(id, { account_id, body: body.map(({ key }) => key) }));
  await say("list keys after", async () => (await all(keys.list(id, { account_id }))).map((key) => key.name));
  await say("delete namespace", () => namespaces.delete(id, { account_id }));
  await say("get after", () => values.get("a", { ...at }));
}

main();
