// SPDX-License-Identifier: Apache-2.0
// A static site out of KV: files with their types, entity tags and ranges. upload.sh puts them there. See README.md.
import { matchesTag, parseRange } from "./range.js";
import { typeOf } from "./types.js";

// Bundlers put a fingerprint into the names of what never changes: assets/app.3f9a1c2b.css.
const kFingerprinted = /^assets\/.*[.-](?=[a-f]*[0-9])(?=[0-9]*[a-f])[0-9a-f]{8,}\.\w+$/;
const kForever = "public, max-age=31536000, immutable";
const kAskEachTime = "public, max-age=0, must-revalidate";
const kMaxKeyBytes = 512;

export default {
  async fetch(request, env) {
    if (request.method !== "GET" && request.method !== "HEAD") {
      return text(request, 405, `${request.method} is not allowed here`, { Allow: "GET, HEAD" });
    }
    const url = new URL(request.url);
    const path = pathOf(url);
    if (path === null) return text(request, 400, "The address is not percent-encoded UTF-8");
    const key = path === "" || path.endsWith("/") ? `${path}index.html` : path;
    const file = await readFile(env.SITE, key);
    if (file !== null) return fileResponse(request, key, file);
    if (key === path && await exists(env.SITE, `${path}/index.html`)) return redirectToFolder(url);
    return notFound(request, env.SITE);
  },
};

// The path without the slash in front, decoded; null when it cannot be.
function pathOf(url) {
  try {
    return decodeURIComponent(url.pathname.slice(1));
  } catch {
    return null;
  }
}

// ------------------------------------------------------------------------------------------------------- KV

// { body, size, tag, type }, or null. `body` is a stream that nobody has read, or bytes.
async function readFile(kv, key) {
  if (!isKey(key)) return null;
  const { value, metadata } = await kv.getWithMetadata(key, "stream");
  if (value === null) return null;
  const type = metadata?.type ?? typeOf(key);
  if (Number.isInteger(metadata?.size) && /^[\w-]+$/.test(metadata.etag ?? "")) {
    return { body: value, size: metadata.size, tag: `"${metadata.etag}"`, type };
  }
  // Put there by hand, without metadata.
  const bytes = new Uint8Array(await new Response(value).arrayBuffer());
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const hex = Array.from(digest.subarray(0, 16), (byte) => byte.toString(16).padStart(2, "0")).join("");
  return { body: bytes, size: bytes.length, tag: `"${hex}"`, type };
}

async function exists(kv, key) {
  if (!isKey(key)) return false;
  const value = await kv.get(key, "stream");
  await value?.cancel();
  return value !== null;
}

// KV refuses other names.
function isKey(key) {
  return key !== "." && key !== ".." && new TextEncoder().encode(key).length <= kMaxKeyBytes;
}

// ------------------------------------------------------------------------------------------------ responses

async function fileResponse(request, key, file) {
  const headers = {
    ETag: file.tag,
    "Cache-Control": kFingerprinted.test(key) ? kForever : kAskEachTime,
    "Accept-Ranges": "bytes",
    "X-Content-Type-Options": "nosniff",
  };
  const known = request.headers.get("If-None-Match");
  if (known !== null && matchesTag(known, file.tag)) {
    await discard(file.body);
    return new Response(null, { status: 304, headers });
  }
  headers["Content-Type"] = file.type;
  if (request.method === "HEAD") {
    await discard(file.body);
    return new Response(null, { headers: { ...headers, "Content-Length": String(file.size) } });
  }
  const range = wantsRange(request, file.tag) ? parseRange(request.headers.get("Range"), file.size) : null;
  if (range === null) {
    // A stream that nobody has read goes from KV to the client as it is.
    return new Response(file.body, { headers: { ...headers, "Content-Length": String(file.size) } });
  }
  if (range === "unsatisfiable") {
    await discard(file.body);
    return text(request, 416, `The file has ${file.size} bytes`, { "Content-Range": `bytes */${file.size}` });
  }
  const bytes = new Uint8Array(await new Response(file.body).arrayBuffer());
  headers["Content-Range"] = `bytes ${range.first}-${range.last}/${file.size}`;
  return new Response(bytes.subarray(range.first, range.last + 1), { status: 206, headers });
}

// With If-Range, a part is sent only of the content that the client has the rest of: its tag, compared strongly. There
// are no dates here, so one in If-Range never matches.
function wantsRange(request, tag) {
  const condition = request.headers.get("If-Range");
  return request.headers.has("Range") && (condition === null || condition.trim() === tag);
}

// The page's relative links need the slash. Slashes in front would name a host.
function redirectToFolder(url) {
  const Location = `${url.pathname.replace(/^\/+/, "/")}/${url.search}`;
  return new Response(null, { status: 308, headers: { Location, "Cache-Control": kAskEachTime } });
}

async function notFound(request, kv) {
  const page = await readFile(kv, "404.html");
  if (page === null) return text(request, 404, "There is no such page");
  const headers = {
    "Content-Type": page.type, "Content-Length": String(page.size), "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
  };
  if (request.method !== "HEAD") return new Response(page.body, { status: 404, headers });
  await discard(page.body);
  return new Response(null, { status: 404, headers });
}

function text(request, status, line, headers = {}) {
  const kind = {
    "Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff",
  };
  return new Response(request.method === "HEAD" ? null : `${line}\n`, { status, headers: { ...kind, ...headers } });
}

function discard(body) {
  return body instanceof ReadableStream ? body.cancel() : undefined;
}
