// SPDX-License-Identifier: Apache-2.0
// The model against values that were worked out by hand: the sum of the leaves, put through the logistic function.
import { afterEach, beforeEach, clock, describe, env, expect, mock, seed, test } from "sedge:test";
import { kFeatures } from "./features.js";
import { Model, loadModel } from "./model.js";
import modelOfFolder from "./model.json";

afterEach(() => mock.restoreAll());

const kNames = ["a", "b"];
const leaf = (nodeid, weight) => ({ nodeid, leaf: weight });
const split = (name, condition, missing, yes, no, nodeid = 0) => ({
  nodeid, split: name, split_condition: condition, yes: yes.nodeid, no: no.nodeid, missing, children: [yes, no],
});
const modelOf = (trees, changes = {}) =>
  new Model(JSON.stringify({ version: 1, base_score: 0.5, threshold: 0.5, trees, ...changes }), kNames);
// The margin that gives a probability.
const logit = (p) => Math.log(p / (1 - p));

describe("a tree", () => {
  const model = modelOf([split("a", 1.5, 1, leaf(1, 0.5), leaf(2, -0.25))]);

  test.each([["below the limit", 1, 0.5, 0.6224593312018546], ["above it", 2, -0.25, 0.43782349911420193],
    ["at it, which is not below", 1.5, -0.25, 0.43782349911420193], ["missing", NaN, 0.5, 0.6224593312018546],
    ["minus infinity", -Infinity, 0.5, 0.6224593312018546]])("%s", (_, value, margin, probability) => {
    expect(model.evaluate([value, 0])).toBeCloseTo(probability, 12);
    expect(logit(model.evaluate([value, 0]))).toBeCloseTo(margin, 12);
  });

  test("may send what is missing either way", () => {
    expect(logit(modelOf([split("b", 1, 2, leaf(1, 1), leaf(2, -1))]).evaluate([0, NaN]))).toBeCloseTo(-1, 12);
  });

  test("may be a leaf alone", () => {
    expect(logit(modelOf([leaf(0, 2)]).evaluate([NaN, NaN]))).toBeCloseTo(2, 12);
  });

  test("may have its children in any order", () => {
    const tree = split("a", 0, 5, leaf(5, 1), leaf(9, 2));
    tree.children.reverse();
    expect(logit(modelOf([tree]).evaluate([-1, 0]))).toBeCloseTo(1, 12);
  });

  test("compares as the 32-bit floats of the training", () => {
    // As a double, 0.1 is below the float of 0.1, 0.10000000149.
    expect(logit(modelOf([split("a", 0.10000000149011612, 1, leaf(1, 1), leaf(2, 2))]).evaluate([0.1, 0])))
      .toBeCloseTo(2, 12);
  });
});

test("the leaves of all trees and the base are added", () => {
  // ln(0.2 / 0.8) = -1.3862943611; with 0.5, 0.3 and -0.1 that is -0.6862943611.
  const inner = split("b", 10, 4, leaf(3, 0.3), leaf(4, 7), 2);
  const model = modelOf([leaf(0, 0.5), split("a", 1, 1, leaf(1, 9), inner), leaf(0, -0.1)], { base_score: 0.2 });
  expect(logit(model.evaluate([1, 9]))).toBeCloseTo(-0.6862943611, 9);
  expect(model.evaluate([1, 9])).toBeCloseTo(0.3348579174, 9);
});

test("large margins are sure, not broken", () => {
  expect(modelOf([leaf(0, 800)]).evaluate([0, 0])).toBe(1);
  expect(modelOf([leaf(0, -800)]).evaluate([0, 0])).toBe(0);
});

