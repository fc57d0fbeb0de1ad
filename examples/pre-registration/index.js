// SPDX-License-Identifier: Apache-2.0
// Pre-registration: claims a subdomain for an e-mail address, exactly once each. See README.md.
import { Claims } from "./claims.js";
import { parseEmail, parseSubdomain } from "./validate.js";

const kMaxBodyBytes = 4096;
const kRetrySeconds = 5;

class HttpError extends Error {
  constructor(status, message, { problems, headers } = {}) {
    super(message);
    this.status = status;
    this.problems = problems;
    this.headers = headers;
  }
}

export default {
  async fetch(request, env) {
    try {
      return await route(request, new URL(request.url).pathname, new Claims(env.CLAIMS));
    } catch (error) {
      if (error instanceof HttpError) return errorResponse(error);
      console.error(error);
      return errorResponse(new HttpError(500, "the claim could not be made; please try again"));
    }
  },
};

function route(request, pathname, claims) {
  if (pathname === "/claims") {
    allow(request, ["POST"]);
    return postClaim(request, claims);
  }
  const match = /^\/subdomains\/([^/]+)$/.exec(pathname);
  if (match !== null) {
    allow(request, ["GET", "HEAD"]);
    return getSubdomain(match[1], claims);
  }
  throw new HttpError(404, "there is nothing here; there are POST /claims and GET /subdomains/NAME");
}

function allow(request, methods) {
  if (methods.includes(request.method)) return;
  const Allow = methods.join(", ");
  throw new HttpError(405, `${request.method} is not allowed here; allowed: ${Allow}`, { headers: { Allow } });
}

async function postClaim(request, claims) {
  const { subdomain, email } = parseClaim(await readJson(request));
  const { outcome, claimedAt } = await claims.claim(subdomain, email);
  switch (outcome) {
    case "created": return json(201, { subdomain, claimedAt }, { Location: `/subdomains/${subdomain}` });
    case "known": return json(200, { subdomain, claimedAt });
    case "subdomain-taken": throw new HttpError(409, `${subdomain} is taken; please choose another name`);
    // Not which one: whoever asks need not be whose address it is.
    case "email-used": throw new HttpError(409, "this e-mail address has claimed another subdomain");
    default:
      throw new HttpError(503, "others are claiming the same right now; please try again",
        { headers: { "Retry-After": String(kRetrySeconds) } });
  }
}

async function getSubdomain(segment, claims) {
  const { value, allowed } = parseSubdomain(segment);
  if (value === undefined) return json(200, { subdomain: segment, available: false, allowed });
  return json(200, { subdomain: value, available: await claims.isFree(value) });
}

function parseClaim(input) {
  if (typeof input !== "object" || input === null || Array.isArray(input)) {
    throw new HttpError(400, 'the body is not an object such as {"subdomain":"acme","email":"ada@example.com"}');
  }
  const fields = { subdomain: parseSubdomain(input.subdomain), email: parseEmail(input.email) };
  const problems = Object.entries(fields).filter(([, { value }]) => value === undefined)
    .map(([field, { allowed }]) => ({ field, allowed }));
  if (problems.length > 0) {
    const text = problems.map(({ field, allowed }) => `${field}: allowed is ${allowed}`).join("; ");
    throw new HttpError(422, text, { problems });
  }
  return { subdomain: fields.subdomain.value, email: fields.email.value };
}

// A JSON content type makes browsers ask before a page of another origin may send it.
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
  const body = `${JSON.stringify(value)}\n`;
  return new Response(body,
    { status, headers: { "Content-Type": "application/json", "Cache-Control": "no-store", ...headers } });
}

function errorResponse({ status, message, problems, headers }) {
  return json(status, { error: { status, message, problems } }, headers);
}
