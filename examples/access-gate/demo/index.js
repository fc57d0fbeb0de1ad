// SPDX-License-Identifier: Apache-2.0
// For trying out alone: an identity provider that gives everybody a token, and a site that shows what it is told. It
// belongs to nobody's network but a developer's own machine.
import { Issuer } from "./issuer.js";

const kLifetimeSeconds = 600;

let issuers = null;

export default {
  async fetch(request) {
    const url = new URL(request.url);
    switch (url.pathname) {
      case "/.well-known/jwks.json": return Response.json({ keys: Object.values(await all()).map(({ jwk }) => jwk) });
      case "/token": return giveToken(url.searchParams);
      default: return showRequest(request, url);
    }
  },
};

// New ones each time that it starts.
async function all() {
  issuers ??= { RS256: await Issuer.create("RS256", "demo-rsa"), ES256: await Issuer.create("ES256", "demo-ec") };
  return issuers;
}

// /token?sub=ada&email=ada@example.com&alg=ES256&aud=intranet
async function giveToken(query) {
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    iss: "https://idp.example.com/",
    aud: query.get("aud") ?? "intranet",
    sub: query.get("sub") ?? "ada",
    email: query.get("email") ?? "ada@example.com",
    iat: now,
    exp: now + kLifetimeSeconds,
  };
  const issuer = (await all())[query.get("alg") ?? "RS256"];
  if (issuer === undefined) return new Response("alg is RS256 or ES256\n", { status: 400 });
  return new Response(`${await issuer.sign(claims)}\n`);
}

function showRequest(request, url) {
  const who = request.headers.get("X-Access-Subject");
  const email = request.headers.get("X-Access-Email");
  return new Response(`The intranet, ${url.pathname}: hello ${who} (${email})\n`);
}
