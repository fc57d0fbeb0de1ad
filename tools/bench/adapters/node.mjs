// SPDX-License-Identifier: Apache-2.0
// Serves a worker on Node, with the adapter that most applications there use: node node.mjs WORKER PORT PACKAGES
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { ctx, env, handler, listen } from "./context.mjs";

const packages = createRequire(`${process.argv[4]}/`);
const { serve } = await import(pathToFileURL(packages.resolve("@hono/node-server")).href);
serve({ ...listen, fetch: (request) => handler.fetch(request, env, ctx) });
