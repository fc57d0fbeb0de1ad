// SPDX-License-Identifier: Apache-2.0
// The API over HTTP. `sedge test` bundles it and the app with the project's esbuild.
import { SELF, clock, createExecutionContext, describe, env, expect, test } from "sedge:test";
import app from "../src/index";
import { parseNote } from "../src/note";

const kJson = { "Content-Type": "application/json" };
const send = (method: string, path: string, body?: unknown, headers: Record<string, string> = kJson) =>
  SELF.fetch(path, { method, headers, body: typeof body === "string" ? body : JSON.stringify(body) });
const create = async (title: string) => (await send("POST", "/notes", { title })).json();

describe("a note", () => {
  test("is created, read, replaced and deleted", async () => {
    const created = await send("POST", "/notes", { title: " Milk ", text: "Two litres", tags: ["shop", "shop"] });
    expect(created.status).toBe(201);
    const note = await created.json();
    expect(note).toEqual({
      id: expect.stringMatching(/^[a-z0-9]{11}-[a-f0-9]{8}$/), title: "Milk", text: "Two litres", tags: ["shop"],
      createdAt: expect.any(String), updatedAt: note.createdAt,
    });
    expect(created.headers.get("Location")).toBe(`/notes/${note.id}`);
    expect(created.headers.get("Cache-Control")).toBe("no-store");

    expect(await (await SELF.fetch(`/notes/${note.id}`)).json()).toEqual(note);
    const replaced = await (await send("PUT", `/notes/${note.id}`, { title: "Oat milk" })).json();
    expect(replaced).toMatchObject({ id: note.id, title: "Oat milk", text: "", tags: [], createdAt: note.createdAt });

    expect((await send("DELETE", `/notes/${note.id}`)).status).toBe(204);
    expect((await SELF.fetch(`/notes/${note.id}`)).status).toBe(404);
    expect((await send("DELETE", `/notes/${note.id}`)).status).toBe(404);
  });

  test("that is not there cannot be replaced", async () => {
    for (const id of ["00000000000-00000000", "x", ".."]) {
      expect((await send("PUT", `/notes/${id}`, { title: "x" })).status).toBe(404);
    }
    expect((await env.NOTES.list()).keys).toEqual([]);
  });
});

describe("the list", () => {
  test("has the youngest first, a page at a time", async () => {
    clock.set("2030-01-01T00:00:00Z");
    for (const title of ["one", "two", "three"]) {
      await create(title);
      await clock.tick(1000);
    }
    const first = await (await SELF.fetch("/notes?limit=2")).json();
    expect(first.notes.map(({ title }: { title: string }) => title)).toEqual(["three", "two"]);
    const second = await (await SELF.fetch(`/notes?limit=2&cursor=${encodeURIComponent(first.cursor)}`)).json();
    expect(second).toEqual({ notes: [{ id: expect.any(String), title: "one", tags: [] }] });
  });

  test.each([["0"], ["1001"], ["x"], ["1.5"]])("has no limit of %s", async (limit) => {
    expect((await SELF.fetch(`/notes?limit=${limit}`)).status).toBe(422);
  });
});

describe("what is refused", () => {
  test.each([["title", {}], ["title", { title: " " }], ["title", { title: "x".repeat(101) }], ["title", { title: 7 }],
    ["text", { title: "x", text: 7 }], ["text", { title: "x", text: "x".repeat(20001) }],
    ["tags", { title: "x", tags: "shop" }], ["tags", { title: "x", tags: ["Shop!"] }], ["the body", []],
    ["the body", null]])("a wrong %s", async (field, body) => {
    const response = await send("POST", "/notes", body);
    expect(response.status).toBe(422);
    expect((await response.json()).error.message).toMatch(new RegExp(`^${field}: allowed is`));
  });

  test("bodies that are no JSON, or too large", async () => {
    expect((await send("POST", "/notes", "{")).status).toBe(400);
    expect((await send("POST", "/notes", { title: "x" }, { "Content-Type": "text/plain" })).status).toBe(415);
    expect((await send("POST", "/notes", { title: "x", more: "x".repeat(70_000) })).status).toBe(413);
  });

  test("other paths", async () => {
    const response = await SELF.fetch("/other");
    expect([response.status, await response.json()])
      .toEqual([404, { error: { status: 404, message: "there is nothing at /other" } }]);
  });
});

test("with a token set, nobody comes in without it", async () => {
  const ask = (headers: Record<string, string>) => app.fetch(new Request("http://localhost/notes", { headers }),
    { ...env, API_TOKEN: "secret" }, createExecutionContext());
  expect((await ask({})).status).toBe(401);
  expect((await ask({ Authorization: "Bearer wrong" })).status).toBe(401);
  expect((await ask({ Authorization: "Bearer secret" })).status).toBe(200);
});

test("all problems are named at once", () => {
  expect(parseNote({ tags: 1 })).toEqual([
    { field: "title", allowed: "a text of 1 to 100 characters" },
    { field: "tags", allowed: "up to 10 of a-z, 0-9 and -, of up to 30 characters" },
  ]);
});
