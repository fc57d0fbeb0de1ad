// SPDX-License-Identifier: Apache-2.0
// The two workers of the soak: what clients visit, and the origin that it fetches from.
#pragma once

namespace sedge::soak {

// Streams in random pieces with pauses between, and takes uploads as slowly as it likes.
constexpr char kOrigin[] = R"(
const piece = new Uint8Array(16384).fill(120);
const random = (limit) => Math.floor(Math.random() * limit);
function pieces(count, pause) {
  return new ReadableStream({
    async pull(controller) {
      if (count-- === 0) return controller.close();
      if (random(4) === 0) await scheduler.wait(random(pause));
      controller.enqueue(piece.subarray(0, 1 + random(piece.length)));
    },
  });
}
export default { async fetch(request, env, ctx) {
  switch (new URL(request.url).pathname) {
    case "/pieces": return new Response(pieces(random(40), 5));
    case "/slow": await scheduler.wait(random(30)); return new Response(pieces(3, 30));
    case "/count": {
      let bytes = 0;
      for await (const chunk of request.body) {
        bytes += chunk.length;
        if (random(8) === 0) await scheduler.wait(random(3));
      }
      return new Response(String(bytes));
    }
    case "/echo": return new Response(request.body);
    case "/deaf": return new Response("I did not listen");
    default: return new Response("small");
  }
} };
)";

constexpr char kFront[] = R"(
const random = (limit) => Math.floor(Math.random() * limit);
const origin = (path, init) => fetch("http://origin.test" + path, init);
const encoder = new TextEncoder();
function counting(count) {
  return new ReadableStream({
    async pull(controller) {
      if (count-- === 0) return controller.close();
      if (random(4) === 0) await scheduler.wait(random(5));
      controller.enqueue(encoder.encode("number ".repeat(random(500)) + count));
    },
  });
}
export default { async fetch(request, env, ctx) {
  const key = "key-" + random(50);
  switch (new URL(request.url).pathname) {
    case "/hello": return new Response("Hello World!");
    case "/stream": return new Response(counting(random(60)));
    case "/down": return origin("/pieces");
    case "/down-script": {
      const { body } = await origin("/pieces");
      return new Response(body.pipeThrough(new TransformStream()));
    }
    case "/down-text": return new Response(await (await origin("/pieces")).text());
    case "/slow": return origin("/slow");
    case "/up": return origin("/count", { method: "POST", body: request.body });
    case "/echo": return origin("/echo", { method: "POST", body: request.body });
    case "/body": return new Response(String((await request.arrayBuffer()).byteLength));
    // By a name, and so over connections, of its own: it closes one whose body it did not listen to,
    // perhaps just when the next request goes out.
    case "/ignored":
      return fetch("http://deaf.test/deaf", { method: "POST", body: request.body })
        .catch((error) => new Response(error.message));
    case "/kv-get": return new Response((await env.KV.get(key, "stream")) ?? "nothing");
    case "/kv-put": await env.KV.put(key, request.body); return new Response("put");
    case "/aborts": {
      const signal = AbortSignal.timeout(random(20));
      try {
        return new Response(await (await origin("/slow", { signal })).text());
      } catch (error) {
        return new Response(error.name);
      }
    }
    case "/waits":
      ctx.waitUntil(scheduler.wait(random(30)).then(() => origin("/pieces")).then((r) => r.text()));
      setTimeout(() => {}, 60_000);
      return new Response("waits");
    case "/coded":
      return new Response(counting(random(30)), { headers: { "Content-Encoding": "gzip" } });
    case "/unread": await origin("/pieces"); return new Response("unread");
  }
  return new Response("no such path", { status: 404 });
} };
)";

}  // namespace sedge::soak
