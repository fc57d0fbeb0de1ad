// SPDX-License-Identifier: Apache-2.0
// What the model is told of an attempt to log in. NaN stands for what is not known.

export const kFeatures = [
  "ip_attempts",        // of the network, lately
  "ip_failures",
  "ip_emails",          // how many e-mail addresses the network has tried within an hour
  "email_failures",     // with the e-mail address, lately
  "email_ips",          // from how many networks it was tried within an hour
  "user_agent_length",  // missing without the header
  "accepts_language",   // 1 when there is an Accept-Language, as browsers send it, else 0
  "country_changed",    // 1 when the last login came from another country; missing when one of them is not known
  "bot_score",          // of Cloudflare's bot management, 1 (a bot) to 99; missing elsewhere
];

// The values in the order of kFeatures. `email` is the record of the e-mail address, null when there is none.
export function featuresOf(request, ip, email) {
  const userAgent = request.headers.get("User-Agent");
  const country = countryOf(request);
  const values = {
    ip_attempts: ip.attempts,
    ip_failures: ip.failures,
    ip_emails: Object.keys(ip.partners).length,
    email_failures: email?.failures,
    email_ips: email === null ? undefined : Object.keys(email.partners).length,
    user_agent_length: userAgent?.length,
    accepts_language: request.headers.has("Accept-Language") ? 1 : 0,
    country_changed: isKnown(country) && isKnown(email?.country) ? Number(country !== email.country) : undefined,
    bot_score: request.cf?.botManagement?.score,
  };
  return kFeatures.map((name) => values[name] ?? NaN);
}

export function countryOf(request) {
  return request.cf?.country ?? null;
}

function isKnown(country) {
  return typeof country === "string" && country !== "XX"; // XX: nobody knows
}

// Whom an address on the internet belongs to: with IPv6 a household has 2 ** 64 of them.
export function networkOf(address) {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped !== null) return mapped[1];
  if (!address.includes(":")) return address;
  const [head, tail] = address.toLowerCase().split("::");
  const groups = head === "" ? [] : head.split(":");
  const rest = tail === undefined || tail === "" ? [] : tail.split(":");
  while (groups.length + rest.length < 8) groups.push("0");
  return `${[...groups, ...rest].slice(0, 4).map((group) => group.replace(/^0+(?=.)/, "")).join(":")}::/64`;
}
