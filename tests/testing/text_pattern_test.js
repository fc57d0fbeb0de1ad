// SPDX-License-Identifier: Apache-2.0
// Regular expressions with a memory (the flags g and y), in every place that takes one: they say the same each time.
import { test, expect, mock } from "sedge:test";
import { fetchMock } from "cloudflare:test";
import assert from "node:assert";

test("matchers", () => {
  const pattern = /b/g;
  expect("b").toMatch(pattern);
  expect("b").toMatch(pattern);
  expect(() => expect("b").not.toMatch(pattern)).toThrow();
  expect("ab").not.toMatch(/b/y);
  const thrower = () => { throw new Error("b"); };
  for (let i = 0; i < 3; ++i) expect(thrower).toThrow(pattern);
  for (let i = 0; i < 3; ++i) expect("b").toEqual(expect.stringMatching(pattern));
  expect(pattern.lastIndex).toBe(0);
});

test("node:assert", () => {
  const pattern = /b/g;
  for (let i = 0; i < 3; ++i) assert.match("b", pattern);
  for (let i = 0; i < 3; ++i) assert.throws(() => { throw new Error("b"); }, pattern);
});

test("mocks of fetch", async () => {
  mock.fetch(/api/g, "mocked");
  for (let i = 0; i < 3; ++i) expect(await (await fetch("http://api.example.com/")).text()).toBe("mocked");
  fetchMock.get("http://other.example.com").intercept({ path: /x/g }).reply(200, "ok").persist();
  for (let i = 0; i < 3; ++i) expect(await (await fetch("http://other.example.com/x")).text()).toBe("ok");
});

test("arrays of", () => {
  expect(["a", "b"]).toEqual(expect.arrayOf(expect.any(String)));
  expect(["a", 1]).not.toEqual(expect.arrayOf(expect.any(String)));
  expect(["a", 1]).toEqual(expect.not.arrayOf(expect.any(String)));
});
