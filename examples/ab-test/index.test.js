// SPDX-License-Identifier: Apache-2.0
// The page and its cookie as a visitor's browser meets them.
import { SELF, afterEach, createExecutionContext, describe, expect, mock, test } from "sedge:test";
import { choose, readWeights } from "./choice.js";
import worker from "./index.js";

afterEach(() => mock.restoreAll());

const themeIn = (html) => /data-theme="([^"]*)"/.exec(html)?.[1];
const get = (path, cookie) => SELF.fetch(path, { headers: cookie === undefined ? {} : { Cookie: cookie } });

describe("a visitor", () => {
  test("who is new gets a theme and a cookie for it", async () => {
    const response = await get("/");
    expect(response.status).toBe(200);
    const theme = themeIn(await response.text());
    expect(["light", "dark"]).toContain(theme);
    expect(response.headers.get("Set-Cookie"))
      .toBe(`theme-test=${theme}; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax`);
  });

  test("gets a cookie for https alone over https", async () => {
    const response = await get("https://www.example.com/");
    expect(response.headers.get("Set-Cookie")).toMatch(/; Secure$/);
  });

  test.each([["light"], ["dark"]])("who has the %s theme keeps it", async (theme) => {
    for (let i = 0; i < 10; ++i) {
      const response = await get("/", `a=b; theme-test=${theme}; theme=other`);
      expect(themeIn(await response.text())).toBe(theme);
      expect(response.headers.get("Set-Cookie")).toBeNull();
    }
  });

  test.each([["theme-test=plaid"], ["theme-test="], ["theme-test"], ['theme-test="><script>'], ["xtheme-test=dark"],
    ["theme-test=__proto__"]])("with the cookie %s is new", async (cookie) => {
    const response = await get("/", cookie);
    expect(["light", "dark"]).toContain(themeIn(await response.text()));
    expect(response.headers.get("Set-Cookie")).toContain("theme-test=");
  });

  test("gets the theme from no cache", async () => {
    const { headers } = await get("/", "theme-test=dark");
    expect(headers.get("Cache-Control")).toBe("private, no-store");
    expect(headers.get("Vary")).toBe("Cookie");
    expect(headers.get("Content-Security-Policy")).toContain("default-src 'none'");
  });
});

test("both themes are given out", async () => {
  const seen = new Set();
  for (let i = 0; i < 200 && seen.size < 2; ++i) seen.add(themeIn(await (await get("/")).text()));
  expect(seen.size).toBe(2);
});

describe("?theme=", () => {
  test("shows a theme without a cookie", async () => {
    const response = await get("/?theme=dark", "theme-test=light");
    expect(themeIn(await response.text())).toBe("dark");
    expect(response.headers.get("Set-Cookie")).toBeNull();
  });

  test("names what there is", async () => {
    const response = await get("/?theme=plaid");
    expect(response.status).toBe(400);
    expect(await response.text()).toBe("There is no such theme; there are light and dark\n");
  });
});

describe("methods and paths", () => {
  test("signing up leads back to the page", async () => {
    const response = await SELF.fetch("/sign-up",
      { method: "POST", redirect: "manual", headers: { Cookie: "theme-test=dark" } });
    expect(response.status).toBe(303);
    expect(response.headers.get("Location")).toBe("/");
  });

  test("HEAD has no body", async () => {
    const response = await SELF.fetch("/", { method: "HEAD" });
    expect(response.status).toBe(200);
    expect(await response.text()).toBe("");
  });

  test("others are refused", async () => {
    expect((await get("/other")).status).toBe(404);
    const put = await SELF.fetch("/", { method: "PUT", body: "" });
    expect([put.status, put.headers.get("Allow")]).toEqual([405, "GET, HEAD"]);
    expect((await get("/sign-up")).headers.get("Allow")).toBe("POST");
  });
});

// The handler itself, with settings of the test's own.
describe("weights", () => {
  const themeFor = async (WEIGHTS) => {
    const response = await worker.fetch(new Request("http://localhost/"), { WEIGHTS }, createExecutionContext());
    return themeIn(await response.text());
  };

  test("of 0 give nobody the theme", async () => {
    for (let i = 0; i < 50; ++i) expect(await themeFor({ light: 0, dark: 2 })).toBe("dark");
  });

  test("may be JSON, as on the command line", async () => {
    expect(await themeFor('{"light":1,"dark":0}')).toBe("light");
  });

  test("divide the visitors", () => {
    const weights = readWeights({ light: 1, dark: 3 }, ["light", "dark"]);
    const themes = [0, 0.2499, 0.25, 0.9999].map((point) => choose(weights, point));
    expect(themes).toEqual(["light", "light", "dark", "dark"]);
  });

  test.each([[{}, /needs a weight above 0/], [{ light: 0 }, /needs a weight above 0/], [{ light: -1 }, /0 or more/],
    [{ light: "1" }, /0 or more/],
    [{ plaid: 1 }, /names the theme "plaid"; the page has light and dark/], [undefined, /needs a weight/]])(
    "%j are refused", (value, message) => {
      expect(() => readWeights(value, ["light", "dark"])).toThrow(message);
    });
});

describe("the log", () => {
  const eventsOf = async (request) => {
    const log = mock.method(console, "log", () => {});
    await worker.fetch(request, { WEIGHTS: { light: 0, dark: 1 } }, createExecutionContext());
    return log.mock.calls.map(([line]) => JSON.parse(line));
  };

  test("has who was given which theme, once", async () => {
    expect(await eventsOf(new Request("http://localhost/")))
      .toEqual([{ experiment: "theme-test", event: "assigned", theme: "dark" }]);
  });

  test("has nothing of a visitor who comes back", async () => {
    const headers = { Cookie: "theme-test=light" };
    expect(await eventsOf(new Request("http://localhost/", { headers }))).toEqual([]);
  });

  test("has who signed up", async () => {
    const init = { method: "POST", headers: { Cookie: "theme-test=light" } };
    expect(await eventsOf(new Request("http://localhost/sign-up", init)))
      .toEqual([{ experiment: "theme-test", event: "signed-up", theme: "light" }]);
  });
});
