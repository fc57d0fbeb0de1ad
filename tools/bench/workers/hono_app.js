// SPDX-License-Identifier: Apache-2.0
// A router application: middleware, parameters, and enough routes that finding one is work. Bundled with esbuild.
import { Hono } from "hono";

const app = new Hono();

app.use(async (c, next) => {
  await next();
  c.header("x-powered-by", "hono");
});

for (const name of ["users", "posts", "comments", "tags", "files", "orders", "carts", "teams", "events", "jobs"]) {
  app.get(`/api/${name}`, (c) => c.json({ name, page: c.req.query("page") ?? "1" }));
  app.get(`/api/${name}/:id`, (c) => c.json({ name, id: c.req.param("id") }));
  app.post(`/api/${name}`, async (c) => c.json(await c.req.json(), 201));
  app.get(`/api/${name}/:id/:part`, (c) => c.json({ name, id: c.req.param("id"), part: c.req.param("part") }));
}
app.get("/", (c) => c.text("home"));
app.notFound((c) => c.text("not found", 404));

export default app;
