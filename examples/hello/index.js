// SPDX-License-Identifier: Apache-2.0
// Greets whoever asks. The least that a worker needs to answer wrong requests properly, too.

const kMaxNameLength = 80;

export default {
  fetch(request, env) {
    if (request.method !== "GET" && request.method !== "HEAD") {
      return text(`${request.method} is not allowed here; allowed are GET and HEAD`, 405, { Allow: "GET, HEAD" });
    }
    const url = new URL(request.url);
    if (url.pathname !== "/") return text("There is nothing here; ask for /?name=Ada", 404);
    const name = (url.searchParams.get("name") ?? "world").trim();
    if (name === "" || name.length > kMaxNameLength) {
      return text(`A name has 1 to ${kMaxNameLength} characters, such as /?name=Ada`, 400);
    }
    return text(`${env.GREETING}, ${name}!`);
  },
};

// The type makes a browser show the text as it is: what visitors send never becomes HTML.
function text(line, status = 200, headers = {}) {
  const kind = { "Content-Type": "text/plain; charset=utf-8", "X-Content-Type-Options": "nosniff" };
  return new Response(`${line}\n`, { status, headers: { ...kind, ...headers } });
}
