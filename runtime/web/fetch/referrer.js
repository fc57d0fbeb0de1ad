// SPDX-License-Identifier: Apache-2.0
// Referrers: https://w3c.github.io/webappsec-referrer-policy/. A worker has no address of its own, so that a request
// has a referrer only when its script names one.
"use strict";

const { parseURL, URL } = require("url/url");
const {
  JSONStringify, ReflectGetOwnPropertyDescriptor, StringPrototypeIndexOf, StringPrototypeSlice,
  StringPrototypeToLowerCase, StringPrototypeTrim, TypeError, uncurryThis,
} = primordials;

const kClientReferrer = "about:client";
const kMaxReferrerLength = 4096;
const kDefaultPolicy = "strict-origin-when-cross-origin";
const kPolicies = ["", "no-referrer", "no-referrer-when-downgrade", "same-origin", "origin", "strict-origin",
  "origin-when-cross-origin", kDefaultPolicy, "unsafe-url"];

function accessor(name) {
  const { get, set } = ReflectGetOwnPropertyDescriptor(URL.prototype, name);
  return { __proto__: null, get: uncurryThis(get), set: set === undefined ? undefined : uncurryThis(set) };
}
const hash = accessor("hash");
const href = accessor("href");
const origin = accessor("origin");
const password = accessor("password");
const protocol = accessor("protocol");
const username = accessor("username");

// What RequestInit's `referrer` means: a URL, kClientReferrer, or "" for none.
function parseReferrer(given, context) {
  if (given === "") return "";
  const url = parseURL(given, undefined);
  if (url === null) throw new TypeError(`${context}: the referrer is not a valid URL: ${JSONStringify(given)}.`);
  return url;
}

// https://w3c.github.io/webappsec-referrer-policy/#determine-requests-referrer: the value of the Referer header, "" for
// none.
function referrerFor(referrer, policy, target) {
  if (referrer === "" || referrer === kClientReferrer || policy === "no-referrer") return "";
  const url = new URL(referrer);
  const scheme = protocol.get(url);
  if (scheme !== "https:" && scheme !== "http:") return "";
  username.set(url, "");
  password.set(url, "");
  hash.set(url, "");
  const own = origin.get(url);
  const other = new URL(target);
  const whole = href.get(url).length > kMaxReferrerLength ? `${own}/` : href.get(url);
  const sameOrigin = own === origin.get(other);
  const downgrade = scheme === "https:" && protocol.get(other) !== "https:";
  switch (policy === "" ? kDefaultPolicy : policy) {
    case "origin": return `${own}/`;
    case "unsafe-url": return whole;
    case "strict-origin": return downgrade ? "" : `${own}/`;
    case "strict-origin-when-cross-origin": return sameOrigin ? whole : downgrade ? "" : `${own}/`;
    case "same-origin": return sameOrigin ? whole : "";
    case "origin-when-cross-origin": return sameOrigin ? whole : `${own}/`;
    default: return downgrade ? "" : whole; // no-referrer-when-downgrade
  }
}

// The policy after a redirect whose response has this Referrer-Policy:
// https://w3c.github.io/webappsec-referrer-policy/#set-requests-referrer-policy-on-redirect
function redirectedPolicy(policy, header) {
  if (header === null) return policy;
  let result = policy;
  for (let at = 0; at <= header.length;) {
    let end = StringPrototypeIndexOf(header, ",", at);
    if (end < 0) end = header.length;
    const token = StringPrototypeToLowerCase(StringPrototypeTrim(StringPrototypeSlice(header, at, end)));
    for (let i = 1; i < kPolicies.length; ++i) {
      if (token === kPolicies[i]) result = token;
    }
    at = end + 1;
  }
  return result;
}

exports.kReferrerPolicies = kPolicies;
exports.kClientReferrer = kClientReferrer;
exports.parseReferrer = parseReferrer;
exports.redirectedPolicy = redirectedPolicy;
exports.referrerFor = referrerFor;
