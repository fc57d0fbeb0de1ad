// SPDX-License-Identifier: Apache-2.0
// Serves a blog that lives on another host from a subdirectory of this site. See README.md.
"use strict";

const config = {
  // Where the blog lives. It is always asked over https.
  hostname: "blog.example.com",
  // Where the site shows it: <site>/articles/first-post is https://blog.example.com/first-post.
  targetSubdirectory: "/articles",
  // What else of the site's paths is the blog's: its style sheets, pictures and fonts, which its pages
  // name by paths of the blog's host. By the beginning of the path ...
  assetsPathPrefixes: ["/public/", "/assets/"],
  // ... and by its end. Name only extensions that the site itself does not use.
  assetsExtensions: ["webp", "woff2"],
  // true: the visitor's cookies and Authorization header are sent to the blog, and the blog may set cookies.
  sharesCookies: false,
  // How long the blog may take to begin its response.
  timeoutMs: 15000,
};

// The target of a request for the blog's documents; the rest of the path is the first group.
const documentPattern = new RegExp("^" + escapeForRegExp(config.targetSubdirectory) + "(?:/+(.*))?$");
const assetPattern = new RegExp(
  [
    ...config.assetsPathPrefixes.map((prefix) => "^" + escapeForRegExp(prefix)),
    ...config.assetsExtensions.map((extension) => "\\." + escapeForRegExp(extension) + "$"),
  ].join("|") || "^(?!)",
);

addEventListener("fetch", (event) => {
  event.respondWith(handleRequest(event.request));
});

function handleRequest(request) {
  const url = new URL(request.url);
  const match = documentPattern.exec(url.pathname);
  if (match !== null) {
    const path = match[1] || "";
    return fetchFromBlog(request, "https://" + config.hostname + "/" + path + url.search);
  }
  if (assetPattern.test(url.pathname)) {
    return fetchFromBlog(request, "https://" + config.hostname + url.pathname + url.search);
  }
  return fetch(request);
}

async function fetchFromBlog(request, target) {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), config.timeoutMs);
  try {
    // The method, the body and headers such as If-None-Match and Range are the visitor's.
    const blogRequest = new Request(target, request);
    if (!config.sharesCookies) {
      blogRequest.headers.delete("Cookie");
      blogRequest.headers.delete("Authorization");
    }
    // The blog's redirects go to the browser, so that its address bar is right: not followed here.
    const response = await fetch(blogRequest, { redirect: "manual", signal: controller.signal });
    return ofThisSite(response, target);
  } catch (error) {
    console.error("The blog did not answer: " + target + ": " + error);
    return unavailable();
  } finally {
    clearTimeout(timer);
  }
}

// The blog's response with what names the blog's host put into the site's terms. Its body is passed on as
// it comes.
function ofThisSite(response, target) {
  const location = response.headers.get("Location");
  const dropsCookies = !config.sharesCookies && response.headers.has("Set-Cookie");
  if (location === null && !dropsCookies) return response;
  const changed = new Response(response.body, response);
  if (location !== null) changed.headers.set("Location", siteLocation(location, target));
  if (dropsCookies) changed.headers.delete("Set-Cookie");
  return changed;
}

// Where the browser is to go when the blog says `location`. Without scheme and host, so that it stays where
// it is even if something before this worker ends TLS.
function siteLocation(location, target) {
  let url;
  try {
    url = new URL(location, target);
  } catch {
    return location;
  }
  if (url.hostname !== config.hostname) return location;
  // More than one slash in front would name a host.
  const path = url.pathname.replace(/^\/+/, "/");
  const directory = assetPattern.test(path) ? "" : config.targetSubdirectory;
  return directory + path + url.search + url.hash;
}

function unavailable() {
  const page =
    "<!doctype html>\n" +
    "<html lang=\"en\">\n" +
    "<meta charset=\"utf-8\">\n" +
    "<title>Not available</title>\n" +
    "<h1>The articles are not available right now</h1>\n" +
    "<p>Please try again in a moment.</p>\n" +
    "</html>\n";
  return new Response(page, {
    status: 502,
    headers: { "Content-Type": "text/html;charset=UTF-8", "Cache-Control": "no-store" },
  });
}

function escapeForRegExp(text) {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}
