// SPDX-License-Identifier: Apache-2.0
// Attempts to log in, good and bad ones, before a site whose password is "right".
import {
  SELF, afterEach, beforeEach, clock, createExecutionContext, describe, env, expect, mock, seed, test,
  waitOnExecutionContext,
} from "sedge:test";
import { zeroBits } from "./challenge.js";
import { changeRecord, addPartner, fade, readRecord } from "./counters.js";
import { featuresOf, kFeatures, networkOf } from "./features.js";
import worker from "./index.js";
import model from "./model.json";

const kSite = "https://www.example.com";
const kForm = { "Content-Type": "application/x-www-form-urlencoded" };
const kBrowser = {
  ...kForm, "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
  "Accept-Language": "en",
};

beforeEach(async () => {
  await seed("MODEL", [{ key: "model", value: model }]);
  mock.method(console, "log", () => {});
  mock.fetch(`${kSite}/*`, async (request) => {
    const text = await request.text();
    const seen = { path: new URL(request.url).pathname, headers: Object.fromEntries(request.headers), text };
    return Response.json(seen, { status: request.method === "POST" && text.includes("wrong") ? 401 : 200 });
  });
});

// The handler itself: so a test says from which address a request comes.
async function send({ ip = "192.0.2.1", email = "ada@example.com", password = "right", path = "/login", changes = {},
  headers = {}, body = new URLSearchParams({ email, password }).toString(), cf = undefined } = {}) {
  const init = { method: "POST", body, headers: { ...kBrowser, "CF-Connecting-IP": ip, ...headers } };
  const request = new Request(`${kSite}${path}`, init);
  if (cf !== undefined) Object.defineProperty(request, "cf", { value: cf });
  const ctx = createExecutionContext();
  const response = await worker.fetch(request, { ...env, CHALLENGE_BITS: 6, ...changes }, ctx);
  await waitOnExecutionContext(ctx);
  return response;
}
const scoreOf = async (response) => Number((await response.json()).headers["x-login-score"]);
const failTimes = async (times, options = {}) => {
  for (let i = 0; i < times; ++i) await send({ password: "wrong", ...options });
};

async function solve({ token, bits }) {
  for (let i = 0; ; ++i) {
    const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(`${token}:${i}`));
    if (zeroBits(new Uint8Array(hash)) >= bits) return `${token}:${i}`;
  }
}

afterEach(() => mock.restoreAll());

describe("a person", () => {
  test("logs in, and the site sees the score", async () => {
    const response = await send();
    expect(response.status).toBe(200);
    // -2.197 -0.6 -0.3 -0.4 -0.5 +0 +0: no country is known yet.
    expect(await scoreOf(response)).toBe(0.018);
  });

  test("may err a few times", async () => {
    await failTimes(2);
    expect((await send()).status).toBe(200);
  });

  test("whose password was forgotten is challenged, and goes on", async () => {
    await failTimes(8);
    const response = await send({ headers: { "User-Agent": "short" } });
    expect(response.status).toBe(403);
    const { challenge } = await response.json();
    const solution = { "X-Challenge-Solution": await solve(challenge) };
    const solved = await send({ headers: { "User-Agent": "short", ...solution } });
    expect(solved.status).toBe(200);
    expect((await solved.json()).headers["x-challenge-solution"]).toBeUndefined();
  });

  test("is forgotten after a while", async () => {
    await failTimes(8, { headers: { "User-Agent": "short" } });
    expect((await send({ headers: { "User-Agent": "short" } })).status).toBe(403);
    await clock.tick(2 * 3600_000);
    expect((await send({ headers: { "User-Agent": "short" } })).status).toBe(200);
  });
});

describe("abuse", () => {
  test("one network that tries many e-mail addresses is challenged", async () => {
    let challenged = 0;
    for (let i = 0; i < 12; ++i) {
      const response = await send({ email: `person${i}@example.com`, password: "wrong" });
      if (response.status === 403) ++challenged;
    }
    expect(challenged).toBe(9);
  });

  test("many networks that try one e-mail address are challenged", async () => {
    let challenged = 0;
    for (let i = 0; i < 12; ++i) {
      const response = await send({ ip: `198.51.100.${i}`, password: "wrong", headers: { "User-Agent": "tool" } });
      if (response.status === 403) ++challenged;
    }
    expect(challenged).toBe(8);
  });

  test("does not reach the site", async () => {
    await failTimes(12, { headers: { "User-Agent": "tool" } });
    const before = mock.fetch.calls().length;
    expect((await send({ headers: { "User-Agent": "tool" } })).status).toBe(403);
    expect(mock.fetch.calls().length).toBe(before);
  });

  test("of others does not matter", async () => {
    await failTimes(12);
    expect((await send({ ip: "203.0.113.9", email: "bob@example.com" })).status).toBe(200);
  });

  test("with another way to write the path is seen, too", async () => {
    for (const path of ["/login/", "//login", "/LOGIN", "/%6cogin", "/login?next=/"]) {
      expect(await scoreOf(await send({ path }))).toBeGreaterThan(0);
    }
    expect((await (await send({ path: "/login-help" })).json()).headers["x-login-score"]).toBeUndefined();
  });
});

