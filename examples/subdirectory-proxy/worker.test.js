// SPDX-License-Identifier: Apache-2.0
// What the blog and the site's origin are asked, and what visitors get. Both are mocks here; subdirectory_proxy_test.cc
// has real servers.
import { SELF, beforeEach, clock, describe, expect, mock, test } from "sedge:test";

const kSite = "https://www.example.com";
let blog;
let origin;

beforeEach(() => {
  const say = (who) => async (request) =>
    new Response(`${who}: ${request.method} ${request.url} ${await request.text()}`);
  blog = mock.fetch("https://blog.example.com/*", say("blog"));
  origin = mock.fetch(`${kSite}/*`, say("site"));
});

// { status, headers, text } of the answer.
async function get(path, init = {}) {
  const response = await SELF.fetch(`${kSite}${path}`, { redirect: "manual", ...init });
  return { status: response.status, headers: response.headers, text: await response.text() };
}
const textOf = async (path, init) => (await get(path, init)).text;

describe("where a path leads", () => {
  test.each([
    ["/articles", "blog: GET https://blog.example.com/ "],
    ["/articles/", "blog: GET https://blog.example.com/ "],
    ["/articles/first-post?page=2", "blog: GET https://blog.example.com/first-post?page=2 "],
    ["/articles//evil.example/x", "blog: GET https://blog.example.com/evil.example/x "],
    ["/assets/main.css?v=3", "blog: GET https://blog.example.com/assets/main.css?v=3 "],
    ["/content/photo.webp", "blog: GET https://blog.example.com/content/photo.webp "],
    ["/", `site: GET ${kSite}/ `],
    ["/about?next=/articles/x", `site: GET ${kSite}/about?next=/articles/x `],
    ["/articlesque", `site: GET ${kSite}/articlesque `],
    ["/more/articles/x", `site: GET ${kSite}/more/articles/x `],
  ])("%s", async (path, expected) => {
    expect(await textOf(path)).toBe(expected);
  });

  test("a body goes along", async () => {
    const init = { method: "POST", body: "hello" };
    expect(await textOf("/articles/comments", init)).toBe("blog: POST https://blog.example.com/comments hello");
    expect(await textOf("/form", init)).toBe(`site: POST ${kSite}/form hello`);
  });
});

describe("the blog", () => {
  test("sees no cookies and no authorization of the site's visitors", async () => {
    const headers = { Cookie: "session=1", Authorization: "Basic YTpi", "Accept-Language": "de" };
    await get("/articles/first-post", { headers });
    await get("/about", { headers });
    const seen = blog.calls[0].headers;
    expect([seen.get("Cookie"), seen.get("Authorization"), seen.get("Accept-Language")]).toEqual([null, null, "de"]);
    expect(origin.calls[0].headers.get("Cookie")).toBe("session=1");
  });

  test("sets no cookies for the site", async () => {
    mock.fetch("https://blog.example.com/*", { headers: { "Set-Cookie": "a=1", "X-Kept": "1" } });
    const { headers } = await get("/articles/first-post");
    expect([headers.get("Set-Cookie"), headers.get("X-Kept")]).toEqual([null, "1"]);
  });

  test.each([
    ["https://blog.example.com/new-name?x=1#top", "/articles/new-name?x=1#top"],
    ["/new-name", "/articles/new-name"],
    ["/assets/new.css", "/assets/new.css"],
    ["https://elsewhere.example/x", "https://elsewhere.example/x"],
    ["https://blog.example.com//evil.example/x.webp", "/evil.example/x.webp"],
    ["https://[broken", "https://[broken"],
  ])("redirects to %s", async (location, expected) => {
    mock.fetch("https://blog.example.com/*", { status: 301, headers: { Location: location } });
    const response = await get("/articles/old-name");
    expect([response.status, response.headers.get("Location")]).toEqual([301, expected]);
  });

  test("that fails gives a page that says so", async () => {
    mock.fetch("https://blog.example.com/*", new Error("connect ECONNREFUSED"));
    const response = await get("/articles/first-post");
    expect(response.status).toBe(502);
    expect(response.headers.get("Content-Type")).toBe("text/html;charset=UTF-8");
    expect(response.text).toContain("not available right now");
    expect(await textOf("/about")).toContain("site: GET");
  });

  test("that does not answer is given up after 15 seconds", async () => {
    mock.fetch("https://blog.example.com/*", () => new Promise(() => {}));
    const response = get("/articles/first-post");
    await clock.tick(15_000);
    expect((await response).status).toBe(502);
  });

  test("that answers 304 or with a part is passed on", async () => {
    mock.fetch("https://blog.example.com/*", { status: 304, headers: { ETag: '"v1"' } });
    const response = await get("/articles/x", { headers: { "If-None-Match": '"v1"', Range: "bytes=0-1" } });
    expect([response.status, response.headers.get("ETag")]).toEqual([304, '"v1"']);
  });
});
