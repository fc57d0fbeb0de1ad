// SPDX-License-Identifier: Apache-2.0
// Links are made, followed, counted and removed.
import { SELF, clock, createExecutionContext, describe, env, expect, test } from "sedge:test";
import { createLink, makeSlug } from "./links.js";
import worker from "./index.js";

const kAuthorized = { Authorization: "Bearer for-development-alone" };
const kJson = { ...kAuthorized, "Content-Type": "application/json" };
const kTarget = "https://example.com/a/long/path?x=1#part";

const post = (body, headers = kJson) =>
  SELF.fetch("/links", { method: "POST", headers, body: typeof body === "string" ? body : JSON.stringify(body) });
const follow = (slug, init = {}) => SELF.fetch(`/${slug}`, { redirect: "manual", ...init });
const show = async (slug) => {
  const response = await SELF.fetch(`/links/${slug}`, { headers: kAuthorized });
  return { status: response.status, ...await response.json() };
};

describe("a link", () => {
  test("is made and leads to its URL", async () => {
    const response = await post({ url: kTarget });
    expect(response.status).toBe(201);
    const link = await response.json();
    expect(link).toEqual({
      shortUrl: `http://localhost/${link.slug}`, slug: expect.stringMatching(/^[2-9A-HJ-NP-Za-km-z]{7}$/), url: kTarget,
      createdAt: expect.any(String),
    });
    expect(response.headers.get("Location")).toBe(`/links/${link.slug}`);

    const redirect = await follow(link.slug);
    expect(redirect.status).toBe(302);
    expect(redirect.headers.get("Location")).toBe(kTarget);
    expect(redirect.headers.get("Cache-Control")).toBe("private, no-store");
  });

  test("may have a slug of one's own, once", async () => {
    expect((await post({ url: kTarget, slug: "spring-sale" })).status).toBe(201);
    const again = await post({ url: "https://example.com/other", slug: "spring-sale" });
    expect([again.status, (await again.json()).error.message]).toEqual([409, '"spring-sale" is taken']);
    expect((await follow("spring-sale")).headers.get("Location")).toBe(kTarget);
  });

  test("ends when it was said to", async () => {
    const { slug, expiresAt } = await (await post({ url: kTarget, expiresInSeconds: 3600 })).json();
    expect(Date.parse(expiresAt) - Date.now()).toBeGreaterThan(3590_000);
    await clock.tick(3590_000);
    expect((await follow(slug)).status).toBe(302);
    await clock.tick(20_000);
    expect((await follow(slug)).status).toBe(404);
    expect((await show(slug)).status).toBe(404);
    await clock.tick(61_000);
    expect((await env.LINKS.list()).keys).toEqual([]);
  });

  test("is removed with its hits", async () => {
    await post({ url: kTarget, slug: "gone" });
    await follow("gone");
    await clock.tick(1000);
    const init = { method: "DELETE", headers: kAuthorized };
    expect((await SELF.fetch("/links/gone", init)).status).toBe(204);
    expect((await SELF.fetch("/links/gone", init)).status).toBe(404);
    expect((await follow("gone")).status).toBe(404);
    expect((await env.LINKS.list()).keys).toEqual([]);
  });

  test("is in the list", async () => {
    await post({ url: kTarget, slug: "one" });
    await post({ url: kTarget, slug: "two" });
    const response = await SELF.fetch("/links", { headers: kAuthorized });
    expect(await response.json()).toEqual({ slugs: ["one", "two"] });
  });
});

describe("hits", () => {
  test("are counted, many at once as well", async () => {
    await post({ url: kTarget, slug: "busy" });
    expect((await show("busy")).hits).toBe(0);
    await Promise.all(Array.from({ length: 30 }, () => follow("busy")));
    await clock.tick(1000);
    expect((await show("busy")).hits).toBe(30);
    await follow("busy");
    await clock.tick(1000);
    expect((await show("busy")).hits).toBe(31);
  });

  test("of other isolates count, too", async () => {
    await post({ url: kTarget, slug: "shared" });
    await env.LINKS.put("hits/shared/another", "", { metadata: { hits: 5 } });
    await follow("shared");
    await clock.tick(1000);
    expect((await show("shared")).hits).toBe(6);
  });

  test("begin at 0 when a slug is made again", async () => {
    for (const hits of [2, 1]) {
      await post({ url: kTarget, slug: "again" });
      for (let i = 0; i < hits; ++i) await follow("again");
      await clock.tick(1000);
      expect((await show("again")).hits).toBe(hits);
      await SELF.fetch("/links/again", { method: "DELETE", headers: kAuthorized });
    }
  });

  test("end with their link", async () => {
    await post({ url: kTarget, slug: "short", expiresInSeconds: 600 });
    await follow("short");
    await clock.tick(1000);
    const { keys } = await env.LINKS.list({ prefix: "hits/short/" });
    expect(keys[0].expiration).toBeGreaterThan(0);
  });

  test("are not counted for HEAD", async () => {
    await post({ url: kTarget, slug: "looked-at" });
    expect((await follow("looked-at", { method: "HEAD" })).status).toBe(302);
    await clock.tick(1000);
    expect((await show("looked-at")).hits).toBe(0);
  });
});