describe("a challenge", () => {
  const suspect = { headers: { "User-Agent": "tool" } };
  const challengeFor = async () => {
    await failTimes(5, suspect);
    return (await (await send(suspect)).json()).challenge;
  };
  const statusWith = async (solution, options = {}) =>
    (await send({ ...options, headers: { ...suspect.headers, "X-Challenge-Solution": solution } })).status;

  test("is solved once", async () => {
    const solution = await solve(await challengeFor());
    expect(await statusWith(solution)).toBe(200);
    await failTimes(5, suspect);
    expect(await statusWith(solution)).toBe(403);
  });

  test("is for one network and one e-mail address", async () => {
    const solution = await solve(await challengeFor());
    await failTimes(5, { ...suspect, ip: "198.51.100.1" });
    await failTimes(5, { ...suspect, email: "bob@example.com" });
    expect(await statusWith(solution, { ip: "198.51.100.1" })).toBe(403);
    expect(await statusWith(solution, { email: "bob@example.com" })).toBe(403);
    expect(await statusWith(solution)).toBe(200);
  });

  test("ends after five minutes", async () => {
    const solution = await solve(await challengeFor());
    await clock.tick(301_000);
    await failTimes(5, suspect);
    expect(await statusWith(solution)).toBe(403);
  });

  test("cannot be made up, or made easier", async () => {
    const challenge = await challengeFor();
    expect(challenge).toMatchObject({ bits: 6, expiresAt: expect.any(Number) });
    const [bits, ...rest] = challenge.token.split(".");
    expect(bits).toBe("6");
    expect(await statusWith(await solve({ token: ["1", ...rest].join("."), bits: 1 }))).toBe(403);
    const forged = challenge.token.replace(/.$/, (digit) => (digit === "0" ? "1" : "0"));
    expect(await statusWith(await solve({ token: forged, bits: 6 }))).toBe(403);
    for (const solution of ["", "x", challenge.token, `${challenge.token}:`, `${challenge.token}:x`]) {
      expect(await statusWith(solution)).toBe(403);
    }
  });

  test("needs the number to be right", async () => {
    const challenge = await challengeFor();
    const [token, right] = (await solve(challenge)).split(":");
    for (let i = 0; i < Number(right) && i < 5; ++i) expect(await statusWith(`${token}:${i}`)).toBe(403);
  });

  test("is as hard as its zero bits", () => {
    expect([[0xff], [0x7f], [0x01], [0, 0x80], [0, 0, 0x0f], [0, 0]].map((bytes) => zeroBits(Uint8Array.from(bytes))))
      .toEqual([0, 1, 7, 8, 20, 16]);
  });
});

describe("what goes to the site", () => {
  test("is the form or the JSON as it was sent", async () => {
    expect((await (await send()).json()).text).toBe("email=ada%40example.com&password=right");
    const body = '{"email":"ada@example.com","password":"right"}';
    const seen = await (await send({ body, headers: { "Content-Type": "application/json" } })).json();
    expect(seen.text).toBe(body);
    expect(await env.STATE.get("email/b5fc85e55755f9e0d030a10a", "json")).not.toBeNull();
  });

  test("has no scores from outside", async () => {
    const headers = { "X-Login-Score": "0.0000", "x_login_score": "0.0000", "X-Login-Trusted": "1" };
    const seen = (await (await send({ headers })).json()).headers;
    expect(seen["x-login-score"]).toBe("0.0180");
    expect(seen["x_login_score"] ?? seen["x-login-trusted"]).toBeUndefined();
    const response = await SELF.fetch(`${kSite}/page`, { headers: { "X-Login-Score": "0.0000" } });
    expect((await response.json()).headers["x-login-score"]).toBeUndefined();
  });

  test("is everything else without a word", async () => {
    const response = await SELF.fetch(`${kSite}/login`);
    expect(await response.json()).toMatchObject({ path: "/login", text: "" });
    expect((await env.STATE.list()).keys).toEqual([]);
  });

  test("is not a body that is too large", async () => {
    expect((await send({ body: "x".repeat(17_000) })).status).toBe(413);
    expect(mock.fetch.calls()).toHaveLength(0);
  });

  test("is also what names no e-mail address", async () => {
    for (const body of ["", "email=", "email=%20", "{", `email=${"x".repeat(300)}`]) {
      expect((await send({ body })).status).toBe(200);
      expect((await send({ body, headers: { "Content-Type": "application/json" } })).status).toBe(200);
    }
    expect((await env.STATE.list()).keys.map(({ name }) => name)).toEqual(["ip/192.0.2.1"]);
  });

  test("is let through without a score when there is no model", async () => {
    mock.method(console, "error", () => {});
    await env.MODEL.delete("model");
    await clock.tick(61_000);
    const response = await send();
    expect(response.status).toBe(200);
    expect((await response.json()).headers["x-login-score"]).toBeUndefined();
  });

  test("is nothing without a secret", async () => {
    await expect(send({ changes: { CHALLENGE_SECRET: undefined } })).rejects.toThrow("CHALLENGE_SECRET");
  });
});

