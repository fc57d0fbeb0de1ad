// SPDX-License-Identifier: Apache-2.0
// How often each link was followed. "Read the number, add one, write it" would lose hits that come at the same moment,
// so each isolate counts in memory and writes its number to a key of its own: hits/SLUG/ID. Their sum is the number of
// hits. Writes come at most once in kWriteMs for a link, which also keeps to what KV allows for one key.

const kWriteMs = 1000;
const kRounds = 20;        // of one write after another in one request's time
const kMaxCounters = 10_000;
const kMinExpirationSeconds = 61;

const counters = new Map(); // slug and time of creation -> { id, hits, isWriting }

// Returns at once; the write goes on in ctx.waitUntil().
export function countHit(kv, slug, link, ctx) {
  // A slug that was removed and made again counts from 0.
  const name = `${slug}/${link.createdAt}`;
  let counter = counters.get(name);
  if (counter === undefined) {
    if (counters.size >= kMaxCounters) forgetIdle();
    // With an id of its own, so that a counter which was forgotten keeps what it has written.
    counter = { id: crypto.randomUUID(), hits: 0, isWriting: false };
    counters.set(name, counter);
  }
  ++counter.hits;
  if (counter.isWriting) return;
  counter.isWriting = true;
  ctx.waitUntil(write(kv, `hits/${slug}/${counter.id}`, counter, link.expiresAt));
}

async function write(kv, key, counter, expiresAt) {
  try {
    for (let i = 0; i < kRounds; ++i) {
      await new Promise((resolve) => setTimeout(resolve, kWriteMs));
      const { hits } = counter;
      await kv.put(key, "", { metadata: { hits }, expiration: expirationOf(expiresAt) });
      if (counter.hits === hits) return;
    }
  } finally {
    counter.isWriting = false; // the next hit writes what is left
  }
}

// With the link, or, since KV wants a minute at least, soon after it.
function expirationOf(expiresAt) {
  if (expiresAt === undefined) return undefined;
  return Math.max(Date.parse(expiresAt) / 1000, Math.ceil(Date.now() / 1000) + kMinExpirationSeconds);
}

function forgetIdle() {
  for (const [name, { isWriting }] of counters) {
    if (!isWriting) counters.delete(name);
  }
}

export async function readHits(kv, slug) {
  let hits = 0;
  for await (const { metadata } of keysOf(kv, slug)) hits += metadata?.hits ?? 0;
  return hits;
}

export async function deleteHits(kv, slug) {
  for await (const { name } of keysOf(kv, slug)) await kv.delete(name);
}

async function* keysOf(kv, slug) {
  let cursor;
  do {
    const page = await kv.list({ prefix: `hits/${slug}/`, cursor });
    yield* page.keys;
    cursor = page.list_complete ? undefined : page.cursor;
  } while (cursor !== undefined);
}
