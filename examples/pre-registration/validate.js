// SPDX-License-Identifier: Apache-2.0
// What may be claimed, and by whom. Each function gives { value } in the one form that is stored, or { allowed }, which
// says what would be.

// Names that a visitor would take for the service itself, or that mail and browsers give a meaning.
const kReserved = new Set([
  "account", "accounts", "admin", "api", "app", "auth", "autoconfig", "autodiscover", "billing", "blog", "cdn", "dev",
  "docs", "ftp", "help", "imap", "internal", "localhost", "login", "mail", "mx", "news", "ns1", "ns2", "pop", "root",
  "security", "smtp", "staging", "static", "status", "support", "test", "webmail", "wpad", "www",
]);

// A DNS label (RFC 1035, 2.3.1, and RFC 5891, 4.2.3.1, on "--"), three characters at least.
export function parseSubdomain(input) {
  const allowed = "3 to 63 of a-z, 0-9 and -, with no - at either end and no -- in third place";
  if (typeof input !== "string") return { allowed };
  const value = input.trim().toLowerCase();
  if (!/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/.test(value) || value.slice(2, 4) === "--") return { allowed };
  if (kReserved.has(value)) return { allowed: "a name that is not reserved" };
  return { value };
}

const kMaxEmailLength = 254; // RFC 5321, 4.5.3.1, without the brackets
const kMaxLocalLength = 64;
// What browsers take for <input type="email"> (HTML, 4.10.5.1.5), with a dot in the domain.
const kEmail = new RegExp("^[a-z0-9.!#$%&'*+/=?^_`{|}~-]+" +
  "@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$");

// In lower case: no mail provider that people use takes Ada@ and ada@ for two persons.
export function parseEmail(input) {
  const allowed = "an e-mail address, such as ada@example.com";
  if (typeof input !== "string") return { allowed };
  const value = input.trim().toLowerCase();
  if (value.length > kMaxEmailLength || value.indexOf("@") > kMaxLocalLength || !kEmail.test(value)) return { allowed };
  if (/^\.|\.\.|\.@/.test(value)) return { allowed };
  return { value };
}
