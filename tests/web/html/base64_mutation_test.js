// SPDX-License-Identifier: Apache-2.0
// base64 from anybody: atob() and Uint8Array.fromBase64() give what a plain reading of the standards gives.
import { test, describe, expect } from "sedge:test";
import { mutate, rounds } from "../../support/mutation.js";

const kRounds = 50_000;

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const latin1 = (text) => Uint8Array.from(text, (c) => c.charCodeAt(0));
const samples = ["", "aGVsbG8=", "aGVs bG8", "YQ==", "/+AZ09az", " Y W I = \n"].map(latin1);
const tokens = ["=", "==", "===", " ", "\t\n\f\r", "A", "+/", "-_", "\0", "\u00ff", "\u00a0"].map(latin1);

// https://infra.spec.whatwg.org/#forgiving-base64-decode
function expected(text) {
  let data = text.replace(/[\t\n\f\r ]/g, "");
  if (data.length % 4 === 0) data = data.replace(/==?$/, "");
  if (data.length % 4 === 1 || /[^A-Za-z0-9+/]/.test(data)) return null;
  let bits = "";
  for (const c of data) bits += alphabet.indexOf(c).toString(2).padStart(6, "0");
  let bytes = "";
  for (let i = 0; i + 8 <= bits.length; i += 8) bytes += String.fromCharCode(parseInt(bits.slice(i, i + 8), 2));
  return bytes;
}

function attempt(fn) {
  try {
    return fn();
  } catch (error) {
    return error.name;
  }
}

function check(text) {
  const wanted = expected(text);
  const decoded = attempt(() => atob(text));
  if (decoded !== (wanted ?? "InvalidCharacterError")) throw new Error(`atob(${JSON.stringify(text)}): ${decoded}`);
  const bytes = attempt(() => String.fromCharCode(...Uint8Array.fromBase64(text)));
  if (bytes !== (wanted ?? "SyntaxError")) throw new Error(`fromBase64(${JSON.stringify(text)}): ${bytes}`);
  if (wanted !== null) expect(atob(btoa(wanted))).toBe(wanted);
}

describe("base64", () => {
  test("any text is decoded as the standards say, or refused", async () => {
    for (const sample of samples) check(String.fromCharCode(...sample));
    await rounds(kRounds, (random) => check(String.fromCharCode(...mutate(random, random.of(samples), tokens))));
  }, 60_000);
});
