// SPDX-License-Identifier: Apache-2.0
// Serves a worker on Bun: bun bun.mjs WORKER PORT
import { listen, serve } from "./context.mjs";

Bun.serve({ ...listen, development: false, fetch: (request) => serve(request) });