describe("without the token", () => {
  test.each([[{}], [{ Authorization: "Bearer wrong" }], [{ Authorization: "Bearer " }],
    [{ Authorization: "Basic for-development-alone" }], [{ Authorization: "Bearer for-development-alone2" }]])(
    "links are not managed: %j", async (headers) => {
      const requests = [["GET", "/links"], ["POST", "/links"], ["GET", "/links/x"], ["DELETE", "/links/abc"]];
      for (const [method, path] of requests) {
        const body = method === "POST" ? "{}" : undefined;
        const response = await SELF.fetch(path, { method, headers, body });
        expect([path, response.status]).toEqual([path, 401]);
        expect(response.headers.get("WWW-Authenticate")).toBe('Bearer realm="links"');
      }
    });

  test("nobody manages links where none is set", async () => {
    for (const ADMIN_TOKEN of [undefined, ""]) {
      const request = new Request("http://localhost/links", { headers: { Authorization: "Bearer undefined" } });
      const response = await worker.fetch(request, { ...env, ADMIN_TOKEN }, createExecutionContext());
      expect(response.status).toBe(503);
    }
  });
});

describe("what is refused", () => {
  test.each([["javascript:alert(1)"], ["data:text/html,x"], ["ftp://example.com/"], ["/path"], ["example.com"], [""],
    ["https://user:secret@example.com/"], ["https://user@example.com/"], [`https://example.com/${"x".repeat(2048)}`],
    ["http://localhost/other"], [7], [null], [undefined]])("the URL %j", async (url) => {
    const response = await post({ url });
    expect(response.status).toBe(422);
    expect((await response.json()).error.message).toMatch(/^url: /);
  });

  const kNoSlugs = [["ab"], ["x".repeat(65)], ["a b"], ["a/b"], ["é-é-é"], ["links"], [7], [null]];
  test.each(kNoSlugs)("the slug %j", async (slug) => {
    const response = await post({ url: kTarget, slug });
    expect([response.status, (await response.json()).error.message]).toEqual([422, expect.stringMatching(/^slug: /)]);
  });

  test.each([[59], [315360001], [60.5], ["3600"], [null], [-1]])("the expiry %j", async (expiresInSeconds) => {
    const response = await post({ url: kTarget, expiresInSeconds });
    expect([response.status, (await response.json()).error.message]).toEqual([422, expect.stringMatching(/^expires/)]);
  });

  test("bodies that are no object of JSON", async () => {
    for (const body of ["", "{", "[]", "null"]) expect((await post(body)).status).toBe(400);
    expect((await post({ url: kTarget }, kAuthorized)).status).toBe(415);
    expect((await post({ url: kTarget, more: "x".repeat(9000) })).status).toBe(413);
  });

  test("paths that are no links, and other methods", async () => {
    for (const path of ["", "ab", "a/b", "never-made", "%e9", "links/a/b"]) {
      expect((await follow(path, { headers: kAuthorized })).status).toBe(404);
    }
    const response = await follow("abc", { method: "POST", body: "" });
    expect([response.status, response.headers.get("Allow")]).toEqual([405, "GET, HEAD"]);
  });
});

describe("slugs that are made up", () => {
  test("are made up again when they are taken", async () => {
    await env.LINKS.put("link/taken", "{}");
    const given = ["taken", "taken", "free"];
    const { slug } = await createLink(env.LINKS, { url: kTarget }, () => given.shift());
    expect(slug).toBe("free");
  });

  test("are given up at some point", async () => {
    await env.LINKS.put("link/taken", "{}");
    await expect(createLink(env.LINKS, { url: kTarget }, () => "taken")).rejects.toThrow("no free slug");
  });

  test("have every character that they may have", () => {
    const seen = new Set();
    for (let i = 0; i < 500; ++i) for (const character of makeSlug()) seen.add(character);
    expect(seen.size).toBe(57);
  });
});
