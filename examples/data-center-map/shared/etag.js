// SPDX-License-Identifier: Apache-2.0
// A strong entity tag from what a response holds, and the preconditions of RFC 9110, section 13, over it.

// Two 32-bit multiplicative hashes over the bytes, side by side. They tell contents apart; they protect
// nothing: whoever may write to the store may make two contents collide.
export function contentTag(bytes) {
  let a = 0x811c9dc5;
  let b = 0x9747b28c ^ bytes.length;
  for (let i = 0; i < bytes.length; ++i) {
    a = Math.imul(a ^ bytes[i], 0x01000193);
    b = Math.imul((b << 13) | (b >>> 19), 5) ^ Math.imul(bytes[i] + 1, 0x85ebca6b);
  }
  a ^= a >>> 16;
  b = Math.imul(b ^ (b >>> 15), 0xc2b2ae35);
  return `"${hex(a)}${hex(b ^ (b >>> 13))}"`;
}

function hex(word) {
  return (word >>> 0).toString(16).padStart(8, "0");
}

// Whether `field`, an If-Match or If-None-Match, names `tag`; null is the tag of what does not exist.
// If-None-Match compares weakly, so a cache's W/ is ignored there; If-Match refuses weak tags.
export function matches(field, tag, { weak }) {
  if (field.trim() === "*") return tag !== null;
  for (const item of field.match(/(?:W\/)?"[^"]*"/g) ?? []) {
    if (item === tag || (weak && item === `W/${tag}`)) return true;
  }
  return false;
}
