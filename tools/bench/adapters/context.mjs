// SPDX-License-Identifier: Apache-2.0
// What the adapters share: the worker that the command line names, a port, and how a request gets to the worker.
import { pathToFileURL } from "node:url";

const [worker, port] = process.argv.slice(2);

const { default: handler } = await import(pathToFileURL(worker).href);
export const listen = { hostname: "127.0.0.1", port: Number(port) };

const env = {};
const ctx = { waitUntil() {}, passThroughOnException() {} };

// Requests as the servers of Deno and of @hono/node-server make them are none that fetch(request) takes there.
const plain = process.argv.includes("--plain-request");

export const serve = plain
  ? (request) => handler.fetch(new Request(request.url, request), env, ctx)
  : (request) => handler.fetch(request, env, ctx);
