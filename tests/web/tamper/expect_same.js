// SPDX-License-Identifier: Apache-2.0
// Runs every exercise while a vandal has its way, and once more when its damage is mended. Then again: builtins
// that are evaluated late came after the vandal the first time, and before it the second.
import { env, expect } from "sedge:test";
import { exercises as ofCrypto } from "./crypto.js";
import { exercises as ofFetch } from "./fetch.js";
import { exercises as ofLate } from "./late.js";
import { exercisesOf } from "./platform.js";
import { exercises as ofStreams } from "./streams.js";
import { run } from "./support.js";

const all = [...ofFetch, ...ofStreams, ...ofCrypto, ...ofLate, ...exercisesOf(env.KV)];

async function expectSameOnce(vandal) {
  const results = [];
  for (let i = 0; i < all.length; ++i) results[i] = undefined;
  const mend = vandal();
  try {
    for (let i = 0; i < all.length; ++i) results[i] = await run(all[i][1]);
  } finally {
    mend();
  }
  const told = (list) => Object.fromEntries(list.map((result, i) => [all[i][0], result]));
  const wrong = all.map(([name], i) => [name, i]).filter(([, i]) => results[i] !== all[i][2]);
  const expected = Object.fromEntries(wrong.map(([name, i]) => [name, all[i][2]]));
  expect(Object.fromEntries(wrong.map(([name, i]) => [name, results[i]]))).toEqual(expected);
  const after = [];
  for (const [, fn] of all) after.push(await run(fn));
  expect(told(after)).toEqual(told(all.map((exercise) => exercise[2])));
}

export async function expectSame(vandal) {
  await expectSameOnce(vandal);
  await expectSameOnce(vandal);
}
