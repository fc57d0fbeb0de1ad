// SPDX-License-Identifier: Apache-2.0
// Who goes through the gate, and what the site behind it is told.
import { SELF, beforeAll, beforeEach, describe, env, expect, mock, test } from "sedge:test";
import { Issuer, encodeBytes, encodePart } from "./demo/issuer.js";

const kSite = "https://intranet.example.com";
let rsa;
let ec;
let stranger;

beforeAll(async () => {
  rsa ??= await Issuer.create("RS256", "rsa-1");
  ec ??= await Issuer.create("ES256", "ec-1");
  stranger ??= await Issuer.create("ES256", "ec-1");
}, 60_000);

// The site behind the gate gives back what it was sent.
beforeEach(() => {
  mock.fetch(env.KEYS_URL, { json: { keys: [rsa.jwk, ec.jwk] } });
  mock.fetch(`${kSite}/*`, async (request) => Response.json({
    method: request.method, url: request.url, headers: Object.fromEntries(request.headers), body: await request.text(),
  }));
});

const seconds = () => Math.floor(Date.now() / 1000);
const claimsWith = (changes = {}) => {
  const iat = seconds();
  const claims = { iss: env.ISSUER, aud: env.AUDIENCE, sub: "ada", email: "ada@example.com", iat, exp: iat + 300 };
  return { ...claims, ...changes };
};
const ask = (token, headers = {}, init = {}) =>
  SELF.fetch(`${kSite}/page?x=1`, { ...init, headers: { Authorization: `Bearer ${token}`, ...headers } });
const statusWith = async (changes, issuer = ec) => (await ask(await issuer.sign(claimsWith(changes)))).status;
const reasonOf = async (token) => {
  const response = await ask(token);
  expect(response.status).toBe(401);
  expect(response.headers.get("Cache-Control")).toBe("no-store");
  return /error_description="([^"]*)"/.exec(response.headers.get("WWW-Authenticate"))[1];
};
const siteWasAsked = () => mock.fetch.calls().some(({ url }) => url.startsWith(kSite));

describe("a good token", () => {
  test("of either algorithm goes through", async () => {
    for (const issuer of [rsa, ec]) {
      const response = await ask(await issuer.sign(claimsWith()));
      expect(response.status).toBe(200);
      const seen = await response.json();
      expect(seen).toMatchObject({ method: "GET", url: `${kSite}/page?x=1` });
      expect(seen.headers).toMatchObject({ "x-access-subject": "ada", "x-access-email": "ada@example.com" });
    }
  });

  test("may come in the cookie", async () => {
    const token = await ec.sign(claimsWith());
    const response = await SELF.fetch(`${kSite}/page`, { headers: { Cookie: `a=1; access_token=${token}; b=2` } });
    expect(response.status).toBe(200);
    expect((await response.json()).headers.cookie).toBe("a=1; b=2");
  });

  test("passes on method and body", async () => {
    const init = { method: "POST", body: "hello", redirect: "manual" };
    const seen = await (await ask(await ec.sign(claimsWith()), { "Content-Type": "text/x" }, init)).json();
    expect(seen).toMatchObject({ method: "POST", body: "hello", headers: { "content-type": "text/x" } });
  });

  test("itself is not shown to the site", async () => {
    const token = await ec.sign(claimsWith());
    const { headers } = await (await ask(token, { Cookie: `access_token=${token}` })).json();
    expect(JSON.stringify(headers)).not.toContain(token);
    expect(headers.authorization).toBeUndefined();
    expect(headers.cookie).toBeUndefined();
  });

  test("for one of several audiences", async () => {
    expect(await statusWith({ aud: ["other", env.AUDIENCE] })).toBe(200);
  });

  test("without a key id, when one key alone can be meant", async () => {
    expect((await ask(await ec.sign(claimsWith(), { kid: undefined }))).status).toBe(200);
  });
});

describe("headers from outside", () => {
  test("cannot pretend an identity", async () => {
    const { headers } = await (await ask(await ec.sign(claimsWith({ email: undefined })), {
      "X-Access-Email": "root@example.com", "x_access_email": "root@example.com", "X-Access-Role": "admin",
      "X-Accessory": "kept",
    })).json();
    expect(headers).toMatchObject({ "x-access-subject": "ada", "x-accessory": "kept" });
    expect(JSON.stringify(headers)).not.toMatch(/root|admin/);
  });

  test("names that are not ASCII are percent-encoded", async () => {
    const sub = "Zoë\r\nX-Role: admin 100%";
    const { headers } = await (await ask(await ec.sign(claimsWith({ sub })))).json();
    expect(headers["x-access-subject"]).toBe("Zo%C3%AB%0D%0AX-Role:%20admin%20100%25");
    expect(decodeURIComponent(headers["x-access-subject"])).toBe(sub);
    expect(headers["x-role"]).toBeUndefined();
  });
});

test("what the site says is kept by no cache that people share", async () => {
  const cacheControl = async (value) => {
    mock.fetch(`${kSite}/*`, { body: "x", headers: value === null ? {} : { "Cache-Control": value } });
    return (await ask(await ec.sign(claimsWith()))).headers.get("Cache-Control");
  };
  expect(await cacheControl("public, max-age=60, s-maxage=600")).toBe("private, max-age=60");
  expect(await cacheControl("no-store")).toBe("private, no-store");
  expect(await cacheControl(null)).toBe("private");
});

