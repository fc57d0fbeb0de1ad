// SPDX-License-Identifier: Apache-2.0
// The media type of a file by its extension. What is not listed is offered as a download.

const kText = "; charset=utf-8";

const kTypes = {
  html: `text/html${kText}`, htm: `text/html${kText}`, css: `text/css${kText}`, txt: `text/plain${kText}`,
  md: `text/markdown${kText}`, csv: `text/csv${kText}`, js: `text/javascript${kText}`, mjs: `text/javascript${kText}`,
  json: "application/json", map: "application/json", webmanifest: "application/manifest+json",
  xml: "application/xml", rss: "application/rss+xml", atom: "application/atom+xml", svg: "image/svg+xml",
  png: "image/png", jpg: "image/jpeg", jpeg: "image/jpeg", gif: "image/gif", webp: "image/webp", avif: "image/avif",
  ico: "image/vnd.microsoft.icon", woff: "font/woff", woff2: "font/woff2", ttf: "font/ttf", otf: "font/otf",
  mp3: "audio/mpeg", ogg: "audio/ogg", opus: "audio/ogg", m4a: "audio/mp4", flac: "audio/flac", wav: "audio/wav",
  mp4: "video/mp4", webm: "video/webm", vtt: `text/vtt${kText}`, pdf: "application/pdf", wasm: "application/wasm",
  zip: "application/zip", gz: "application/gzip",
};

export function typeOf(path) {
  const extension = /\.([^./]+)$/.exec(path)?.[1].toLowerCase() ?? "";
  return Object.hasOwn(kTypes, extension) ? kTypes[extension] : "application/octet-stream";
}
