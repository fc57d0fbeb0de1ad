// SPDX-License-Identifier: Apache-2.0
// Claims that are cut off on the way: what they leave behind blocks nobody for longer than a minute.
import { clock, describe, env, expect, test } from "sedge:test";
import { Claims } from "./claims.js";

const claim = async (subdomain, email, options) =>
  (await new Claims(env.CLAIMS, options).claim(subdomain, email)).outcome;

// A store in which the process dies at the put of the given number.
function dyingStore(dyingPut) {
  let puts = 0;
  return {
    get: (...args) => env.CLAIMS.get(...args),
    getWithMetadata: (...args) => env.CLAIMS.getWithMetadata(...args),
    list: (...args) => env.CLAIMS.list(...args),
    delete: (...args) => env.CLAIMS.delete(...args),
    put: (...args) => {
      if (++puts < dyingPut) return env.CLAIMS.put(...args);
      throw new Error("died");
    },
  };
}

const dieAt = (put) => expect(new Claims(dyingStore(put)).claim("acme", "ada@example.com")).rejects.toThrow("died");

describe("a claim that dies", () => {
  test("before its second entry is held", async () => {
    await dieAt(2);
    expect(await claim("acme", "bob@example.com")).toBe("created");
    expect(await claim("other", "ada@example.com", { looks: 2 })).toBe("busy");
    await clock.tick(61_000);
    expect(await claim("other", "ada@example.com")).toBe("created");
  });

  test("while it holds both", async () => {
    await dieAt(3);
    expect(await claim("acme", "bob@example.com", { looks: 2 })).toBe("busy");
    await clock.tick(61_000);
    expect(await claim("acme", "bob@example.com")).toBe("created");
    expect(await claim("acme", "ada@example.com")).toBe("subdomain-taken");
  });

  test("between the two writes that keep it, may be made again", async () => {
    await dieAt(4);
    expect(await claim("acme", "ada@example.com", { looks: 2 })).toBe("busy");
    await clock.tick(61_000);
    expect(await claim("acme", "ada@example.com")).toBe("created");
    expect((await env.CLAIMS.list()).keys).toHaveLength(2);
  });

  test("between the two writes that keep it, leaves the subdomain and the address free", async () => {
    await dieAt(4);
    await clock.tick(61_000);
    expect(await claim("acme", "bob@example.com")).toBe("created");
    expect(await claim("other", "ada@example.com")).toBe("created");
    expect(await claim("third", "ada@example.com")).toBe("email-used");
    expect((await env.CLAIMS.list()).keys).toHaveLength(4);
  });

  test("is seen as busy, and leaves nothing of those who waited", async () => {
    await dieAt(3);
    for (let i = 0; i < 5; ++i) expect(await claim("acme", "bob@example.com", { looks: 2 })).toBe("busy");
    expect((await env.CLAIMS.list()).keys).toHaveLength(2);
  });
});

test("an entry that is not of this protocol counts as somebody who claims", async () => {
  await env.CLAIMS.put("subdomain/acme/x", "");
  expect(await claim("acme", "ada@example.com", { looks: 2 })).toBe("busy");
});

test("more claims than one page of a list has are all seen", async () => {
  const ids = Array.from({ length: 1001 }, (_, i) => String(i).padStart(5, "0"));
  await Promise.all(ids.map((id) => env.CLAIMS.put(`subdomain/acme/${id}`, "")));
  await env.CLAIMS.put("subdomain/acme/z", "", { metadata: { state: "kept", digest: "somebody" } });
  expect(await claim("acme", "ada@example.com")).toBe("subdomain-taken");
});
