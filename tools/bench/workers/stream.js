// SPDX-License-Identifier: Apache-2.0
// One megabyte in chunks of 16 KB that a script makes, through a TransformStream.
const chunk = new Uint8Array(16 * 1024).fill(120);
const chunks = 64;

export default {
  async fetch() {
    let left = chunks;
    const source = new ReadableStream({
      pull(controller) {
        controller.enqueue(chunk);
        left -= 1;
        if (left === 0) controller.close();
      },
    });
    const same = new TransformStream({
      transform(piece, controller) {
        controller.enqueue(piece);
      },
    });
    return new Response(source.pipeThrough(same), { headers: { "content-type": "application/octet-stream" } });
  },
};
