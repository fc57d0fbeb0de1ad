// SPDX-License-Identifier: Apache-2.0
// A gate before a site: who has a token of the identity provider goes through to the site, which learns from headers
// who it is. See README.md.
import { KeySet, KeysUnavailable } from "./key_set.js";
import { TokenError, checkClaims, checkSignature, parseToken } from "./token.js";

const kCookie = "access_token";
// The gate's own headers. Some servers take _ for -, so both are kept from coming in from outside.
const kIdentityHeader = /^x[-_]access[-_]/i;
const kRetrySeconds = 10;

let keySet = null;

export default {
  async fetch(request, env, ctx) {
    const settings = readSettings(env);
    const token = tokenOf(request);
    if (token === null) return refuse(401, "This site needs a token", kChallenge);
    try {
      const claims = await verify(token, settings, ctx);
      return withoutSharedCaching(await fetch(withIdentity(request, claims)));
    } catch (error) {
      if (error instanceof TokenError) {
        const details = `error="invalid_token", error_description="${error.message}"`;
        return refuse(401, `The token was refused: ${error.message}`, `${kChallenge}, ${details}`);
      }
      if (!(error instanceof KeysUnavailable)) throw error;
      console.error(error.message);
      return refuse(503, "Tokens cannot be checked right now; please try again", null);
    }
  },
};

// Without a setting the gate stays closed.
function readSettings({ ISSUER, AUDIENCE, KEYS_URL }) {
  for (const [name, value] of Object.entries({ ISSUER, AUDIENCE, KEYS_URL })) {
    if (typeof value !== "string" || value === "") throw new Error(`${name} is missing in vars`);
  }
  if (!KEYS_URL.startsWith("https://")) throw new Error("KEYS_URL in vars does not begin with https://");
  return { issuer: ISSUER, audience: AUDIENCE, keysUrl: KEYS_URL };
}

async function verify(text, { issuer, audience, keysUrl }, ctx) {
  const token = parseToken(text);
  if (keySet?.url !== keysUrl) keySet = new KeySet(keysUrl);
  const key = await keySet.find(token.alg, token.kid, ctx);
  if (key === null) throw new TokenError("the issuer has no such key");
  await checkSignature(token, key);
  checkClaims(token.claims, { issuer, audience, now: Date.now() / 1000 });
  return token.claims;
}

// ------------------------------------------------------------------------------------------------- requests

function tokenOf(request) {
  const bearer = /^Bearer +([^ ]+) *$/i.exec(request.headers.get("Authorization") ?? "");
  if (bearer !== null) return bearer[1];
  for (const { name, value } of cookiesOf(request)) {
    if (name === kCookie && value !== "") return value;
  }
  return null;
}

function cookiesOf(request) {
  return (request.headers.get("Cookie") ?? "").split(";").map((pair) => {
    const at = pair.indexOf("=");
    return { name: pair.slice(0, Math.max(at, 0)).trim(), value: pair.slice(at + 1).trim(), text: pair.trim() };
  });
}

// The request for the site: with the identity, without what is the gate's own.
function withIdentity(request, claims) {
  const headers = new Headers(request.headers);
  for (const name of [...headers.keys()]) {
    if (kIdentityHeader.test(name)) headers.delete(name);
  }
  if (/^Bearer /i.test(headers.get("Authorization") ?? "")) headers.delete("Authorization");
  const cookies = cookiesOf(request).filter(({ name, text }) => name !== kCookie && text !== "");
  if (cookies.length > 0) headers.set("Cookie", cookies.map(({ text }) => text).join("; "));
  else headers.delete("Cookie");
  headers.set("X-Access-Subject", headerText(claims.sub));
  if (typeof claims.email === "string") headers.set("X-Access-Email", headerText(claims.email));
  return new Request(request, { headers });
}

// Percent-encoded but for printable ASCII; so nothing in a name can end the header or begin another.
function headerText(text) {
  return text.toWellFormed().replace(/[^!-$&-~]+/gu, encodeURIComponent);
}

// ------------------------------------------------------------------------------------------------ responses

const kChallenge = 'Bearer realm="access-gate"';

function refuse(status, line, challenge) {
  const headers = new Headers({ "Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store" });
  if (challenge !== null) headers.set("WWW-Authenticate", challenge);
  else headers.set("Retry-After", String(kRetrySeconds));
  return new Response(`${line}\n`, { status, headers });
}

// What the site says is for one person, so no cache that several people share may keep it.
function withoutSharedCaching(response) {
  const kept = (response.headers.get("Cache-Control") ?? "").split(",").map((item) => item.trim())
    .filter((item) => item !== "" && !/^(public|private|s-maxage|proxy-revalidate)\b/i.test(item));
  const changed = new Response(response.body, response);
  changed.headers.set("Cache-Control", ["private", ...kept].join(", "));
  return changed;
}
