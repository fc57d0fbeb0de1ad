// SPDX-License-Identifier: Apache-2.0
// ByteLengthQueuingStrategy and CountQueuingStrategy.
import { test, expect } from "sedge:test";

test("ByteLengthQueuingStrategy counts bytes", () => {
  const strategy = new ByteLengthQueuingStrategy({ highWaterMark: 16 });
  expect(strategy.highWaterMark).toBe(16);
  expect(strategy.size(new Uint8Array(5))).toBe(5);
  expect(strategy.size).toBe(new ByteLengthQueuingStrategy({ highWaterMark: 1 }).size);
  let controller;
  new ReadableStream({ start(c) { controller = c; } }, strategy);
  controller.enqueue(new Uint8Array(10));
  expect(controller.desiredSize).toBe(6);
});

test("CountQueuingStrategy counts chunks", () => {
  const strategy = new CountQueuingStrategy({ highWaterMark: 2 });
  expect(strategy.size()).toBe(1);
  let controller;
  new ReadableStream({ start(c) { controller = c; } }, strategy);
  controller.enqueue("anything");
  expect(controller.desiredSize).toBe(1);
});

test("both want a highWaterMark", () => {
  for (const Strategy of [ByteLengthQueuingStrategy, CountQueuingStrategy]) {
    expect(() => new Strategy()).toThrow("1 argument required");
    expect(() => new Strategy({})).toThrow("'highWaterMark'");
    expect(() => Strategy.prototype.size).toThrow("Illegal invocation");
    expect(new Strategy({ highWaterMark: "3" }).highWaterMark).toBe(3);
  }
});
