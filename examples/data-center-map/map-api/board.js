// SPDX-License-Identifier: Apache-2.0
// The board: both stores joined, in the forms that its readers need.

import { kLedsPerStrand, kStatuses, kStrands } from "../shared/schema.js";
import { listRecords } from "../shared/store.js";

// A dark LED is 0; kStatuses count from 1.
const kLetters = ".ODMX";

function codeOf(status) {
  return kStatuses.indexOf(status) + 1;
}

async function readStores(env) {
  const [centers, leds] =
    await Promise.all([listRecords(env.DATA_CENTERS), listRecords(env.DATA_CENTER_LEDS)]);
  return { centers, leds };
}

// What lights up: [{ strand, led, status }] in the order of the wire. An LED whose data center is gone is
// dark.
export async function readLights(env) {
  const { centers, leds } = await readStores(env);
  const lights = [];
  for (const { dataCenterId, strand, led } of leds.values()) {
    const center = centers.get(dataCenterId);
    if (center !== undefined) lights.push({ strand, led, status: center.status });
  }
  return lights.sort((a, b) => a.strand - b.strand || a.led - b.led);
}

// One byte for each LED of the board, strand by strand.
export async function readFrame(env) {
  const frame = new Uint8Array(kStrands * kLedsPerStrand);
  for (const { strand, led, status } of await readLights(env)) {
    frame[strand * kLedsPerStrand + led] = codeOf(status);
  }
  return frame;
}

// The same for people: a line for each strand.
export async function readText(env) {
  const frame = await readFrame(env);
  let text = "";
  for (let strand = 0; strand < kStrands; ++strand) {
    for (let led = 0; led < kLedsPerStrand; ++led) text += kLetters[frame[strand * kLedsPerStrand + led]];
    text += "\n";
  }
  return text;
}

// What the page draws: every data center with its place on the board, null for one without.
export async function readPage(env) {
  const { centers, leds } = await readStores(env);
  const places = new Map();
  for (const { dataCenterId, strand, led } of leds.values()) places.set(dataCenterId, { strand, led });
  const none = { strand: null, led: null };
  return Array.from(centers, ([id, record]) => ({ id, ...record, ...(places.get(id) ?? none) }));
}
