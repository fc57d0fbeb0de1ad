// SPDX-License-Identifier: Apache-2.0
// The site as browsers, players and caches ask for it. The files are the test's own.
import { SELF, beforeEach, describe, env, expect, seed, test } from "sedge:test";
import { parseRange } from "./range.js";

const kDigits = "0123456789";
const entry = (key, value, etag) => ({ key, value, metadata: { etag, size: value.length } });

beforeEach(async () => {
  await seed("SITE", [
    entry("index.html", "<h1>front</h1>", "front"),
    entry("guide/index.html", "<h1>guide</h1>", "guide"),
    entry("404.html", "<h1>missing</h1>", "missing"),
    entry("digits.txt", kDigits, "v1"),
    entry("assets/app.3f9a1c2b.js", "let a;", "app"),
    entry("a b&c.txt", "odd", "odd"),
  ]);
});

const get = (path, headers = {}, init = {}) => SELF.fetch(path, { headers, redirect: "manual", ...init });
const head = (path, headers = {}) => get(path, headers, { method: "HEAD" });

describe("pages", () => {
  test.each([["/", "<h1>front</h1>"], ["/index.html", "<h1>front</h1>"], ["/guide/", "<h1>guide</h1>"],
    ["/?utm=1", "<h1>front</h1>"]])("%s", async (path, body) => {
    const response = await get(path);
    expect(response.status).toBe(200);
    expect(response.headers.get("Content-Type")).toBe("text/html; charset=utf-8");
    expect(await response.text()).toBe(body);
  });

  test("a folder without its slash is redirected to itself", async () => {
    const response = await get("/guide?page=2");
    expect(response.status).toBe(308);
    expect(response.headers.get("Location")).toBe("/guide/?page=2");
  });

  test("no redirect leads to another host", async () => {
    await env.SITE.put("/evil.example/index.html", "x");
    const response = await get("http://localhost//evil.example");
    expect(response.headers.get("Location")).toBe("/evil.example/");
  });

  test("names with spaces and signs", async () => {
    expect(await (await get("/a%20b&c.txt")).text()).toBe("odd");
  });

  test("what is missing gives the site's page for it", async () => {
    for (const path of ["/missing", "/guide/missing", "/%2e%2e/etc/passwd", `/${"x".repeat(600)}`, "/..%2fx", "/."]) {
      const response = await get(path === "/." ? "/missing/." : path);
      expect(response.status).toBe(404);
      expect(response.headers.get("Content-Type")).toBe("text/html; charset=utf-8");
      expect(response.headers.get("Cache-Control")).toBe("no-store");
      expect(await response.text()).toBe("<h1>missing</h1>");
    }
  });

  test("a site without such a page gives a line", async () => {
    await env.SITE.delete("404.html");
    const response = await get("/missing");
    expect([response.status, await response.text()]).toEqual([404, "There is no such page\n"]);
  });

  test("an address that cannot be decoded is refused", async () => {
    expect((await get("/%ff")).status).toBe(400);
  });

  test("methods that change things are refused", async () => {
    const response = await get("/", {}, { method: "POST", body: "x" });
    expect([response.status, response.headers.get("Allow")]).toEqual([405, "GET, HEAD"]);
  });
});

describe("types", () => {
  const kOther = "application/octet-stream";
  test.each([["a.css", "text/css; charset=utf-8"], ["a.JS", "text/javascript; charset=utf-8"],
    ["a.svg", "image/svg+xml"], ["a.woff2", "font/woff2"], ["a.tar.gz", "application/gzip"],
    ["a.wasm", "application/wasm"], ["a.unknown", kOther], ["a", kOther], ["a.constructor", kOther],
    ["b.svg/a", kOther]])("%s is %s", async (path, type) => {
    await env.SITE.put(path, "x");
    const { headers } = await get(`/${path}`);
    expect(headers.get("Content-Type")).toBe(type);
    expect(headers.get("X-Content-Type-Options")).toBe("nosniff");
  });

  test("metadata may say otherwise", async () => {
    await env.SITE.put("feed", "<rss/>", { metadata: { type: "application/rss+xml" } });
    expect((await get("/feed")).headers.get("Content-Type")).toBe("application/rss+xml");
  });

  test("bytes come as they are", async () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
    await env.SITE.put("a.png", bytes);
    expect(new Uint8Array(await (await get("/a.png")).arrayBuffer())).toEqual(bytes);
  });
});

