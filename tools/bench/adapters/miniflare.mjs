// SPDX-License-Identifier: Apache-2.0
// Serves workers on miniflare: node miniflare.mjs PACKAGES OPTIONS, a JSON file of Miniflare's options.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [packages, options] = process.argv.slice(2);
const { Miniflare } = await import(pathToFileURL(createRequire(`${packages}/`).resolve("miniflare")).href);
const server = new Miniflare(JSON.parse(readFileSync(options, "utf8")));
console.log(String(await server.ready));
