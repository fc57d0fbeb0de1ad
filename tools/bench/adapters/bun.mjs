// SPDX-License-Identifier: Apache-2.0
// Serves a worker on Bun: bun bun.mjs WORKER PORT
import { ctx, env, handler, listen } from "./context.mjs";

Bun.serve({ ...listen, development: false, fetch: (request) => handler.fetch(request, env, ctx) });
