// SPDX-License-Identifier: Apache-2.0
// Serves a worker with one KV namespace on miniflare, for tools/bench/kv: node miniflare.mjs PACKAGES WORKER FOLDER
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [packages, worker, folder] = process.argv.slice(2);
const { Miniflare } = await import(pathToFileURL(createRequire(`${packages}/`).resolve("miniflare")).href);
const server = new Miniflare({
  modules: true,
  scriptPath: worker,
  compatibilityDate: "2026-01-01",
  host: "127.0.0.1",
  port: 0,
  kvNamespaces: { KV: "bench" },
  kvPersist: folder,
});
console.log(String(await server.ready));
