// SPDX-License-Identifier: Apache-2.0
// Looks at every header that came (20 of the load's own), at the URL and its parameters, and sends ten headers.
export default {
  async fetch(request) {
    const { hostname, pathname, searchParams } = new URL(request.url);
    let count = 0;
    let bytes = 0;
    for (const [name, value] of request.headers) {
      if (!name.startsWith("x-in-")) continue;
      count += 1;
      bytes += value.length;
    }
    const page = Number(searchParams.get("page"));
    const headers = new Headers({
      "content-type": "text/plain;charset=UTF-8",
      "cache-control": "public, max-age=60",
      etag: `"${pathname.length}-${page}"`,
      "x-request-host": hostname,
      "x-request-agent": request.headers.get("x-in-7") ?? "none",
    });
    headers.set("x-page", String(page + 1));
    headers.set("x-sort", searchParams.get("sort") ?? "none");
    headers.set("x-tags", searchParams.getAll("tag").join(","));
    headers.append("vary", "accept");
    headers.append("vary", "accept-language");
    headers.set("x-header-count", String(count));
    return new Response(`${count} headers of ${bytes} bytes`, { headers });
  },
};
