// SPDX-License-Identifier: Apache-2.0
// A challenge that costs a person's device a moment, and a machine that tries thousands of passwords dearly: find a
// number so that the SHA-256 of "TOKEN:NUMBER" begins with so many zero bits. The server keeps nothing of a challenge
// that it gives: the token says how hard and until when, and is signed together with for whom. A solution counts once.

const kLifetimeSeconds = 300;

// { token, bits, expiresAt } for the attempt that `subject` describes.
export async function makeChallenge(secret, subject, bits) {
  const expiresAt = Math.floor(Date.now() / 1000) + kLifetimeSeconds;
  const payload = `${bits}.${expiresAt}.${crypto.randomUUID()}`;
  return { token: `${payload}.${await sign(secret, payload, subject)}`, bits, expiresAt };
}

// `solution` is "TOKEN:NUMBER".
export async function isSolved(kv, secret, subject, solution) {
  const match = /^((\d{1,2})\.(\d{1,12})\.([0-9a-f-]{36}))\.([0-9a-f]{64}):\d{1,15}$/.exec(solution);
  if (match === null) return false;
  const [, payload, bits, expiresAt, id, signature] = match;
  if (!isEqual(signature, await sign(secret, payload, subject))) return false;
  if (Date.now() / 1000 >= Number(expiresAt)) return false;
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(solution)));
  if (zeroBits(hash) < Number(bits)) return false;
  if (await kv.get(`used/${id}`) !== null) return false;
  await kv.put(`used/${id}`, "", { expirationTtl: kLifetimeSeconds });
  return true;
}

// How many bits are 0 before the first that is 1.
export function zeroBits(bytes) {
  let bits = 0;
  for (const byte of bytes) {
    bits += Math.min(Math.clz32(byte) - 24, 8);
    if (byte !== 0) break;
  }
  return bits;
}

async function sign(secret, payload, subject) {
  const encoder = new TextEncoder();
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", encoder.encode(secret), algorithm, false, ["sign"]);
  const bytes = await crypto.subtle.sign("HMAC", key, encoder.encode(`${payload}.${subject}`));
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// In constant time. Both are of one length.
function isEqual(a, b) {
  return crypto.subtle.timingSafeEqual(new TextEncoder().encode(a), new TextEncoder().encode(b));
}
