// SPDX-License-Identifier: Apache-2.0
// For trying out alone: the blog and the site's own origin, told apart by the host that is asked for.

const kBlog = {
  "/": "The blog's front page\n",
  "/first-post": "The first post\n",
  "/assets/main.css": "body { color: green; }\n",
};
const kSite = {
  "/": "The site's front page; the blog is at /articles/\n",
  "/about": "About us\n",
};

export default {
  fetch(request) {
    const url = new URL(request.url);
    const isBlog = url.hostname === "blog.example.com";
    // The blog tells its old addresses apart from its new ones as blogs do: by its own host's name.
    if (isBlog && url.pathname === "/old-name") return Response.redirect("https://blog.example.com/first-post", 301);
    const page = (isBlog ? kBlog : kSite)[url.pathname];
    if (page === undefined) return new Response("not here\n", { status: 404 });
    const type = url.pathname.endsWith(".css") ? "text/css" : "text/plain";
    return new Response(page, { headers: { "Content-Type": `${type}; charset=utf-8` } });
  },
};
