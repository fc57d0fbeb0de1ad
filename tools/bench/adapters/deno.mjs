// SPDX-License-Identifier: Apache-2.0
// Serves a worker on Deno: deno run -A deno.mjs WORKER PORT [--plain-request]
import { listen, serve } from "./context.mjs";

Deno.serve(listen, (request) => serve(request));
