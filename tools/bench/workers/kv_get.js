// SPDX-License-Identifier: Apache-2.0
// One KV get per request, of a 1 KB JSON text that PUT / stores.
export default {
  async fetch(request, env) {
    if (request.method === "PUT") {
      await env.KV.put("key", JSON.stringify({ text: "x".repeat(1000) }));
      return new Response("stored");
    }
    return new Response(await env.KV.get("key"));
  },
};
