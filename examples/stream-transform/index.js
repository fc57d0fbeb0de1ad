// SPDX-License-Identifier: Apache-2.0
// Gives back the text that is posted, with some words replaced. The text streams through: the first words of the answer
// are on their way before the last ones of the request have come. See README.md.
import { rewriteWords } from "./rewriter.js";

export default {
  async fetch(request, env) {
    if (new URL(request.url).pathname !== "/") return text("There is nothing here; send text to / with POST", 404);
    if (request.method !== "POST") return text(`${request.method} is not allowed here`, 405, { Allow: "POST" });
    const type = request.headers.get("Content-Type") ?? "text/plain";
    if (!isUtf8Text(type)) return text("The content type has to be text/... in UTF-8", 415, { Accept: "text/*" });

    const words = readWords(env.WORDS);
    // The decoder keeps bytes of a character whose other bytes come in the next piece; a byte order mark stays.
    const body = (request.body ?? new Response("").body)
      .pipeThrough(new TextDecoderStream("utf-8", { ignoreBOM: true }))
      .pipeThrough(rewriteWords(words))
      .pipeThrough(new TextEncoderStream());
    // Never HTML: what somebody posts should not run in the page of this site.
    return new Response(body, { headers: kHeaders });
  },
};

const kHeaders = {
  "Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff",
};

function text(line, status, headers = {}) {
  return new Response(`${line}\n`, { status, headers: { ...kHeaders, ...headers } });
}

function isUtf8Text(type) {
  const match = /^text\/[\w.+-]+\s*(?:;(.*))?$/is.exec(type.trim());
  if (match === null) return false;
  const charset = /(?:^|;)\s*charset\s*=\s*"?([^";\s]*)/i.exec(match[1] ?? "")?.[1];
  return charset === undefined || /^utf-?8$/i.test(charset);
}

// vars.WORDS, such as { "colour": "color" }; a variable of the command line is a text of JSON.
function readWords(value) {
  const words = typeof value === "string" ? JSON.parse(value) : value ?? {};
  for (const [word, replacement] of Object.entries(words)) {
    if (!/^[\p{L}\p{M}\p{N}_]+$/u.test(word) || typeof replacement !== "string") {
      throw new Error(`WORDS in vars has ${JSON.stringify(word)}: ${JSON.stringify(replacement)}; allowed are a word ` +
        "of letters and digits, and a text in its place");
    }
  }
  return words;
}
