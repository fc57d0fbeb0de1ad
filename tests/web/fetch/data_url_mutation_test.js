// SPDX-License-Identifier: Apache-2.0
// data: URLs from anybody: any of them gives the bytes that a plain reading of the standard gives, or a TypeError.
import { test, describe, expect } from "sedge:test";
import { mutate, rounds } from "../../support/mutation.js";

const kRounds = 20_000;

const latin1 = (text) => Uint8Array.from(text, (c) => c.charCodeAt(0));

const samples = [
  "data:,hello%20world", "data:text/plain;charset=utf-8,%C3%A9#fragment", "data:;base64,aGVsbG8=",
  "data:image/png;x=\"y\";base64,YWJj%0AZGVm", "data:text/html; base64 ,%3Cb%3E", "data:;,",
].map(latin1);
const tokens = [
  "%", "%3D", "%2", "=", "==", ",", ";", ";base64", " base64", "#", "?", "\t", "text/plain", "\"", "\u00e9", "A",
  "+/", "-_",
].map(latin1);

// https://fetch.spec.whatwg.org/#data-url-processor, without the type. Null for failure.
function expected(href) {
  const input = href.slice(5).split("#")[0];
  const comma = input.indexOf(",");
  if (comma < 0) return null;
  const decoded = input.slice(comma + 1)
    .replace(/%([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
  if (!/; *base64$/i.test(input.slice(0, comma).trim())) return decoded;
  try {
    return atob(decoded);
  } catch {
    return null;
  }
}

async function check(text) {
  let href;
  try {
    ({ href } = new URL(text));
  } catch {
    return false;
  }
  if (!href.startsWith("data:")) return false;
  const wanted = expected(href);
  let response;
  try {
    response = await fetch(text);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    expect(wanted).toBe(null);
    return false;
  }
  if (!/^[!-~ ]+\/[!-~ ]+$/.test(response.headers.get("content-type"))) throw new Error("no type");
  expect(String.fromCharCode(...await response.bytes())).toBe(wanted);
  return true;
}

describe("data: URLs", () => {
  test("the samples are read", async () => {
    for (const sample of samples.slice(0, 4)) expect(await check(String.fromCharCode(...sample))).toBe(true);
  });

  test("any of them gives the standard's bytes, or a TypeError", async () => {
    await rounds(kRounds, (random) => check(String.fromCharCode(...mutate(random, random.of(samples), tokens))));
  }, 60_000);
});
