// SPDX-License-Identifier: Apache-2.0
// Serves a worker on Node, with the adapter that most applications there use:
// node node.mjs WORKER PORT PACKAGES [--plain-request]
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { listen, serve } from "./context.mjs";

const packages = createRequire(`${process.argv[4]}/`);
const server = await import(pathToFileURL(packages.resolve("@hono/node-server")).href);
server.serve({ ...listen, fetch: (request) => serve(request) });
