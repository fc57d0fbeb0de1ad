// SPDX-License-Identifier: Apache-2.0
// What is remembered of a network (ip/NETWORK) and of an e-mail address (email/DIGEST): how many attempts and failures
// there were lately, and with how many partners: e-mail addresses for the one, networks for the other. The numbers
// fade: after kHalfLifeMs without another attempt they are half of what they were.

const kHalfLifeMs = 15 * 60 * 1000;
const kPartnerMs = 60 * 60 * 1000;
const kMaxPartners = 64;
const kKeepSeconds = 90 * 24 * 3600;

// { attempts, failures, partners: { name: last time }, country, at } as of now.
export async function readRecord(kv, key) {
  return fade(await kv.get(key, "json"), Date.now());
}

// KV has no transactions: of attempts at the very same moment some are not counted. The next ones see the others.
export async function changeRecord(kv, key, change) {
  const record = await readRecord(kv, key);
  change(record);
  await kv.put(key, JSON.stringify(record), { expirationTtl: kKeepSeconds });
}

export function addPartner(record, name) {
  record.partners[name] = record.at;
  const names = Object.keys(record.partners);
  if (names.length <= kMaxPartners) return;
  names.sort((a, b) => record.partners[a] - record.partners[b]);
  delete record.partners[names[0]];
}

export function fade(record, now) {
  if (record === null) return { attempts: 0, failures: 0, partners: {}, country: null, at: now };
  const factor = 2 ** -(Math.max(now - record.at, 0) / kHalfLifeMs);
  const partners = Object.entries(record.partners).filter(([, time]) => now - time < kPartnerMs);
  return {
    attempts: record.attempts * factor,
    failures: record.failures * factor,
    partners: Object.fromEntries(partners),
    country: record.country,
    at: now,
  };
}
