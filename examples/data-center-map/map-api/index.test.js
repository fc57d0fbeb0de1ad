// SPDX-License-Identifier: Apache-2.0
// What the microcontroller and the page see of the board: small boards that the tests make, and the seed data.
import { SELF, describe, env, expect, seed, test } from "sedge:test";

const kJson = { "Content-Type": "application/json" };
const put = (namespace, id, record) => namespace.put(id, JSON.stringify(record), { metadata: record });
const addCenter = (id, status) =>
  put(env.DATA_CENTERS, id, { city: id, iata: id, latitude: 0, longitude: 0, status });
const addLed = (strand, led, dataCenterId) =>
  put(env.DATA_CENTER_LEDS, `${strand}-${led}`, { dataCenterId, strand, led });
const json = async (path) => (await SELF.fetch(path)).json();

describe("the map", () => {
  test("is dark without data", async () => {
    expect(await json("/map")).toEqual([]);
    expect(new Uint8Array(await (await SELF.fetch("/map.bin")).arrayBuffer())).toEqual(new Uint8Array(512));
  });

  test("has what lights up, in the order of the wire", async () => {
    await addCenter("AMS", "operational");
    await addCenter("BER", "outage");
    await addLed(1, 2, "AMS");
    await addLed(0, 63, "BER");
    await addLed(0, 7, "GONE");
    expect(await json("/map")).toEqual([
      { strand: 0, led: 63, status: "outage" }, { strand: 1, led: 2, status: "operational" },
    ]);
    const bytes = new Uint8Array(await (await SELF.fetch("/map.bin")).arrayBuffer());
    expect([bytes.length, bytes[63], bytes[64 + 2], bytes[7]]).toEqual([512, 4, 1, 0]);
    expect((await (await SELF.fetch("/map.txt")).text()).split("\n")[0]).toMatch(/X$/);
  });

  test("is answered with a 304 when nothing changed", async () => {
    await addCenter("AMS", "operational");
    await addLed(1, 2, "AMS");
    const tag = (await SELF.fetch("/map.bin")).headers.get("ETag");
    const ask = async () => (await SELF.fetch("/map.bin", { headers: { "If-None-Match": tag } })).status;
    expect(await ask()).toBe(304);
    // The board does not show a city's name.
    const renamed = { city: "other", iata: "AMS", latitude: 0, longitude: 0, status: "operational" };
    await put(env.DATA_CENTERS, "AMS", renamed);
    expect(await ask()).toBe(304);
    await addCenter("AMS", "maintenance");
    expect(await ask()).toBe(200);
  });
});

describe("the seed data", () => {
  test("lights the board up", async () => {
    expect(await seed("DATA_CENTERS", "../seed/data-centers.json")).toBe(254);
    expect(await seed("DATA_CENTER_LEDS", "../seed/leds.json")).toBe(254);
    const lights = await json("/map");
    expect(lights).toHaveLength(254);
    const board = await json("/board");
    expect(board.find(({ id }) => id === "AMS")).toMatchObject({ city: "Amsterdam", strand: expect.any(Number) });
  });

  test("of one test is not there in the next", async () => {
    expect(await json("/map")).toEqual([]);
  });
});

describe("LEDs", () => {
  const post = (record) =>
    SELF.fetch("/leds", { method: "POST", headers: kJson, body: JSON.stringify(record) });

  test("belong to a data center that exists", async () => {
    const led = { dataCenterId: "AMS", strand: 4, led: 63 };
    expect((await post(led)).status).toBe(422);
    await addCenter("AMS", "operational");
    const created = await post(led);
    expect([created.status, created.headers.get("Location")]).toEqual([201, "/leds/4-63"]);
    expect(await json("/leds/4-63")).toEqual({ id: "4-63", ...led });
  });

  test("have a place of their own", async () => {
    await addCenter("AMS", "operational");
    await addCenter("BER", "operational");
    await addLed(4, 63, "AMS");
    expect((await post({ id: "other", dataCenterId: "BER", strand: 4, led: 63 })).status).toBe(409);
    expect((await post({ dataCenterId: "AMS", strand: 0, led: 0 })).status).toBe(409);
    expect((await post({ dataCenterId: "BER", strand: 8, led: 0 })).status).toBe(422);
  });
});

test("the page is there, and what is not says what is", async () => {
  const page = await SELF.fetch("/");
  expect(page.headers.get("Content-Type")).toMatch(/^text\/html/);
  expect(await page.text()).toContain("<!doctype html>");
  const missing = await SELF.fetch("/missing");
  expect([missing.status, (await missing.json()).error.message]).toEqual([404, expect.stringContaining("/map")]);
});
