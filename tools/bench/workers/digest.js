// SPDX-License-Identifier: Apache-2.0
// SHA-256 and HMAC (SHA-256) of 4 KB, in hexadecimal.
const data = new Uint8Array(4096).map((_, i) => i % 251);
const hmac = { name: "HMAC", hash: "SHA-256" };
let key;

function hex(buffer) {
  let text = "";
  for (const byte of new Uint8Array(buffer)) text += byte.toString(16).padStart(2, "0");
  return text;
}

export default {
  async fetch() {
    key ??= await crypto.subtle.importKey("raw", new Uint8Array(32).fill(7), hmac, false, ["sign"]);
    const digest = await crypto.subtle.digest("SHA-256", data);
    const mac = await crypto.subtle.sign("HMAC", key, data);
    return new Response(`${hex(digest)} ${hex(mac)}`);
  },
};
