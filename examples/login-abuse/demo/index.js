// SPDX-License-Identifier: Apache-2.0
// For trying out alone: a site with a login whose password is "right" for everybody. Its page solves challenges.
import page from "./page.html";

export default {
  async fetch(request) {
    const { pathname } = new URL(request.url);
    if (pathname === "/") return new Response(page, { headers: { "Content-Type": "text/html; charset=utf-8" } });
    if (pathname !== "/login" || request.method !== "POST") return new Response("not here\n", { status: 404 });
    const form = await request.formData();
    if (form.get("password") !== "right") return new Response("Wrong password\n", { status: 401 });
    return new Response(`Welcome; the score was ${request.headers.get("X-Login-Score")}\n`);
  },
};
