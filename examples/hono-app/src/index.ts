// SPDX-License-Identifier: Apache-2.0
// A small notes API with hono. See README.md.
import { Hono } from "hono";
import type { Context } from "hono";
import { bearerAuth } from "hono/bearer-auth";
import { bodyLimit } from "hono/body-limit";
import { HTTPException } from "hono/http-exception";
import { secureHeaders } from "hono/secure-headers";
import { parseNote } from "./note";
import type { NoteInput } from "./note";
import { NoteStore } from "./note_store";

interface Env {
  Bindings: { NOTES: KVNamespace; API_TOKEN?: string };
  Variables: { store: NoteStore };
}

const kMaxBodyBytes = 64 * 1024;
const kPageSize = 50;
const kMaxPageSize = 1000;
const kId = /^[a-z0-9]{11}-[a-f0-9]{8}$/;

const app = new Hono<Env>();

app.use(secureHeaders());
app.use("/notes/*", async (c, next) => {
  // With API_TOKEN in the environment, only who has it.
  const { API_TOKEN } = c.env;
  return API_TOKEN ? bearerAuth<Env>({ token: API_TOKEN })(c, next) : next();
});
app.use("/notes/*", bodyLimit({
  maxSize: kMaxBodyBytes,
  onError: (c) => failure(c, 413, `the body is larger than ${kMaxBodyBytes} bytes`),
}));
app.use("/notes/*", async (c, next) => {
  c.set("store", new NoteStore(c.env.NOTES));
  c.header("Cache-Control", "no-store");
  await next();
});

app.get("/", (c) => c.text("A notes API: GET and POST /notes; GET, PUT and DELETE /notes/ID\n"));

app.get("/notes", async (c) => {
  const limit = Number(c.req.query("limit") ?? kPageSize);
  if (!Number.isInteger(limit) || limit < 1 || limit > kMaxPageSize) {
    return failure(c, 422, `limit: allowed is a whole number from 1 to ${kMaxPageSize}`);
  }
  return c.json(await c.var.store.list(limit, c.req.query("cursor")));
});

app.post("/notes", async (c) => {
  const [id, note] = await c.var.store.create(await readNote(c));
  return c.json({ id, ...note }, 201, { Location: `/notes/${id}` });
});

app.get("/notes/:id", async (c) => {
  const id = idOf(c);
  const note = await c.var.store.get(id);
  return note === null ? missing(c) : c.json({ id, ...note });
});

app.put("/notes/:id", async (c) => {
  const id = idOf(c);
  const note = await c.var.store.replace(id, await readNote(c));
  return note === null ? missing(c) : c.json({ id, ...note });
});

app.delete("/notes/:id", async (c) => await c.var.store.delete(idOf(c)) ? c.body(null, 204) : missing(c));

app.notFound((c) => failure(c, 404, `there is nothing at ${c.req.path}`));

app.onError((error, c) => {
  if (error instanceof HTTPException) return error.res ?? failure(c, error.status, error.message);
  console.error(error);
  return failure(c, 500, "the worker failed; its log says why");
});

async function readNote(c: Context<Env>): Promise<NoteInput> {
  // Browsers ask before a page of another origin may send this type.
  if (!/^application\/json\s*(;|$)/i.test(c.req.header("Content-Type") ?? "")) {
    throw new HTTPException(415, { message: "the content type is not application/json" });
  }
  let input: unknown;
  try {
    input = await c.req.json();
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new HTTPException(400, { message: `the body is not JSON: ${error.message}` });
  }
  const note = parseNote(input);
  if (!Array.isArray(note)) return note;
  const text = note.map(({ field, allowed }) => `${field || "the body"}: allowed is ${allowed}`).join("; ");
  throw new HTTPException(422, { message: text });
}

function idOf(c: Context<Env>): string {
  const id = c.req.param("id") ?? "";
  if (!kId.test(id)) throw new HTTPException(404, { message: "there is no such note" });
  return id;
}

function missing(c: Context<Env>): Response {
  return failure(c, 404, "there is no such note");
}

function failure(c: Context, status: number, message: string): Response {
  return c.json({ error: { status, message } }, status as 400);
}

export default app;
