// SPDX-License-Identifier: Apache-2.0
// The links in KV: link/SLUG is { url, createdAt, expiresAt? }.

const kLength = 7; // 57 ** 7 are two million million
// Without 0 and O, 1, I and l: people type slugs off paper.
const kAlphabet = "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const kAttempts = 5;

export const kSlug = /^[A-Za-z0-9_-]{3,64}$/;

// What was asked for cannot be done; `status` is that of the answer.
export class LinkError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

export function readLink(kv, slug) {
  return kv.get(`link/${slug}`, "json");
}

// { slug, url, createdAt, expiresAt? } of a new link. Without `slug` one is made up, again and again if it is taken.
export async function createLink(kv, { slug, url, expiresInSeconds }, makeUp = makeSlug) {
  const now = Date.now();
  const link = { url, createdAt: new Date(now).toISOString() };
  const options = {};
  if (expiresInSeconds !== undefined) {
    options.expiration = Math.floor(now / 1000) + expiresInSeconds;
    link.expiresAt = new Date(options.expiration * 1000).toISOString();
  }
  const chosen = slug ?? await findFree(kv, makeUp);
  if (slug !== undefined && await readLink(kv, slug) !== null) throw new LinkError(409, `"${slug}" is taken`);
  await kv.put(`link/${chosen}`, JSON.stringify(link), options);
  return { slug: chosen, ...link };
}

async function findFree(kv, makeUp) {
  for (let i = 0; i < kAttempts; ++i) {
    const slug = makeUp();
    if (await readLink(kv, slug) === null) return slug;
  }
  throw new LinkError(503, "no free slug was found; please try again");
}

// Every character as likely as any other: bytes that would favour the first ones are thrown away.
export function makeSlug() {
  const fair = 256 - 256 % kAlphabet.length;
  let slug = "";
  while (slug.length < kLength) {
    for (const byte of crypto.getRandomValues(new Uint8Array(kLength))) {
      if (byte < fair && slug.length < kLength) slug += kAlphabet[byte % kAlphabet.length];
    }
  }
  return slug;
}

export async function deleteLink(kv, slug) {
  const link = await readLink(kv, slug);
  if (link === null) return false;
  await kv.delete(`link/${slug}`);
  return true;
}

// A page of slugs, and where the next one begins.
export async function listSlugs(kv, cursor) {
  const page = await kv.list({ prefix: "link/", cursor: cursor ?? undefined });
  const slugs = page.keys.map(({ name }) => name.slice("link/".length));
  return page.list_complete ? { slugs } : { slugs, cursor: page.cursor };
}
