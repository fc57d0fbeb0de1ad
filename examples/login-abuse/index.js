// SPDX-License-Identifier: Apache-2.0
// Before a site's login: each attempt gets a score from a model; one that looks like abuse has to solve a challenge
// before the site is asked. Everything else passes through. See README.md.
import { isSolved, makeChallenge } from "./challenge.js";
import { addPartner, changeRecord, readRecord } from "./counters.js";
import { countryOf, featuresOf, kFeatures, networkOf } from "./features.js";
import { loadModel } from "./model.js";

const kMaxBodyBytes = 16 * 1024;
const kMaxEmailLength = 254;
// Of this worker's own; the site should not believe them from outside. Some servers take _ for -.
const kOwnHeader = /^x[-_](login|challenge)[-_]/i;

export default {
  async fetch(request, env) {
    const isLogin = request.method === "POST" && plainPath(new URL(request.url).pathname) === env.LOGIN_PATH;
    return isLogin ? logIn(request, env) : fetch(withOwnHeaders(request, {}));
  },
};

async function logIn(request, env) {
  if (!env.CHALLENGE_SECRET) throw new Error("CHALLENGE_SECRET is not set: put it into .dev.vars, or into a secret");
  const body = await readBody(request);
  if (body === null) return json(413, { error: `the body is larger than ${kMaxBodyBytes} bytes` });
  const attempt = await describe(request, body);

  const [ip, email, model] = await Promise.all([
    readRecord(env.STATE, attempt.ipKey),
    attempt.emailKey === null ? null : readRecord(env.STATE, attempt.emailKey),
    loadModel(env.MODEL, kFeatures),
  ]);
  const features = featuresOf(request, ip, email);
  // Without a model people can log in all the same; the log says that it is missing.
  const score = model === null ? null : model.evaluate(features);
  const isSuspect = score !== null && score >= model.threshold;
  await countAttempt(env.STATE, attempt);
  const isLetThrough = !isSuspect || await hasSolved(request, env, attempt);
  logAttempt(features, score, isLetThrough);
  if (!isLetThrough) return challenge(env, attempt);

  const headers = score === null ? {} : { "X-Login-Score": score.toFixed(4) };
  const response = await fetch(withOwnHeaders(request, headers, body));
  // Before the client hears of it: its next attempt sees this one.
  await countOutcome(env.STATE, attempt, response.status, countryOf(request));
  return response;
}

// "/Login//" is "/login" to many servers; so it is here.
function plainPath(pathname) {
  try {
    return decodeURIComponent(pathname).replace(/\/+/g, "/").replace(/(?<=.)\/$/, "").toLowerCase();
  } catch {
    return pathname;
  }
}

// ------------------------------------------------------------------------------------------------- attempts

// Whom it concerns: the keys of what is remembered, each the other's partner.
async function describe(request, body) {
  const network = networkOf(request.headers.get("CF-Connecting-IP") ?? "unknown");
  const email = emailIn(request, body);
  const digest = email === null ? null : await shortDigest(email);
  return { ipKey: `ip/${network}`, emailKey: digest === null ? null : `email/${digest}`, network, digest };
}

// The e-mail address of a form or of JSON, in the one form in which it counts; null when there is none.
function emailIn(request, body) {
  const type = (request.headers.get("Content-Type") ?? "").split(";")[0].trim().toLowerCase();
  const text = new TextDecoder().decode(body);
  let value = null;
  if (type === "application/x-www-form-urlencoded") value = new URLSearchParams(text).get("email");
  if (type === "application/json") {
    try {
      value = JSON.parse(text)?.email;
    } catch {
      return null; // the site says what is wrong with it
    }
  }
  if (typeof value !== "string") return null;
  const email = value.trim().toLowerCase();
  return email === "" || email.length > kMaxEmailLength ? null : email;
}

async function shortDigest(text) {
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  return Array.from(bytes.subarray(0, 12), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function countAttempt(kv, { ipKey, emailKey, network, digest }) {
  const begin = (partner) => (record) => {
    record.attempts += 1;
    if (partner !== null) addPartner(record, partner);
  };
  await Promise.all([
    changeRecord(kv, ipKey, begin(digest)), emailKey === null ? null : changeRecord(kv, emailKey, begin(network)),
  ]);
}

// What the site's answer says of the attempt.
async function countOutcome(kv, { ipKey, emailKey }, status, country) {
  const isFailure = status === 401 || status === 403;
  if (status >= 400 && !isFailure) return; // neither
  const forIp = (record) => {
    if (isFailure) record.failures += 1;
  };
  const forEmail = (record) => {
    record.failures = isFailure ? record.failures + 1 : 0;
    if (!isFailure) record.country = country;
  };
  await Promise.all([
    changeRecord(kv, ipKey, forIp), emailKey === null ? null : changeRecord(kv, emailKey, forEmail),
  ]);
}

// What a later training needs, and nobody's address.
function logAttempt(features, score, isLetThrough) {
  const known = kFeatures.map((name, i) => [name, features[i]]).filter(([, value]) => !Number.isNaN(value));
  console.log(JSON.stringify({ event: "login", score, isLetThrough, features: Object.fromEntries(known) }));
}

// ------------------------------------------------------------------------------------------------ challenges

// A solution is good for the network and the e-mail address that the challenge was for.
function subjectOf({ ipKey, emailKey }) {
  return `${ipKey} ${emailKey}`;
}

async function hasSolved(request, env, attempt) {
  const solution = request.headers.get("X-Challenge-Solution");
  return solution !== null && isSolved(env.STATE, env.CHALLENGE_SECRET, subjectOf(attempt), solution);
}

async function challenge(env, attempt) {
  const made = await makeChallenge(env.CHALLENGE_SECRET, subjectOf(attempt), Number(env.CHALLENGE_BITS));
  return json(403, {
    error: "please solve the challenge, and send the same again with X-Challenge-Solution: TOKEN:NUMBER",
    challenge: made,
  });
}

// ------------------------------------------------------------------------------------------------------ HTTP

// Null when it is too large.
async function readBody(request) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength;
    if (size > kMaxBodyBytes) return null;
    chunks.push(chunk);
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}

function withOwnHeaders(request, added, body = undefined) {
  const headers = new Headers(request.headers);
  for (const name of [...headers.keys()]) {
    if (kOwnHeader.test(name)) headers.delete(name);
  }
  for (const [name, value] of Object.entries(added)) headers.set(name, value);
  return new Request(request, body === undefined ? { headers } : { headers, body });
}

function json(status, value) {
  const headers = { "Content-Type": "application/json", "Cache-Control": "no-store" };
  return new Response(`${JSON.stringify(value)}\n`, { status, headers });
}