describe("the model of this folder", () => {
  beforeEach(() => seed("MODEL", [{ key: "model", value: modelOfFolder }]));

  // Margins: -2.1972245773 for the base, then the leaves of the six trees.
  test.each([
    ["nothing is known: -0.6 -0.3 -0.4 +1.1 +0 +0", {}, 0.0833845813],
    ["a browser: -0.6 -0.3 -0.4 -0.5 -0.4 +0", { ip_failures: 0, email_failures: 0, ip_emails: 1, user_agent_length: 80,
      accepts_language: 1, country_changed: 0 }, 0.0121617333],
    ["the worst: +2.5 +2.8 +3 +1.1 +0.9 +1.8", { ip_failures: 50, email_failures: 9, email_ips: 12, ip_emails: 30,
      accepts_language: 0, country_changed: 1, bot_score: 2 }, 0.9999499669],
    ["five failures with curl: +1.2 +0.8 -0.4 +0.7 +0 +0", { ip_failures: 5, email_failures: 5, email_ips: 1,
      ip_emails: 1, user_agent_length: 10, accepts_language: 0 }, 0.5256712630],
  ])("%s", async (_, known, probability) => {
    const model = await loadModel(env.MODEL, kFeatures);
    expect(model.threshold).toBe(0.5);
    expect(model.evaluate(kFeatures.map((name) => known[name] ?? NaN))).toBeCloseTo(probability, 9);
  });
});

describe("what is no model", () => {
  const good = () => split("a", 1, 1, leaf(1, 0), leaf(2, 0));
  test.each([
    ["{", /not JSON/], ["7", /not an object/], ["{}", /version is undefined; allowed is 1/],
    [{ base_score: 0 }, /base_score is 0; allowed is a number between 0 and 1/], [{ base_score: "0.5" }, /base_score/],
    [{ threshold: 1 }, /threshold is 1/], [{ trees: [] }, /1 to 500 trees/], [{ trees: {} }, /1 to 500 trees/],
    [{ trees: [null] }, /trees\[0\] is not an object/], [{ trees: [{ nodeid: 0, leaf: "1" }] }, /trees\[0\]\.leaf/],
    [{ trees: [good(), { ...good(), split: "c" }] }, /trees\[1\]\.split is "c"; the features are a, b/],
    [{ trees: [{ ...good(), split_condition: null }] }, /split_condition is null/],
    [{ trees: [{ ...good(), children: undefined }] }, /trees\[0\]\.yes is not the nodeid of one of its children/],
    [{ trees: [{ ...good(), missing: 3 }] }, /trees\[0\]\.missing/],
    [{ trees: [{ ...good(), children: [leaf(1, 0), 7] }] }, /trees\[0\]\.children\[1\] is not an object/],
    [{ trees: Array.from({ length: 501 }, () => leaf(0, 0)) }, /1 to 500 trees/],
  ])("is refused: %j", (changes, message) => {
    const whole = { version: 1, base_score: 0.5, threshold: 0.5, trees: [good()] };
    const json = typeof changes === "string" ? changes : JSON.stringify({ ...whole, ...changes });
    expect(() => new Model(json, kNames)).toThrow(message);
  });

  test("is what is too deep or too large", () => {
    let deep = leaf(1, 0);
    for (let i = 0; i < 40; ++i) deep = split("a", 1, 1, deep, leaf(2, 0), 1);
    expect(() => modelOf([deep])).toThrow(/deeper than 32/);
    let wide = leaf(1, 0);
    for (let i = 0; i < 15; ++i) wide = split("a", 1, 1, wide, { ...wide, nodeid: 2 }, 1);
    expect(() => modelOf([wide])).toThrow(/more than 20000 nodes/);
  });
});

describe("the model in KV", () => {
  const text = (weight) => JSON.stringify({ version: 1, base_score: 0.5, threshold: 0.5, trees: [leaf(0, weight)] });
  const marginNow = async () => {
    const model = await loadModel(env.MODEL, kNames);
    return model === null ? null : Math.round(logit(model.evaluate([])));
  };

  test("is read again each minute, and a broken one changes nothing", async () => {
    mock.method(console, "error", () => {});
    await clock.tick(120_000);
    await env.MODEL.put("model", text(1));
    expect(await marginNow()).toBe(1);
    await env.MODEL.put("model", text(2));
    expect(await marginNow()).toBe(1);
    await clock.tick(61_000);
    expect(await marginNow()).toBe(2);
    await env.MODEL.put("model", "{");
    await clock.tick(61_000);
    expect(await marginNow()).toBe(2);
    await env.MODEL.put("model", text(3));
    await clock.tick(61_000);
    expect(await marginNow()).toBe(3);
    await env.MODEL.delete("model");
    await clock.tick(61_000);
    expect(await marginNow()).toBeNull();
  });
});
