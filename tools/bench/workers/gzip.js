// SPDX-License-Identifier: Apache-2.0
// 64 KB of text that compresses to about a third, through a CompressionStream. There is no content-encoding header:
// with one, some runtimes would compress once more.
const words = ["the", "edge", "worker", "request", "answers", "stream", "of", "bytes", "header", "and", "value", "key"];
let text = "";
for (let seed = 1; text.length < 65536;) {
  seed = (seed * 48271) % 2147483647;
  text += `${words[seed % words.length]}${seed % 7 === 0 ? seed : ""} `;
}
const bytes = new TextEncoder().encode(text.slice(0, 65536));

export default {
  async fetch() {
    const plain = new Response(bytes).body;
    const packed = plain.pipeThrough(new CompressionStream("gzip"));
    return new Response(packed, { headers: { "content-type": "application/gzip" } });
  },
};
