// SPDX-License-Identifier: Apache-2.0
// `sedge test` runs this file: SELF is the worker of the wrangler.jsonc beside it.
import { SELF, describe, expect, test } from "sedge:test";

describe("GET /", () => {
  test("greets the world", async () => {
    const response = await SELF.fetch("/");
    expect(response.status).toBe(200);
    expect(response.headers.get("Content-Type")).toBe("text/plain; charset=utf-8");
    expect(await response.text()).toBe("Hello, world!\n");
  });

  const kNames = [["Ada", "Ada"], ["Zo%C3%AB", "Zoë"], ["+Ada+", "Ada"], ["%3Cb%3E", "<b>"]];
  test.each(kNames)("greets %s", async (query, name) => {
    const response = await SELF.fetch(`/?name=${query}`);
    expect(await response.text()).toBe(`Hello, ${name}!\n`);
  });

  test.each([[""], ["+"], ["x".repeat(81)]])("has no greeting for the name '%s'", async (query) => {
    const response = await SELF.fetch(`/?name=${query}`);
    expect(response.status).toBe(400);
    expect(await response.text()).toContain("1 to 80 characters");
  });
});

test("HEAD is GET without the body", async () => {
  const response = await SELF.fetch("/", { method: "HEAD" });
  expect(response.status).toBe(200);
  expect(await response.text()).toBe("");
});

test("other paths are a 404, other methods a 405", async () => {
  expect((await SELF.fetch("/other")).status).toBe(404);
  const response = await SELF.fetch("/", { method: "POST", body: "x" });
  expect(response.status).toBe(405);
  expect(response.headers.get("Allow")).toBe("GET, HEAD");
});
