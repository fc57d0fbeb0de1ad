// SPDX-License-Identifier: Apache-2.0
// The API over HTTP, many claims at the same moment among them.
import { SELF, describe, env, expect, test } from "sedge:test";

const json = { "Content-Type": "application/json" };
const post = (body, headers = json) =>
  SELF.fetch("/claims", { method: "POST", headers, body: typeof body === "string" ? body : JSON.stringify(body) });
const claim = async (subdomain, email) => (await post({ subdomain, email })).status;
const isFree = async (name) => (await (await SELF.fetch(`/subdomains/${name}`)).json()).available;
// How often each status came.
const count = (statuses) => {
  const counts = {};
  for (const status of statuses) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
};

describe("a claim", () => {
  test("is made once and then known", async () => {
    expect(await isFree("acme")).toBe(true);
    const first = await post({ subdomain: "acme", email: "ada@example.com" });
    expect(first.status).toBe(201);
    expect(first.headers.get("Location")).toBe("/subdomains/acme");
    const made = await first.json();
    expect(made).toEqual({ subdomain: "acme", claimedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) });

    const again = await post({ subdomain: "acme", email: "ada@example.com" });
    expect([again.status, await again.json()]).toEqual([200, made]);
    expect(await isFree("acme")).toBe(false);
  });

  test("of a subdomain that is taken is refused", async () => {
    expect(await claim("acme", "ada@example.com")).toBe(201);
    const response = await post({ subdomain: "acme", email: "bob@example.com" });
    expect(response.status).toBe(409);
    expect((await response.json()).error.message).toBe("acme is taken; please choose another name");
    expect(await claim("bobs", "bob@example.com")).toBe(201);
  });

  test("of a second subdomain is refused, without a word about the first", async () => {
    expect(await claim("acme", "ada@example.com")).toBe(201);
    const response = await post({ subdomain: "other", email: "ada@example.com" });
    expect(response.status).toBe(409);
    expect(await response.text()).not.toContain("acme");
    expect(await isFree("other")).toBe(true);
  });

  test("does not depend on case and spaces around", async () => {
    expect(await claim(" ACME ", "Ada@Example.COM ")).toBe(201);
    expect(await claim("acme", "ada@example.com")).toBe(200);
  });

  test("leaves two entries that stay and show no address in their names", async () => {
    await claim("acme", "ada@example.com");
    const { keys } = await env.CLAIMS.list();
    expect(keys.map(({ name }) => name.split("/")[0])).toEqual(["email", "subdomain"]);
    for (const { name, expiration } of keys) {
      expect(name).not.toContain("ada");
      expect(expiration).toBeUndefined();
    }
    const value = await env.CLAIMS.get(keys[1].name, "json");
    expect(value).toMatchObject({ subdomain: "acme", email: "ada@example.com" });
  });
});

describe("at the same moment", () => {
  test("one of many gets the subdomain", async () => {
    const statuses = await Promise.all(Array.from({ length: 20 }, (_, i) => claim("acme", `person${i}@example.com`)));
    expect(count(statuses)).toEqual({ 201: 1, 409: 19 });
    expect((await env.CLAIMS.list()).keys).toHaveLength(2);
  });

  test("one e-mail address gets one subdomain", async () => {
    const statuses = await Promise.all(Array.from({ length: 20 }, (_, i) => claim(`name-${i}`, "ada@example.com")));
    expect(count(statuses)).toEqual({ 201: 1, 409: 19 });
    expect((await env.CLAIMS.list()).keys).toHaveLength(2);
  });

  test("the same claim is made once", async () => {
    const statuses = await Promise.all(Array.from({ length: 10 }, () => claim("acme", "ada@example.com")));
    expect(count(statuses)).toEqual({ 200: 9, 201: 1 });
  });

  test("claims that cross each other end", async () => {
    // Each wants what another one wants, too: a@ and b@ the same names, in both orders.
    const wishes = [["one", "a"], ["two", "b"], ["two", "a"], ["one", "b"], ["three", "a"], ["three", "b"]];
    const statuses = await Promise.all(wishes.map(([name, person]) => claim(name, `${person}@example.com`)));
    expect(count(statuses)).toEqual({ 201: 2, 409: 4 });
    expect((await env.CLAIMS.list()).keys).toHaveLength(4);
  });
});

describe("what is refused", () => {
  const good = { subdomain: "acme", email: "ada@example.com" };

  test.each([["ab"], ["a".repeat(64)], ["-acme"], ["acme-"], ["ac_me"], ["ac.me"], ["xn--acme"], ["café"], ["www"],
    ["Admin"], [""], [7], [null], [undefined]])("the subdomain %j", async (subdomain) => {
    const response = await post({ ...good, subdomain });
    expect(response.status).toBe(422);
    expect((await response.json()).error.problems).toEqual([{ field: "subdomain", allowed: expect.any(String) }]);
  });

  test.each([["ada"], ["ada@"], ["@example.com"], ["ada@example"], ["a b@example.com"], ["ada@exa mple.com"],
    ["ada@-example.com"], [".ada@example.com"], ["a..da@example.com"], ["ada.@example.com"], ["ada@example.com\nx"],
    ["ada@example.com@example.com"], [`${"a".repeat(65)}@example.com`], [`a@${"a".repeat(60)}.`.repeat(5)],
    ["ada@127.0.0.1"], ["zoë@example.com"], ["<ada@example.com>"], [7], [{}], [undefined]])(
    "the e-mail address %j", async (email) => {
      const response = await post({ ...good, email });
      expect(response.status).toBe(422);
      expect((await response.json()).error.problems).toEqual([{ field: "email", allowed: expect.any(String) }]);
    });

  test("all at once is named at once", async () => {
    const { error } = await (await post({})).json();
    expect(error.problems.map(({ field }) => field)).toEqual(["subdomain", "email"]);
  });

  test("bodies that are no object of JSON", async () => {
    for (const body of ["", "{", "7", "null", "[]", '"acme"']) expect((await post(body)).status).toBe(400);
    expect((await post(new Uint8Array([0x7b, 0xff, 0x7d]).buffer, {})).status).toBe(415);
    expect((await post(good, { "Content-Type": "text/plain" })).status).toBe(415);
    expect((await post({ ...good, more: "x".repeat(5000) })).status).toBe(413);
  });

  test("other methods and paths", async () => {
    const response = await SELF.fetch("/claims");
    expect([response.status, response.headers.get("Allow")]).toEqual([405, "POST"]);
    expect((await SELF.fetch("/subdomains/acme", { method: "DELETE" })).headers.get("Allow")).toBe("GET, HEAD");
    expect((await SELF.fetch("/")).status).toBe(404);
  });
});

test("whether a name that cannot be claimed is available is answered, too", async () => {
  expect(await isFree("www")).toBe(false);
  expect(await isFree("-")).toBe(false);
  expect((await SELF.fetch("/subdomains/acme")).headers.get("Cache-Control")).toBe("no-store");
});
