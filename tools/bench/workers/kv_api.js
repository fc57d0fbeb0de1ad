// SPDX-License-Identifier: Apache-2.0
// A JSON API over KV, as tools/bench/run and kv measure it: /item/KEY gives a value, PUT /put/KEY stores one, /list a
// page of keys with metadata, and /hello what costs no KV. POST /seed?from=N&to=M&bytes=B writes keys, POST /seed-large
// 1,000 with metadata.
const json = { headers: { "content-type": "application/json" } };
const hello = JSON.stringify({ text: "x".repeat(180) });

const keyOf = (i) => `item:${String(i).padStart(8, "0")}`;

async function seed(kv, params) {
  const value = JSON.stringify({ text: "x".repeat(params.get("bytes") - 11) });
  for (let i = Number(params.get("from")); i < Number(params.get("to"));) {
    const puts = [];
    for (const end = Math.min(i + 50, Number(params.get("to"))); i < end; ++i) puts.push(kv.put(keyOf(i), value));
    await Promise.all(puts);
  }
}

async function seedLarge(kv, params) {
  const large = new Uint8Array(25 * 1024 * 1024);
  for (let i = 0; i < 1000; ++i) {
    const value = i < Number(params.get("large")) ? large : "small";
    await kv.put(`listed:${String(i).padStart(4, "0")}`, value, { metadata: { index: i, kind: "listed" } });
  }
}

export default {
  async fetch(request, env) {
    const { url } = request;
    const path = url.slice(url.indexOf("/", 8));
    if (path.startsWith("/item/")) {
      const value = await env.KV.get(path.slice(6));
      return value === null ? new Response("null", { status: 404 }) : new Response(value, json);
    }
    if (path.startsWith("/put/")) {
      await env.KV.put(path.slice(5), await request.text());
      return new Response("stored");
    }
    if (path === "/hello") return new Response(hello, json);
    if (path === "/list") return Response.json((await env.KV.list({ prefix: "listed:" })).keys.length);
    const { pathname, searchParams } = new URL(url);
    if (pathname === "/seed") await seed(env.KV, searchParams);
    else if (pathname === "/seed-large") await seedLarge(env.KV, searchParams);
    else return new Response("not found", { status: 404 });
    return new Response("seeded");
  },
};