describe("features", () => {
  const of = (request, ip, email) => Object.fromEntries(featuresOf(request, ip, email).map((value, i) =>
    [kFeatures[i], value]));
  const record = (changes) => ({ ...fade(null, 0), ...changes });

  test("come from the request and from what is remembered", () => {
    const request = new Request(kSite, { headers: { "User-Agent": "curl/8.0", "Accept-Language": "de" } });
    Object.defineProperty(request, "cf", { value: { country: "DE", botManagement: { score: 7 } } });
    const ip = record({ attempts: 5, failures: 2.5, partners: { a: 1, b: 1 } });
    const email = record({ failures: 4, partners: { x: 1 }, country: "FR" });
    expect(of(request, ip, email)).toEqual({
      ip_attempts: 5, ip_failures: 2.5, ip_emails: 2, email_failures: 4, email_ips: 1, user_agent_length: 8,
      accepts_language: 1, country_changed: 1, bot_score: 7,
    });
  });

  test("that are not known are NaN", () => {
    const request = new Request(kSite);
    Object.defineProperty(request, "cf", { value: { country: "XX" } });
    expect(of(request, record({}), null)).toEqual({
      ip_attempts: 0, ip_failures: 0, ip_emails: 0, email_failures: NaN, email_ips: NaN, user_agent_length: NaN,
      accepts_language: 0, country_changed: NaN, bot_score: NaN,
    });
  });

  test("a login from another country counts", async () => {
    await send({ cf: { country: "DE" } });
    // +0.9 in the place of 0: 1 / (1 + e ** 3.0972)
    expect(await scoreOf(await send({ cf: { country: "FR" } }))).toBe(0.0432);
  });

  test.each([["192.0.2.1", "192.0.2.1"], ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:DB8::1", "2001:db8:0:0::/64"], ["::1", "0:0:0:0::/64"], ["2001:0db8:0001::", "2001:db8:1:0::/64"],
    ["::ffff:192.0.2.1", "192.0.2.1"]])(
    "%s belongs to %s", (address, network) => {
      expect(networkOf(address)).toBe(network);
    });
});

describe("what is remembered", () => {
  test("fades by half in a quarter of an hour, partners are forgotten after an hour", async () => {
    await changeRecord(env.STATE, "ip/x", (record) => {
      record.attempts = 8;
      record.failures = 4;
      addPartner(record, "a");
    });
    await clock.tick(30 * 60_000);
    const later = await readRecord(env.STATE, "ip/x");
    expect(later.attempts).toBeCloseTo(2, 3);
    expect(later.failures).toBeCloseTo(1, 3);
    expect(Object.keys(later.partners)).toEqual(["a"]);
    await clock.tick(31 * 60_000);
    expect((await readRecord(env.STATE, "ip/x")).partners).toEqual({});
  });

  test("are 64 partners at most, the youngest", () => {
    const record = fade(null, 0);
    for (let i = 0; i < 100; ++i) {
      record.at = i;
      addPartner(record, `p${i}`);
    }
    expect(Object.keys(record.partners)).toHaveLength(64);
    expect(record.partners.p36).toBe(36);
  });

  test("a login forgives the address, not the network", async () => {
    await failTimes(2);
    await send();
    const { keys } = await env.STATE.list();
    const records = Object.fromEntries(await Promise.all(keys.map(async ({ name }) =>
      [name.split("/")[0], await env.STATE.get(name, "json")])));
    expect(records.email.failures).toBe(0);
    expect(records.ip.failures).toBeCloseTo(2, 2);
    expect(records.ip.attempts).toBeCloseTo(3, 2);
  });
});

test("the log has what a training needs, and nobody's address", async () => {
  const lines = [];
  mock.method(console, "log", (line) => lines.push(line));
  await send();
  expect(JSON.parse(lines[0])).toMatchObject({ event: "login", isLetThrough: true, features: { ip_emails: 0 } });
  expect(lines[0]).not.toMatch(/ada|192\.0\.2/);
});
