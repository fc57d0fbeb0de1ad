// SPDX-License-Identifier: Apache-2.0
// Serves a worker on Deno: deno run -A deno.mjs WORKER PORT
import { ctx, env, handler, listen } from "./context.mjs";

Deno.serve(listen, (request) => handler.fetch(request, env, ctx));
