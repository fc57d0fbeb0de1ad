// SPDX-License-Identifier: Apache-2.0
// The Data Center Map API: the page at /, what it draws at /board, what the board's microcontroller reads at
// /map, and the LEDs themselves at /leds over the namespace DATA_CENTER_LEDS.

import { Collection } from "../shared/collection.js";
import { HttpError, answer, dispatch, jsonRepresentation, representation } from "../shared/http.js";
import { kLed, refuse } from "../shared/schema.js";
import { listRecords, readRecord } from "../shared/store.js";
import { readFrame, readLights, readPage, readText } from "./board.js";
import page from "./index.html";
import land from "./land.txt";

const kPage = page.replace("%LAND%", () => land);
const kPageHeaders = {
  "Content-Security-Policy":
    "default-src 'none'; connect-src 'self'; img-src data:; script-src 'unsafe-inline'; " +
    "style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
};
const kNoSniff = { "X-Content-Type-Options": "nosniff" };

// What GET answers, by path.
const kResources = {
  "/": (request) => representation(request, kPage, "text/html; charset=utf-8", kPageHeaders),
  "/board": async (request, env) => jsonRepresentation(request, await readPage(env)),
  "/map": async (request, env) => jsonRepresentation(request, await readLights(env)),
  "/map.bin": async (request, env) =>
    representation(request, await readFrame(env), "application/octet-stream", kNoSniff),
  "/map.txt": async (request, env) =>
    representation(request, await readText(env), "text/plain; charset=utf-8", kNoSniff),
};

const kLedsPath = /^\/leds((?:\/[^/]+)?)$/;

async function checkDataCenters(env, leds) {
  const ids = Array.from(leds.values(), (led) => led.dataCenterId);
  let exists;
  if (ids.length === 1) {
    const found = await readRecord(env.DATA_CENTERS, ids[0]) !== null;
    exists = () => found;
  } else {
    const centers = await listRecords(env.DATA_CENTERS);
    exists = (id) => centers.has(id);
  }
  const problems = [];
  ids.forEach((id, item) => {
    if (exists(id)) return;
    const problem = { field: "dataCenterId", allowed: "the id of a data center", got: JSON.stringify(id) };
    problems.push(ids.length === 1 ? problem : { item, ...problem });
  });
  if (problems.length > 0) refuse(422, kLed, problems);
}

export default {
  fetch(request, env) {
    return answer(request, () => {
      const { pathname } = new URL(request.url);
      if (Object.hasOwn(kResources, pathname)) {
        return dispatch(request, { GET: () => kResources[pathname](request, env) });
      }
      const match = kLedsPath.exec(pathname);
      if (match === null) {
        throw new HttpError(404, `there is nothing at ${pathname}; there are ` +
          `${Object.keys(kResources).join(", ")}, /leds and /data-centers`);
      }
      const checkReferences = (records) => checkDataCenters(env, records);
      const collection = new Collection(request,
        { kv: env.DATA_CENTER_LEDS, schema: kLed, path: "/leds", checkReferences });
      return collection.respond(match[1]);
    });
  },
};
