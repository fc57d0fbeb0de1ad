// SPDX-License-Identifier: Apache-2.0
// A URL shortener: /SLUG redirects for everybody; /links makes, shows and removes links for who has the admin token.
// See README.md.
import { countHit, deleteHits, readHits } from "./hits.js";
import { LinkError, createLink, deleteLink, kSlug, listSlugs, readLink } from "./links.js";

const kMaxBodyBytes = 8192;
const kMaxUrlLength = 2048;
const kMinSeconds = 60; // the least that KV knows
const kMaxSeconds = 10 * 365 * 24 * 3600;
const kReserved = new Set(["links"]);

class HttpError extends Error {
  constructor(status, message, headers = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}

export default {
  async fetch(request, env, ctx) {
    try {
      return await route(request, new URL(request.url), env, ctx);
    } catch (error) {
      if (error instanceof LinkError || error instanceof HttpError) {
        return json(error.status, { error: { status: error.status, message: error.message } }, error.headers);
      }
      console.error(error);
      return json(500, { error: { status: 500, message: "the worker failed; its log says why" } });
    }
  },
};

async function route(request, url, env, ctx) {
  const [, first, second, ...more] = url.pathname.split("/");
  if (first !== "links") {
    if (second !== undefined || !kSlug.test(first)) throw new HttpError(404, "there is no such link");
    allow(request, ["GET", "HEAD"]);
    return follow(request, first, env.LINKS, ctx);
  }
  await authorize(request, env.ADMIN_TOKEN);
  if (second === undefined) {
    allow(request, ["GET", "POST"]);
    if (request.method === "POST") return postLink(request, url, env.LINKS);
    return json(200, await listSlugs(env.LINKS, url.searchParams.get("cursor")));
  }
  if (more.length > 0 || !kSlug.test(second)) throw new HttpError(404, "there is no such link");
  allow(request, ["GET", "DELETE"]);
  return request.method === "GET" ? showLink(second, url, env.LINKS) : removeLink(second, env.LINKS);
}

function allow(request, methods) {
  if (methods.includes(request.method)) return;
  const Allow = methods.join(", ");
  throw new HttpError(405, `${request.method} is not allowed here; allowed: ${Allow}`, { Allow });
}

// ------------------------------------------------------------------------------------------------ everybody

async function follow(request, slug, kv, ctx) {
  const link = await readLink(kv, slug);
  if (link === null) throw new HttpError(404, "there is no such link");
  if (request.method === "GET") countHit(kv, slug, link, ctx);
  // Asked for each time, so that hits are counted and a link that is gone leads nowhere.
  return new Response(null, { status: 302, headers: { Location: link.url, "Cache-Control": "private, no-store" } });
}

// ------------------------------------------------------------------------------------------ with the token

async function authorize(request, adminToken) {
  if (typeof adminToken !== "string" || adminToken === "") {
    console.error("ADMIN_TOKEN is not set: put it into .dev.vars, or say wrangler secret put ADMIN_TOKEN");
    throw new HttpError(503, "links cannot be managed: there is no admin token");
  }
  const given = /^Bearer +([^ ]+) *$/i.exec(request.headers.get("Authorization") ?? "")?.[1] ?? "";
  // Digests have one length, and comparing them takes one time: neither tells how much of a guess was right.
  const [a, b] = await Promise.all([given, adminToken].map(digest));
  if (!crypto.subtle.timingSafeEqual(a, b)) {
    throw new HttpError(401, "this needs the admin token", { "WWW-Authenticate": 'Bearer realm="links"' });
  }
}

function digest(text) {
  return crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
}

async function postLink(request, { origin, host }, kv) {
  const link = await createLink(kv, parseLink(await readJson(request), host));
  const shortUrl = `${origin}/${link.slug}`;
  return json(201, { shortUrl, ...link }, { Location: `/links/${link.slug}` });
}

async function showLink(slug, { origin }, kv) {
  const [link, hits] = await Promise.all([readLink(kv, slug), readHits(kv, slug)]);
  if (link === null) throw new HttpError(404, "there is no such link");
  return json(200, { shortUrl: `${origin}/${slug}`, slug, ...link, hits });
}

async function removeLink(slug, kv) {
  if (!await deleteLink(kv, slug)) throw new HttpError(404, "there is no such link");
  await deleteHits(kv, slug);
  return new Response(null, { status: 204 });
}

function parseLink(input, ownHost) {
  if (typeof input !== "object" || input === null || Array.isArray(input)) {
    throw new HttpError(400, 'the body is not an object such as {"url":"https://example.com/"}');
  }
  const { url, slug, expiresInSeconds } = input;
  if (slug !== undefined && (typeof slug !== "string" || !kSlug.test(slug) || kReserved.has(slug))) {
    throw new HttpError(422, "slug: allowed are 3 to 64 of A-Z, a-z, 0-9, _ and -, but not links");
  }
  const seconds = expiresInSeconds ?? kMinSeconds;
  if (expiresInSeconds === null || !Number.isInteger(seconds) || seconds < kMinSeconds || seconds > kMaxSeconds) {
    throw new HttpError(422, `expiresInSeconds: allowed is a whole number from ${kMinSeconds} to ${kMaxSeconds}`);
  }
  return { url: parseTarget(url, ownHost), slug, expiresInSeconds };
}

// Only what a browser shows as a page of the web: javascript: and data: would run in its place.
function parseTarget(text, ownHost) {
  let target = null;
  try {
    if (typeof text === "string" && text.length <= kMaxUrlLength) target = new URL(text);
  } catch {
    // said below
  }
  const isWeb = target?.protocol === "https:" || target?.protocol === "http:";
  if (!isWeb || target.username !== "" || target.password !== "" || target.href.length > kMaxUrlLength) {
    throw new HttpError(422,
      `url: allowed is an http or https URL of up to ${kMaxUrlLength} characters, without a password`);
  }
  if (target.host === ownHost) throw new HttpError(422, "url: a link to a link of this site would lead in a circle");
  return target.href;
}

async function readJson(request) {
  if (!/^application\/json\s*(;|$)/i.test(request.headers.get("Content-Type") ?? "")) {
    throw new HttpError(415, "the content type is not application/json");
  }
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let text = "";
  let size = 0;
  try {
    for await (const chunk of request.body ?? []) {
      size += chunk.byteLength;
      if (size > kMaxBodyBytes) throw new HttpError(413, `the body is larger than ${kMaxBodyBytes} bytes`);
      text += decoder.decode(chunk, { stream: true });
    }
    return JSON.parse(text + decoder.decode());
  } catch (error) {
    if (error instanceof HttpError) throw error;
    throw new HttpError(400, `the body is not JSON: ${error.message}`);
  }
}

function json(status, value, headers = {}) {
  const kind = { "Content-Type": "application/json", "Cache-Control": "no-store" };
  return new Response(`${JSON.stringify(value)}\n`, { status, headers: { ...kind, ...headers } });
}
