// SPDX-License-Identifier: Apache-2.0
// Who has claimed which subdomain. KV has neither transactions nor compare-and-set, so a claim is made in three steps
// that let at most one of several at the same moment through:
//
//   hold   writes an entry of its own in two places, subdomain/NAME/ID and email/DIGEST/ID; none is overwritten.
//   look   lists both places. Of two claims, the one whose hold was written later sees the other one: at most one of
//          them sees itself alone. Whoever sees a hold with a smaller id withdraws; whoever has the smallest waits.
//   keep   whoever is alone writes both entries again, this time for good. From then on every other claim sees them.
//
// It needs a store in which a list shows every write that was finished before. A hold ends by itself, so that a claim
// which was cut off blocks nobody for long.

const kHoldSeconds = 60;          // the least that KV knows
const kHoldMs = kHoldSeconds * 1000 / 2; // a claim that took longer than this does not count on its hold any more
const kLooks = 50;
const kPauseMs = [5, 30];         // between two looks: at least, and how much more at random

export class Claims {
  #kv;
  #looks;

  constructor(kv, { looks = kLooks } = {}) {
    this.#kv = kv;
    this.#looks = looks;
  }

  // { outcome, claimedAt }. Outcomes: "created", "known" (this e-mail address has it already), "subdomain-taken",
  // "email-used" (it has another subdomain), "busy" (others want the same right now; nothing was changed).
  async claim(subdomain, email) {
    const claim = new Claim(this.#kv, subdomain, email, await digestOf(email));
    for (let i = 0; i < this.#looks; ++i) {
      const { verdict, rivals } = await claim.look();
      if (verdict !== undefined) {
        await claim.withdraw();
        return verdict;
      }
      if (rivals.length === 0) {
        if (claim.isHeld) return claim.keep();
        await claim.hold();
        continue; // and look who came at the same time
      }
      if (rivals.some((id) => id < claim.id)) await claim.withdraw();
      await pause();
    }
    await claim.withdraw();
    return { outcome: "busy" };
  }

  async isFree(subdomain) {
    const entries = await entriesBelow(this.#kv, `subdomain/${subdomain}/`);
    return !entries.some(({ metadata }) => metadata.state === "kept");
  }
}

class Claim {
  id = crypto.randomUUID();
  #kv;
  #subdomain;
  #email;
  #digest;
  #heldAt = null;
  #void = []; // keys of claims that were cut off between the two writes of keep()

  constructor(kv, subdomain, email, digest) {
    this.#kv = kv;
    this.#subdomain = subdomain;
    this.#email = email;
    this.#digest = digest;
  }

  get isHeld() {
    return this.#heldAt !== null && Date.now() - this.#heldAt < kHoldMs;
  }

  hold() {
    this.#heldAt = Date.now();
    return this.#write("held", { expirationTtl: kHoldSeconds });
  }

  // The entry of the subdomain is what counts; that of the e-mail address comes first, so that there is one for
  // every subdomain that counts.
  async keep() {
    await this.#write("kept", {});
    await Promise.all(this.#void.map((key) => this.#kv.delete(key)));
    return { outcome: "created", claimedAt: this.#claimedAt };
  }

  async withdraw() {
    if (this.#heldAt === null) return;
    this.#heldAt = null;
    await Promise.all([this.#kv.delete(this.#subdomainKey), this.#kv.delete(this.#emailKey)]);
  }

  // { verdict } when it is decided already, { rivals: [id ...] } who else is about to claim the same.
  async look() {
    const [ofSubdomain, ofEmail] = await Promise.all([
      entriesBelow(this.#kv, `subdomain/${this.#subdomain}/`), entriesBelow(this.#kv, `email/${this.#digest}/`),
    ]);
    const rivals = [];
    for (const { id, metadata } of ofSubdomain) {
      if (id === this.id) continue;
      if (metadata.state !== "kept") {
        rivals.push(id);
        continue;
      }
      const outcome = metadata.digest === this.#digest ? "known" : "subdomain-taken";
      return { verdict: { outcome, claimedAt: metadata.claimedAt } };
    }
    this.#void = [];
    for (const { id, key, metadata } of ofEmail) {
      if (id === this.id) continue;
      if (metadata.state !== "kept") {
        rivals.push(id);
        continue;
      }
      // What counts is the entry of the subdomain, as it is now: it may be younger than the lists above.
      const { metadata: other } = await this.#kv.getWithMetadata(`subdomain/${metadata.subdomain}/${id}`);
      if (other === null) {
        this.#void.push(key);
      } else if (other.state !== "kept") {
        rivals.push(id);
      } else {
        const outcome = metadata.subdomain === this.#subdomain ? "known" : "email-used";
        return { verdict: { outcome, claimedAt: other.claimedAt } };
      }
    }
    return { rivals };
  }

  #claimedAt = "";

  async #write(state, options) {
    const claimedAt = this.#claimedAt = new Date().toISOString();
    const value = JSON.stringify({ subdomain: this.#subdomain, email: this.#email, claimedAt });
    await this.#kv.put(this.#emailKey, "", { ...options, metadata: { state, subdomain: this.#subdomain } });
    await this.#kv.put(this.#subdomainKey, value, { ...options, metadata: { state, digest: this.#digest, claimedAt } });
  }

  get #subdomainKey() {
    return `subdomain/${this.#subdomain}/${this.id}`;
  }

  get #emailKey() {
    return `email/${this.#digest}/${this.id}`;
  }
}

// [{ key, id, metadata }] of all keys that begin with `prefix`; they end with an id.
async function entriesBelow(kv, prefix) {
  const entries = [];
  let cursor;
  do {
    const page = await kv.list({ prefix, cursor });
    for (const { name, metadata } of page.keys) {
      entries.push({ key: name, id: name.slice(prefix.length), metadata: metadata ?? { state: "held" } });
    }
    cursor = page.list_complete ? undefined : page.cursor;
  } while (cursor !== undefined);
  return entries;
}

// Key names are short and show no address to whoever lists them.
async function digestOf(email) {
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(email));
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function pause() {
  return new Promise((resolve) => setTimeout(resolve, kPauseMs[0] + Math.random() * kPauseMs[1]));
}
