// SPDX-License-Identifier: Apache-2.0
// When the issuer's keys are fetched: seldom, and again when a new one is used.
import { beforeAll, clock, createExecutionContext, describe, env, expect, mock, test, waitOnExecutionContext }
  from "sedge:test";
import { Issuer } from "./demo/issuer.js";
import worker from "./index.js";

const kMinute = 60_000;
let old;
let young;
let rounds = 0;

beforeAll(async () => {
  old ??= await Issuer.create("ES256", "old");
  young ??= await Issuer.create("ES256", "young");
});

// A gate that has no keys yet, since their address is new to it, and what `answers` to be asked for them.
function makeGate(answer) {
  const KEYS_URL = `https://idp.example.com/keys-${++rounds}.json`;
  mock.fetch("https://site.example.com/*", "the site");
  const gate = { keys: mock.fetch(KEYS_URL, () => (typeof answer === "function" ? answer() : gate.answer)), answer };
  gate.fetches = () => gate.keys.calls.length;
  gate.ask = async (issuer, header = {}) => {
    const exp = Date.now() / 1000 + 300;
    const token = await issuer.sign({ iss: env.ISSUER, aud: env.AUDIENCE, sub: "ada", exp }, header);
    const ctx = createExecutionContext();
    const request = new Request("https://site.example.com/", { headers: { Authorization: `Bearer ${token}` } });
    const response = await worker.fetch(request, { ...env, KEYS_URL }, ctx);
    await waitOnExecutionContext(ctx);
    return response.status;
  };
  return gate;
}

const keysOf = (...issuers) => ({ json: { keys: issuers.map(({ jwk }) => jwk) } });

describe("the keys", () => {
  test("are fetched once and kept", async () => {
    const gate = makeGate(keysOf(old));
    for (let i = 0; i < 3; ++i) expect(await gate.ask(old)).toBe(200);
    expect(gate.fetches()).toBe(1);
  });

  test("are fetched anew after ten minutes, and nobody waits", async () => {
    const gate = makeGate(keysOf(old));
    await gate.ask(old);
    await clock.tick(9 * kMinute);
    await gate.ask(old);
    expect(gate.fetches()).toBe(1);
    await clock.tick(2 * kMinute);
    expect(await gate.ask(old)).toBe(200);
    expect(gate.fetches()).toBe(2);
    expect(await gate.ask(old)).toBe(200);
    expect(gate.fetches()).toBe(2);
  });

  test("that are new are found at once, and those that are gone do not count", async () => {
    const gate = makeGate(keysOf(old));
    await gate.ask(old);
    await clock.tick(kMinute);
    gate.answer = keysOf(young);
    expect(await gate.ask(young)).toBe(200);
    expect(await gate.ask(old)).toBe(401);
    expect(gate.fetches()).toBe(2);
  });

  test("are not fetched for each key id that somebody makes up", async () => {
    const gate = makeGate(keysOf(old));
    await gate.ask(old);
    await clock.tick(kMinute);
    for (let i = 0; i < 5; ++i) expect(await gate.ask(young, { kid: `made-up-${i}` })).toBe(401);
    expect(gate.fetches()).toBe(2);
    await clock.tick(kMinute);
    expect(await gate.ask(young, { kid: "made-up" })).toBe(401);
    expect(gate.fetches()).toBe(3);
  });
});

describe("an issuer that fails", () => {
  test("does not close the gate for who has been there", async () => {
    const gate = makeGate(keysOf(old));
    await gate.ask(old);
    gate.answer = { status: 500 };
    await clock.tick(11 * kMinute);
    expect(await gate.ask(old)).toBe(200);
    await clock.tick(12 * 60 * kMinute);
    expect(await gate.ask(old)).toBe(200);
    await clock.tick(24 * 60 * kMinute);
    expect(await gate.ask(old)).toBe(503);
    gate.answer = keysOf(old);
    expect(await gate.ask(old)).toBe(200);
  });

  const set = (json) => ({ json });
  test.each([["fails", { status: 500 }], ["redirects", { status: 302, headers: { Location: "https://evil.example/" } }],
    ["does not answer", new Error("connect ECONNREFUSED")], ["sends no JSON", "<html>"], ["sends no set", set({})],
    ["sends no keys", set({ keys: [] })], ["sends null", set(null)], ["sends nulls", set({ keys: [null, 7, {}] })],
    ["sends too much", "x".repeat(70_000)],
    ["sends broken keys", set({ keys: [{ kty: "EC", crv: "P-256", x: "a" }] })]])(
    "and %s leaves nobody through", async (_, answer) => {
      const gate = makeGate(answer);
      expect(await gate.ask(old)).toBe(503);
    });

  test("once is asked again", async () => {
    const gate = makeGate({ status: 500 });
    expect(await gate.ask(old)).toBe(503);
    gate.answer = keysOf(old);
    expect(await gate.ask(old)).toBe(200);
  });
});

describe("of the set", () => {
  test("keys for other purposes are left out", async () => {
    const wrong = [{ ...young.jwk, use: "enc" }, { ...young.jwk, alg: "ES384" }, { ...young.jwk, key_ops: ["sign"] }];
    for (const jwk of wrong) {
      const gate = makeGate({ json: { keys: [old.jwk, jwk] } });
      expect(await gate.ask(old)).toBe(200);
      expect(await gate.ask(young)).toBe(401);
    }
  });

  test("RSA keys that are too short are left out", async () => {
    const short = await Issuer.create("RS256", "short", { modulusLength: 1024 });
    const gate = makeGate(keysOf(old, short));
    expect(await gate.ask(short)).toBe(401);
    expect(await gate.ask(old)).toBe(200);
  });

  test("two keys could be meant by a token without a key id: neither is", async () => {
    const gate = makeGate(keysOf(old, young));
    expect(await gate.ask(old, { kid: undefined })).toBe(401);
    expect(await gate.ask(old)).toBe(200);
  });
});

test("without its settings the gate stays closed", async () => {
  const request = new Request("https://site.example.com/");
  for (const name of ["ISSUER", "AUDIENCE", "KEYS_URL"]) {
    await expect(worker.fetch(request, { ...env, [name]: "" }, createExecutionContext())).rejects.toThrow(name);
  }
  await expect(worker.fetch(request, { ...env, KEYS_URL: "http://idp.example.com/" }, createExecutionContext()))
    .rejects.toThrow("https://");
});