describe("without a good token", () => {
  test("nobody goes through", async () => {
    const response = await SELF.fetch(`${kSite}/page`);
    expect(response.status).toBe(401);
    expect(response.headers.get("WWW-Authenticate")).toBe('Bearer realm="access-gate"');
    expect(await response.text()).toBe("This site needs a token\n");
    expect(siteWasAsked()).toBe(false);
  });

  test.each([["exp", { exp: undefined }, "the token has no time of expiry"],
    ["exp as a text", { exp: "9999999999" }, "the token has no time of expiry"],
    ["nbf", { nbf: "0" }, "the claim nbf is not a time"],
    ["iss", { iss: "https://evil.example/" }, "the token is from another issuer"],
    ["iss, missing", { iss: undefined }, "the token is from another issuer"],
    ["aud", { aud: "other" }, "the token is for another audience"],
    ["aud, missing", { aud: undefined }, "the token is for another audience"],
    ["aud, empty", { aud: [] }, "the token is for another audience"],
    ["sub", { sub: undefined }, "the token names nobody"]])("a wrong %s is refused", async (_, changes, reason) => {
    expect(await reasonOf(await ec.sign(claimsWith(changes)))).toBe(reason);
    expect(siteWasAsked()).toBe(false);
  });

  test("time counts, with some leeway", async () => {
    expect(await statusWith({ exp: seconds() - 10 })).toBe(200);
    expect(await reasonOf(await ec.sign(claimsWith({ exp: seconds() - 40 })))).toBe("the token has expired");
    expect(await statusWith({ nbf: seconds() + 10 })).toBe(200);
    expect(await reasonOf(await ec.sign(claimsWith({ nbf: seconds() + 60 })))).toBe("the token is not valid yet");
    expect(await reasonOf(await ec.sign(claimsWith({ iat: seconds() + 60 })))).toBe("the token is not valid yet");
  });

  test("a signature of somebody else's key is wrong", async () => {
    expect(await reasonOf(await stranger.sign(claimsWith()))).toBe("the signature is wrong");
  });

  test("a changed payload has a wrong signature", async () => {
    const [header, , signature] = (await rsa.sign(claimsWith())).split(".");
    const token = [header, encodePart(claimsWith({ sub: "root" })), signature].join(".");
    expect(await reasonOf(token)).toBe("the signature is wrong");
  });

  test("the algorithm is not the token's to choose", async () => {
    const [, payload, signature] = (await rsa.sign(claimsWith())).split(".");
    const withHeader = (header, rest) => [encodePart(header), payload, rest].join(".");
    const kOther = "the algorithm is neither RS256 nor ES256";
    expect(await reasonOf(withHeader({ alg: "none" }, "AA"))).toBe(kOther);
    expect(await reasonOf(withHeader({ alg: "RS512", kid: "rsa-1" }, signature))).toBe(kOther);
    expect(await reasonOf(withHeader({ alg: "constructor", kid: "rsa-1" }, signature))).toBe(kOther);
    // HMAC with the public key, which everybody has, as its secret.
    const secret = new TextEncoder().encode(JSON.stringify(rsa.jwk));
    const hmac = await crypto.subtle.importKey("raw", secret, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
    const signed = new TextEncoder().encode(`${encodePart({ alg: "HS256", kid: "rsa-1" })}.${payload}`);
    const mac = encodeBytes(new Uint8Array(await crypto.subtle.sign("HMAC", hmac, signed)));
    expect(await reasonOf(withHeader({ alg: "HS256", kid: "rsa-1" }, mac))).toBe(kOther);
    // The id of a key of the other kind.
    expect(await reasonOf(withHeader({ alg: "ES256", kid: "rsa-1" }, signature))).toBe("the issuer has no such key");
  });

  test.each([["a", "the token does not have three parts"], ["a.b.c.d", "the token does not have three parts"],
    ["aa..c", "the header of the token is not JSON"], ["!.b.c", "the header of the token is not base64url"],
    [`${encodePart("[]")}.b.c`, "the header of the token is not an object"],
    [`${encodePart({ alg: "ES256", crit: ["x"] })}.b.c`, "the token has critical extensions"],
    [`${encodePart({ alg: "ES256", kid: 7 })}.b.c`, "the key id is not a text"],
    [`${encodePart({ alg: "ES256" })}.${encodePart("7")}.cc`, "the payload of the token is not an object"],
    [`${encodePart({ alg: "ES256" })}.${encodePart({})}.`, "the signature of the token is not base64url"],
    ["x".repeat(8193), "the token is longer than 8192 characters"]])("%s is refused", async (token, reason) => {
    expect(await reasonOf(token)).toBe(reason);
  });

  test("other ways to authenticate are not the gate's", async () => {
    const response = await SELF.fetch(`${kSite}/page`, { headers: { Authorization: "Basic YTpi" } });
    expect(response.headers.get("WWW-Authenticate")).toBe('Bearer realm="access-gate"');
  });
});
