// SPDX-License-Identifier: Apache-2.0
// Responses and requests of both workers: JSON with an entity tag, errors that say what is allowed, the
// methods of a resource, and bodies with a limit.

import { contentTag, matches } from "./etag.js";

export const kMaxRecordBytes = 16 * 1024;
export const kMaxBulkBytes = 512 * 1024;
// Caches may keep a response but ask before each use: an answer without a change is a 304 without a body.
const kRevalidate = "no-cache";
// How long a browser may remember what OPTIONS said.
const kPreflightSeconds = 86400;

// Thrown anywhere below a handler; becomes the response. `problems`: [{ field, allowed, got, item? }].
export class HttpError extends Error {
  constructor(status, message, { problems, headers } = {}) {
    super(message);
    this.status = status;
    this.problems = problems;
    this.headers = headers;
  }
}

// Pages of other origins may read. They get no leave to write: a write needs a JSON content type, so that a
// browser asks first (see preflight).
const kReadableAnywhere = {
  "Access-Control-Allow-Origin": "*",
  "Access-Control-Expose-Headers": "ETag, Location, Allow",
};

// ----------------------------------------------------------------------------------------------- responses

// 200 with a tag of its content, or 304 when the client has that content.
export function representation(request, body, type, headers = {}) {
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
  const tag = contentTag(bytes);
  const all = { ...kReadableAnywhere, ETag: tag, "Cache-Control": kRevalidate, ...headers };
  const known = request.headers.get("If-None-Match");
  if (known !== null && matches(known, tag, { weak: true })) {
    return new Response(null, { status: 304, headers: all });
  }
  all["Content-Type"] = type;
  if (request.method !== "HEAD") return new Response(bytes, { headers: all });
  return new Response(null, { headers: { ...all, "Content-Length": String(bytes.length) } });
}

export function jsonRepresentation(request, value) {
  return representation(request, JSON.stringify(value), "application/json");
}

// The answer to a write. Its tag is that of the representation which a GET of the same record gives.
export function written(status, value, headers = {}) {
  const body = JSON.stringify(value);
  const tag = contentTag(new TextEncoder().encode(body));
  return jsonResponse(status, body, { ETag: tag, ...headers });
}

export function jsonResponse(status, body, headers = {}) {
  const kind = { "Content-Type": "application/json", "Cache-Control": "no-store" };
  return new Response(body, { status, headers: { ...kReadableAnywhere, ...kind, ...headers } });
}

function errorResponse(request, error) {
  const { status, message, problems, headers } = error;
  const response = jsonResponse(status, JSON.stringify({ error: { status, message, problems } }), headers);
  return request.method === "HEAD" ? new Response(null, response) : response;
}

// ------------------------------------------------------------------------------------------------- methods

// Calls the handler of the request's method. `handlers`: { GET, PUT ... }; HEAD is GET without the body.
export async function dispatch(request, handlers) {
  const allowed = Object.keys(handlers);
  if (handlers.GET) allowed.splice(1, 0, "HEAD");
  allowed.push("OPTIONS");
  if (request.method === "OPTIONS") return preflight(allowed.join(", "));
  const method = request.method === "HEAD" ? "GET" : request.method;
  if (Object.hasOwn(handlers, method)) return handlers[method]();
  throw new HttpError(405, `${request.method} is not allowed here; allowed is ${allowed.join(", ")}`,
    { headers: { Allow: allowed.join(", ") } });
}

function preflight(allow) {
  const headers = {
    ...kReadableAnywhere,
    Allow: allow,
    "Access-Control-Allow-Methods": "GET, HEAD",
    "Access-Control-Allow-Headers": "If-None-Match",
    "Access-Control-Max-Age": String(kPreflightSeconds),
  };
  return new Response(null, { status: 204, headers });
}

// Runs `handler` and makes a response of whatever it throws.
export async function answer(request, handler) {
  try {
    return await handler();
  } catch (error) {
    if (error instanceof HttpError) return errorResponse(request, error);
    console.error(error);
    return errorResponse(request, new HttpError(500, "the worker failed; its log says why"));
  }
}

// A path segment as the name it stands for.
export function decodeSegment(segment) {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new HttpError(400, `the path segment "${segment}" is not percent-encoded UTF-8`);
  }
}

// ------------------------------------------------------------------------------------------- preconditions

// RFC 9110, section 13.2.2, for a write to what has `value` now (null: nothing).
export function checkPreconditions(request, value) {
  const tag = value === null ? null : contentTag(new TextEncoder().encode(JSON.stringify(value)));
  const wanted = request.headers.get("If-Match");
  if (wanted !== null && !matches(wanted, tag, { weak: false })) {
    throw new HttpError(412, `If-Match: ${wanted} does not match; the current ETag is ${tag ?? "none"}`);
  }
  const unwanted = request.headers.get("If-None-Match");
  if (unwanted !== null && matches(unwanted, tag, { weak: true })) {
    throw new HttpError(412, `If-None-Match: ${unwanted} matches the current ETag, ${tag}`);
  }
}

// -------------------------------------------------------------------------------------------------- bodies

export async function readJson(request, maxBytes) {
  const type = request.headers.get("Content-Type") ?? "";
  if (!/^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i.test(type)) {
    const given = type === "" ? "missing" : `"${type}"`;
    throw new HttpError(415, `the content type is ${given}; allowed is application/json`,
      { headers: { Accept: "application/json" } });
  }
  const bytes = await readBytes(request, maxBytes);
  let text;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new HttpError(400, "the body is not UTF-8");
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new HttpError(400, `the body is not JSON: ${error.message}`);
  }
}

async function readBytes(request, maxBytes) {
  const tooLarge = () =>
    new HttpError(413, `the body is larger than ${maxBytes} bytes; send it in several parts`);
  if (Number(request.headers.get("Content-Length") ?? 0) > maxBytes) throw tooLarge();
  const chunks = [];
  let size = 0;
  // A body without a declared length is counted as it comes.
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength;
    if (size > maxBytes) throw tooLarge();
    chunks.push(chunk);
  }
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return bytes;
}