describe("caches", () => {
  test("ask each time, and get a 304 when nothing changed", async () => {
    const first = await get("/digits.txt");
    expect(first.headers.get("Cache-Control")).toBe("public, max-age=0, must-revalidate");
    expect(first.headers.get("ETag")).toBe('"v1"');
    for (const known of ['"v1"', 'W/"v1"', '"v0", "v1"', "*"]) {
      const response = await get("/digits.txt", { "If-None-Match": known });
      expect(response.status).toBe(304);
      expect(response.headers.get("ETag")).toBe('"v1"');
      expect(response.headers.get("Cache-Control")).toBe("public, max-age=0, must-revalidate");
      expect(await response.text()).toBe("");
    }
    for (const other of ['"v0"', '"v1x"', "v1"]) {
      expect((await get("/digits.txt", { "If-None-Match": other })).status).toBe(200);
    }
  });

  test("keep for good what has a fingerprint in its name", async () => {
    await env.SITE.put("assets/jquery-migration.js", "x");
    await env.SITE.put("assets/report-20240131.pdf", "x");
    expect((await get("/assets/app.3f9a1c2b.js")).headers.get("Cache-Control")).toContain("immutable");
    expect((await get("/assets/jquery-migration.js")).headers.get("Cache-Control")).not.toContain("immutable");
    expect((await get("/assets/report-20240131.pdf")).headers.get("Cache-Control")).not.toContain("immutable");
  });

  test("a file that was put by hand has a tag of its content", async () => {
    await env.SITE.put("by-hand.txt", "hello");
    const response = await get("/by-hand.txt");
    // The first half of its SHA-256.
    expect(response.headers.get("ETag")).toBe('"2cf24dba5fb0a30e26e83b2ac5b9e29e"');
    expect(await response.text()).toBe("hello");
    const again = await get("/by-hand.txt", { "If-None-Match": response.headers.get("ETag") });
    expect(again.status).toBe(304);
  });
});

describe("HEAD", () => {
  test("says what GET would, without the body", async () => {
    const response = await head("/digits.txt", { Range: "bytes=0-1" });
    expect(response.status).toBe(200);
    expect(response.headers.get("Content-Length")).toBe("10");
    expect(response.headers.get("ETag")).toBe('"v1"');
    expect(await response.text()).toBe("");
  });

  test("of what is not there, or known", async () => {
    expect((await head("/missing")).status).toBe(404);
    expect((await head("/digits.txt", { "If-None-Match": '"v1"' })).status).toBe(304);
  });
});

describe("ranges", () => {
  test.each([["bytes=0-3", "0123", "0-3"], ["bytes=7-", "789", "7-9"], ["bytes=-2", "89", "8-9"],
    ["bytes=8-99", "89", "8-9"], ["bytes=-99", kDigits, "0-9"], ["Bytes=0-0", "0", "0-0"]])(
    "%s", async (range, body, sent) => {
      const response = await get("/digits.txt", { Range: range });
      expect(response.status).toBe(206);
      expect(response.headers.get("Content-Range")).toBe(`bytes ${sent}/10`);
      expect(response.headers.get("ETag")).toBe('"v1"');
      expect(await response.text()).toBe(body);
    });

  test.each([["bytes=10-"], ["bytes=99-100"], ["bytes=-0"]])("%s cannot be satisfied", async (range) => {
    const response = await get("/digits.txt", { Range: range });
    expect(response.status).toBe(416);
    expect(response.headers.get("Content-Range")).toBe("bytes */10");
  });

  test.each([["bytes=0-1,3-4"], ["bytes=3-1"], ["bytes=x-"], ["bytes=-"], ["lines=0-1"], ["0-1"]])(
    "%s is answered with all of it", async (range) => {
      const response = await get("/digits.txt", { Range: range });
      expect([response.status, await response.text()]).toEqual([200, kDigits]);
    });

  test("If-Range sends a part only of the content that the client has", async () => {
    const status = async (condition) =>
      (await get("/digits.txt", { Range: "bytes=0-1", "If-Range": condition })).status;
    expect(await status('"v1"')).toBe(206);
    expect(await status('"v0"')).toBe(200);
    expect(await status('W/"v1"')).toBe(200);
    expect(await status("Wed, 21 Oct 2015 07:28:00 GMT")).toBe(200);
  });

  test("a 304 comes before a range", async () => {
    const response = await get("/digits.txt", { Range: "bytes=0-1", "If-None-Match": '"v1"' });
    expect(response.status).toBe(304);
  });

  test("of an empty file there is none", () => {
    expect(parseRange("bytes=0-", 0)).toBe("unsatisfiable");
    expect(parseRange("bytes=-1", 0)).toBe("unsatisfiable");
    expect(parseRange(null, 0)).toBeNull();
  });
});
