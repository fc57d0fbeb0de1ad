// SPDX-License-Identifier: Apache-2.0
// The issuer's public keys (a JSON Web Key Set, RFC 7517), fetched and kept:
//   - for ten minutes they are used as they are, then fetched anew beside a request that does not wait;
//   - a token with a key id that is not among them has them fetched at once: the issuer has a new key;
//   - but at most one such fetch in half a minute, however many made-up key ids come;
//   - while the issuer does not answer, the keys that are there are used for a day.
import { kAlgorithms } from "./token.js";

const kFreshMs = 10 * 60 * 1000;
const kUsableMs = 24 * 3600 * 1000;
const kRetryMs = 30 * 1000;
const kTimeoutMs = 5000;
const kMaxBytes = 64 * 1024;
const kMaxKeys = 20;
const kMinModulusBits = 2048;

// There are no keys to check anything with: nobody's fault who asks.
export class KeysUnavailable extends Error {}

export class KeySet {
  #keys = [];
  #fetchedAt = -Infinity;
  #triedAt = -Infinity;

  constructor(url) {
    this.url = url;
  }

  // The key for a token, or null.
  async find(alg, kid, ctx) {
    if (!this.#isWithin(this.#fetchedAt, kUsableMs)) {
      await this.#refresh();
    } else if (!this.#isWithin(this.#fetchedAt, kFreshMs) && !this.#isWithin(this.#triedAt, kRetryMs)) {
      ctx.waitUntil(this.#refreshOrKeep());
    }
    const key = this.#pick(alg, kid);
    if (key !== null || kid === undefined || this.#isWithin(this.#triedAt, kRetryMs)) return key;
    await this.#refreshOrKeep();
    return this.#pick(alg, kid);
  }

  #pick(alg, kid) {
    const fitting = this.#keys.filter((key) => key.alg === alg && (kid === undefined || key.kid === kid));
    // Without a key id there has to be no choice.
    return fitting.length === 1 ? fitting[0].key : null;
  }

  // Also false when the clock was set back.
  #isWithin(time, ms) {
    const age = Date.now() - time;
    return age >= 0 && age < ms;
  }

  async #refreshOrKeep() {
    try {
      await this.#refresh();
    } catch (error) {
      console.error(`${error.message}; the keys that are there are used on`);
    }
  }

  async #refresh() {
    this.#triedAt = Date.now();
    try {
      this.#keys = await importKeys(await fetchJson(this.url));
      this.#fetchedAt = Date.now();
    } catch (error) {
      throw new KeysUnavailable(`The keys at ${this.url} could not be fetched: ${error.message}`);
    }
  }
}

async function fetchJson(url) {
  const response = await fetch(url, {
    headers: { Accept: "application/json" }, redirect: "manual", signal: AbortSignal.timeout(kTimeoutMs),
  });
  if (response.status !== 200) throw new Error(`the answer has status ${response.status}`);
  const decoder = new TextDecoder();
  let text = "";
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > kMaxBytes) throw new Error(`the answer is larger than ${kMaxBytes} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return JSON.parse(text + decoder.decode());
}

// [{ kid, alg, key }]: those that can check a signature here. Others, such as keys to encrypt with, are left out.
async function importKeys(set) {
  if (!Array.isArray(set?.keys)) throw new Error("the answer is not a JSON Web Key Set");
  const keys = [];
  for (const jwk of set.keys.slice(0, kMaxKeys)) {
    const alg = algorithmOf(jwk);
    if (alg === null) continue;
    const { importParams, members } = kAlgorithms[alg];
    const bare = Object.fromEntries(members.map((name) => [name, jwk[name]]));
    try {
      const key = await crypto.subtle.importKey("jwk", bare, importParams, false, ["verify"]);
      if (alg === "RS256" && key.algorithm.modulusLength < kMinModulusBits) throw new Error("the key is too short");
      keys.push({ kid: jwk.kid, alg, key });
    } catch (error) {
      console.warn(`A key of the set is left out (kid ${JSON.stringify(jwk.kid)}): ${error.message}`);
    }
  }
  if (keys.length === 0) throw new Error("none of its keys is for RS256 or ES256");
  return keys;
}

function algorithmOf(jwk) {
  if (typeof jwk !== "object" || jwk === null || (jwk.use !== undefined && jwk.use !== "sig")) return null;
  if (Array.isArray(jwk.key_ops) && !jwk.key_ops.includes("verify")) return null;
  for (const [alg, { keyType }] of Object.entries(kAlgorithms)) {
    if (jwk.kty === keyType && (jwk.alg === undefined || jwk.alg === alg)) return alg;
  }
  return null;
}
