// SPDX-License-Identifier: Apache-2.0
// The collection of data centers over HTTP, on the seed data of the board.
import { SELF, beforeEach, describe, env, expect, seed, test } from "sedge:test";

const kJson = { "Content-Type": "application/json" };
const kTurin = { city: "Turin", iata: "TRN", latitude: 45.2, longitude: 7.65, status: "operational" };

beforeEach(() => seed("DATA_CENTERS", "../seed/data-centers.json"));

const get = (path, headers = {}) => SELF.fetch(`/data-centers${path}`, { headers });
const send = (method, path, body, headers = kJson) =>
  SELF.fetch(`/data-centers${path}`, { method, headers, body: typeof body === "string" ? body : JSON.stringify(body) });

describe("reading", () => {
  test("all, in the order of their ids", async () => {
    const all = await (await get("")).json();
    expect(all).toHaveLength(254);
    const ids = all.map(({ id }) => id);
    expect(ids).toEqual([...ids].sort());
  });

  test("one", async () => {
    const response = await get("/AMS");
    expect(response.headers.get("Content-Type")).toBe("application/json");
    expect(await response.json()).toEqual({
      id: "AMS", city: "Amsterdam", iata: "AMS", latitude: 52.31, longitude: 4.76, status: "operational",
    });
  });

  test("what is not there", async () => {
    const ids = ["XXX", "a%20b", "%ff"];
    const statuses = await Promise.all(ids.map(async (id) => (await get(`/${id}`)).status));
    expect(statuses).toEqual([404, 404, 400]);
    expect((await (await get("/XXX")).json()).error.message).toContain('"XXX"');
  });

  test("again, only if it changed", async () => {
    const tag = (await get("/AMS")).headers.get("ETag");
    const again = await get("/AMS", { "If-None-Match": tag });
    expect([again.status, await again.text()]).toEqual([304, ""]);
    await send("PATCH", "/AMS", { status: "outage" });
    expect((await get("/AMS", { "If-None-Match": tag })).status).toBe(200);
  });

  test("from pages of other origins", async () => {
    expect((await get("/AMS")).headers.get("Access-Control-Allow-Origin")).toBe("*");
    const preflight = await SELF.fetch("/data-centers", { method: "OPTIONS" });
    expect([preflight.status, preflight.headers.get("Access-Control-Allow-Methods")]).toEqual([204, "GET, HEAD"]);
  });
});

describe("writing", () => {
  test("a new one", async () => {
    const created = await send("POST", "", kTurin);
    expect([created.status, created.headers.get("Location")]).toEqual([201, "/data-centers/TRN"]);
    expect(await (await get("/TRN")).json()).toEqual({ id: "TRN", ...kTurin });
    expect((await send("POST", "", kTurin)).status).toBe(409);
  });

  test("a field, a whole one, and none any more", async () => {
    expect(await (await send("PATCH", "/AMS", { status: "degraded" })).json()).toMatchObject({ status: "degraded" });
    expect((await send("PUT", "/AMS", kTurin)).status).toBe(200);
    expect((await SELF.fetch("/data-centers/AMS", { method: "DELETE" })).status).toBe(204);
    expect((await get("/AMS")).status).toBe(404);
  });

  test("only what one has seen", async () => {
    const tag = (await get("/AMS")).headers.get("ETag");
    const headers = { ...kJson, "If-Match": tag };
    expect((await send("PATCH", "/AMS", { status: "outage" }, headers)).status).toBe(200);
    expect((await send("PATCH", "/AMS", { status: "degraded" }, headers)).status).toBe(412);
  });

  test("many at once", async () => {
    const counts = await (await send("POST", "", [{ id: "TRN", ...kTurin }, { id: "AMS", ...kTurin }])).json();
    expect(counts).toEqual({ created: 1, replaced: 1, unchanged: 0, deleted: 0 });
    const whole = await (await send("PUT", "", [{ id: "TRN", ...kTurin }])).json();
    expect(whole).toEqual({ created: 0, replaced: 0, unchanged: 1, deleted: 254 });
    expect((await env.DATA_CENTERS.list()).keys.map(({ name }) => name)).toEqual(["TRN"]);
  });
});

describe("what is refused", () => {
  test.each([["latitude", 91], ["longitude", -181], ["city", ""], ["iata", "AMSX"], ["status", "fine"], ["more", 1]])(
    "a wrong %s", async (field, value) => {
      const response = await send("POST", "", { ...kTurin, [field]: value });
      expect(response.status).toBe(422);
      expect((await response.json()).error.problems[0].field).toBe(field);
    });

  test("what is no JSON, or too large", async () => {
    expect((await send("POST", "", "{")).status).toBe(400);
    expect((await send("POST", "", kTurin, { "Content-Type": "text/plain" })).status).toBe(415);
    expect((await send("PUT", "/TRN", { ...kTurin, city: "x".repeat(20_000) })).status).toBe(413);
  });

  test("other methods", async () => {
    const response = await send("DELETE", "", "");
    expect([response.status, response.headers.get("Allow")]).toEqual([405, "GET, HEAD, POST, PUT, OPTIONS"]);
  });
});
