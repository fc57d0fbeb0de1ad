// SPDX-License-Identifier: Apache-2.0
import { test, expect } from "sedge:test";

test("wait resolves after the delay", async () => {
  const start = performance.now();
  expect(await scheduler.wait(10)).toBeUndefined();
  expect(performance.now() - start).toBeGreaterThan(8);
});

test("wait ends when its signal aborts", async () => {
  const controller = new AbortController();
  const waiting = scheduler.wait(60_000, { signal: controller.signal });
  controller.abort(new Error("enough"));
  await expect(waiting).rejects.toThrow("enough");
  await expect(scheduler.wait(1, { signal: AbortSignal.abort() })).rejects.toThrow(DOMException);
});

test("wrong arguments reject", async () => {
  await expect(scheduler.wait()).rejects.toThrow(TypeError);
  await expect(scheduler.wait(1, { signal: 5 })).rejects.toThrow(TypeError);
  await expect(scheduler.wait.call({}, 1)).rejects.toThrow("Illegal invocation");
  expect(() => new Scheduler()).toThrow("Illegal constructor");
});
