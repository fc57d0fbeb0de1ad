// SPDX-License-Identifier: Apache-2.0
// fetchMock of "cloudflare:test": what an interceptor asks of a request, and which of several answers.
import { test, expect } from "sedge:test";
import { fetchMock } from "cloudflare:test";

const kOrigin = "https://api.example.com";
const text = async (path, init) => (await fetch(kOrigin + path, init)).text();

test("query, in any order", async () => {
  fetchMock.get(kOrigin).intercept({ path: "/find", query: { q: "a b", page: 2, tag: ["x", "y"] } }).reply(200, "it");
  await expect(fetch(`${kOrigin}/find?q=other`)).rejects.toThrow("is not mocked");
  expect(await text("/find?page=2&q=a+b&tag=x&tag=y")).toBe("it");
  fetchMock.get(kOrigin).intercept({ path: "/p?b=1&a=2" }).reply(200, "sorted");
  expect(await text("/p?a=2&b=1")).toBe("sorted");
  expect(() => fetchMock.get(kOrigin).intercept({ path: "/p?a=1", query: { b: 1 } })).toThrow("has a query already");
});

test("body", async () => {
  const post = (body) => ({ method: "POST", body });
  fetchMock.get(kOrigin).intercept({ path: "/", method: "POST", body: "exact" }).reply(200, "one");
  fetchMock.get(kOrigin).intercept({ path: "/", method: "POST", body: /^re/g }).reply(200, "two");
  fetchMock.get(kOrigin).intercept({ path: "/", method: "POST", body: (b) => b === "3" }).reply(200, "three");
  expect(await text("/", post("regular"))).toBe("two");
  expect(await text("/", post("exact"))).toBe("one");
  expect(await text("/", post("3"))).toBe("three");
  fetchMock.get(kOrigin).intercept({ path: "/strict", method: "POST", body: "right" }).reply(200, "no");
  await expect(fetch(`${kOrigin}/strict`, post("wrong"))).rejects.toThrow("is not mocked");
});

test("headers", async () => {
  const headers = { Authorization: "Bearer 1", accept: /json/, "x-n": (value) => Number(value) > 1 };
  fetchMock.get(kOrigin).intercept({ path: "/", headers }).reply(200, "let in").times(2);
  fetchMock.get(kOrigin).intercept({ path: "/", headers: (all) => all["x-id"] === "7" }).reply(200, "seven");
  const right = { authorization: "Bearer 1", accept: "application/json", "x-n": "2" };
  expect(await text("/", { headers: right })).toBe("let in");
  await expect(fetch(`${kOrigin}/`, { headers: { ...right, authorization: "Bearer 2" } })).rejects.toThrow("mocked");
  await expect(fetch(`${kOrigin}/`, { headers: { authorization: "Bearer 1" } })).rejects.toThrow("not mocked");
  expect(await text("/", { headers: { "X-Id": "7" } })).toBe("seven");
  expect(() => fetchMock.assertNoPendingInterceptors()).toThrow(/nobody fetched .*GET https:..api.example.com.$/);
});

test("the oldest answers, once", async () => {
  for (const answer of ["first", "second"]) fetchMock.get(kOrigin).intercept({ path: "/" }).reply(200, answer);
  expect(await text("/")).toBe("first");
  expect(await text("/")).toBe("second");
  await expect(fetch(kOrigin)).rejects.toThrow("is not mocked");
});

test("an option that there is none of", () => {
  expect(() => fetchMock.get(kOrigin).intercept({ path: "/", querry: {} })).toThrow("has no option \"querry\"");
});
