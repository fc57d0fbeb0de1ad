// SPDX-License-Identifier: Apache-2.0
// Long bodies in JavaScript: GET /?bytes=N makes a stream of N bytes, PUT / reads one and says how many came.
const kChunk = new Uint8Array(64 * 1024).fill(120);

function make(bytes) {
  let left = bytes;
  return new ReadableStream({
    type: "bytes",
    pull(controller) {
      const size = Math.min(left, kChunk.length);
      if (size === 0) {
        controller.close();
        return;
      }
      left -= size;
      controller.enqueue(kChunk.slice(0, size));
    },
  });
}

export default {
  async fetch(request) {
    if (request.method === "GET") return new Response(make(Number(new URL(request.url).searchParams.get("bytes"))));
    let bytes = 0;
    for await (const chunk of request.body) bytes += chunk.length;
    return new Response(`${bytes}\n`);
  },
};
