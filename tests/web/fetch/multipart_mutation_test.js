// SPDX-License-Identifier: Apache-2.0
// multipart/form-data from anybody: what comes of any bytes is an entry list, which survives being sent on, or a
// TypeError.
import { test, describe, expect } from "sedge:test";
import { mutate, rounds } from "../../support/mutation.js";

const kRounds = 20_000;

const utf8 = (text) => new TextEncoder().encode(text);

const samples = [
  "--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--B--\r\n",
  "preamble\r\n--B\r\ncontent-disposition: form-data; name=a; filename=f\r\nContent-Type: text/x\r\n\r\n\r\n--B--",
  "--B\r\nContent-Disposition: form-data; name=\"%0D%0A%22\"; filename=\"\\\"\r\n\r\n\u00e9\r\n--B  \r\n" +
    "Content-Type: a/b; c=\"d\"\r\nContent-Disposition: form-data; filename=\"\"; name=\"\"\r\n\r\n--B--",
  "--B\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n--B--",
].map(utf8);
const tokens = [
  "\r\n", "\r", "\n", "--B", "--B--", "\r\n--B\r\n", "\r\n\r\n", ";", "=", "\"", "\\", "%22", "%0A", "name=",
  "filename=\"", "Content-Type: ", "Content-Disposition: form-data; ", ":", "\u00ff", "\ufeff", "\0",
].map(utf8);
tokens.push(new Uint8Array([0xFF, 0xC0, 0x80]));

const parse = (body, type = "multipart/form-data; boundary=B") =>
  new Response(body, { headers: { "content-type": type } }).formData();

async function sentOn(form) {
  return await new Response(form).formData();
}

async function flat(form) {
  const entries = [];
  for (const [name, value] of form) {
    entries.push(name);
    if (typeof value === "string") entries.push(value);
    else entries.push(value.name, value.type, [...await value.bytes()].join());
  }
  return entries;
}

async function check(body) {
  let form;
  try {
    form = await parse(body);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return false;
  }
  for (const [, value] of form) {
    if (typeof value !== "string" && /[^ -~]/.test(value.type)) throw new Error("a file's type is no ASCII text");
  }
  const second = await sentOn(form);
  expect([...second].length).toBe([...form].length);
  // Line ends and quotes in names are written in one way only from then on.
  expect(await flat(await sentOn(second))).toEqual(await flat(second));
  return true;
}

describe("multipart/form-data", () => {
  test("the samples are read", async () => {
    for (const sample of samples) expect(await check(sample)).toBe(true);
  });

  test("any bytes are read, or refused with a TypeError", async () => {
    await rounds(kRounds, (random) => check(mutate(random, random.of(samples), tokens)));
  }, 60_000);

  test("any boundary is taken, or refused with a TypeError", async () => {
    await rounds(kRounds / 10, async (random) => {
      const boundary = String.fromCharCode(...mutate(random, utf8("B"), tokens)).replace(/[\0\r\n]/g, "");
      const body = utf8(`--${boundary}\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--${boundary}--`);
      await parse(body, `multipart/form-data; boundary="${boundary}"`).catch((error) => {
        if (!(error instanceof TypeError)) throw error;
      });
    });
  }, 60_000);
});
