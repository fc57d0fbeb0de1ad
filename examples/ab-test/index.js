// SPDX-License-Identifier: Apache-2.0
// Shows a page in a light or a dark theme, the same one to the same visitor each time, and says in the log who saw
// which and who signed up. See README.md.
import { choose, readWeights } from "./choice.js";
import { kThemeNames, renderPage } from "./page.js";

const kCookie = "theme-test";
const kCookieSeconds = 30 * 24 * 3600;

export default {
  async fetch(request, env) {
    const url = new URL(request.url);
    switch (url.pathname) {
      case "/": return dispatch(request, { GET: () => showPage(request, url, weightsOf(env)) });
      case "/sign-up": return dispatch(request, { POST: () => signUp(request, weightsOf(env)) });
      default: return text("There is nothing here; the page is at /", 404);
    }
  },
};

function weightsOf(env) {
  return readWeights(env.WEIGHTS, kThemeNames);
}

function showPage(request, url, weights) {
  // A look at one theme, for whoever works on it: nothing is remembered and nothing counted.
  const preview = url.searchParams.get("theme");
  if (preview !== null) {
    if (weights.has(preview)) return page(request, preview);
    const names = kThemeNames.filter((name) => weights.has(name));
    return text(`There is no such theme; there are ${names.join(" and ")}`, 400);
  }
  const known = themeOf(request, weights);
  if (known !== null) return page(request, known);
  const theme = choose(weights, randomPoint());
  if (request.method === "GET") log("assigned", theme);
  const isSecure = url.protocol === "https:" ? "; Secure" : "";
  return page(request, theme, {
    "Set-Cookie": `${kCookie}=${theme}; Path=/; Max-Age=${kCookieSeconds}; HttpOnly; SameSite=Lax${isSecure}`,
  });
}

// The button of the page. What counts is the theme that the visitor was given; without one, nothing does.
function signUp(request, weights) {
  const theme = themeOf(request, weights);
  if (theme !== null) log("signed-up", theme);
  return new Response(null, { status: 303, headers: { Location: "/", ...kPrivate } });
}

// The theme in the visitor's cookie, if the test still has it: cookies are what the visitor wants them to be.
function themeOf(request, weights) {
  for (const pair of (request.headers.get("Cookie") ?? "").split(";")) {
    const at = pair.indexOf("=");
    if (at < 0 || pair.slice(0, at).trim() !== kCookie) continue;
    const theme = pair.slice(at + 1).trim();
    if (weights.has(theme)) return theme;
  }
  return null;
}

// From 0 up to, and without, 1.
function randomPoint() {
  return crypto.getRandomValues(new Uint32Array(1))[0] / 2 ** 32;
}

// One JSON object a line: what gathers the log counts them.
function log(event, theme) {
  console.log(JSON.stringify({ experiment: kCookie, event, theme }));
}

// ----------------------------------------------------------------------------------------------- responses

// No cache may give one visitor's theme to another.
const kPrivate = { "Cache-Control": "private, no-store", Vary: "Cookie" };

function page(request, theme, headers = {}) {
  const all = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy":
      "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    ...kPrivate,
    ...headers,
  };
  return new Response(request.method === "HEAD" ? null : renderPage(theme), { headers: all });
}

function text(line, status, headers = {}) {
  const kind = { "Content-Type": "text/plain; charset=utf-8", "X-Content-Type-Options": "nosniff" };
  return new Response(`${line}\n`, { status, headers: { ...kind, ...headers } });
}

function dispatch(request, handlers) {
  const method = request.method === "HEAD" ? "GET" : request.method;
  if (Object.hasOwn(handlers, method)) return handlers[method]();
  const allowed = Object.keys(handlers).join(", ").replace("GET", "GET, HEAD");
  return text(`${request.method} is not allowed here; allowed: ${allowed}`, 405, { Allow: allowed });
}
