// SPDX-License-Identifier: Apache-2.0
// What the adapters share: the worker that the command line names, and a port.
import { pathToFileURL } from "node:url";

const [worker, port] = process.argv.slice(2);

export const { default: handler } = await import(pathToFileURL(worker).href);
export const listen = { hostname: "127.0.0.1", port: Number(port) };
export const env = {};
export const ctx = { waitUntil() {}, passThroughOnException() {} };
