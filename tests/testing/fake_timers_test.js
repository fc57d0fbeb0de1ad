// SPDX-License-Identifier: Apache-2.0
// The fake timers of vi, jest and node:test.
import { test, describe, expect, vi, jest, beforeEach, afterEach } from "sedge:test";
import { mock } from "node:test";

describe("vi.useFakeTimers", () => {
  beforeEach(() => { vi.useFakeTimers({ now: new Date("2030-01-01T00:00:00Z") }); });
  afterEach(() => { vi.useRealTimers(); });

  test("holds Date until it is moved", () => {
    expect(new Date().toISOString()).toBe("2030-01-01T00:00:00.000Z");
    vi.setSystemTime("2031-02-03T00:00:00Z");
    expect(Date.now()).toBe(Date.parse("2031-02-03T00:00:00Z"));
    expect(vi.getMockedSystemTime()).toEqual(new Date("2031-02-03T00:00:00Z"));
    expect(vi.isFakeTimers()).toBe(true);
    vi.useRealTimers();
    expect(vi.isFakeTimers()).toBe(false);
    expect(Date.now()).toBeLessThan(Date.parse("2031-02-03T00:00:00Z") + 1e12);
  });

  test("advanceTimersByTime runs timers at once, in order, with those that they start", () => {
    const log = [];
    const start = Date.now();
    setTimeout(() => log.push(["late", Date.now() - start]), 100);
    setTimeout(() => {
      log.push(["first", Date.now() - start]);
      setTimeout(() => log.push(["nested", Date.now() - start]), 20);
    }, 10);
    vi.advanceTimersByTime(50);
    expect(log).toEqual([["first", 10], ["nested", 30]]);
    expect(Date.now() - start).toBe(50);
    vi.advanceTimersByTime(50);
    expect(log.at(-1)).toEqual(["late", 100]);
  });

  test("intervals, counts and clearing", () => {
    const f = vi.fn();
    const id = setInterval(f, 10);
    vi.advanceTimersByTime(35);
    expect(f).toHaveBeenCalledTimes(3);
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersToNextTimer();
    expect(f).toHaveBeenCalledTimes(4);
    vi.runOnlyPendingTimers();
    expect(f).toHaveBeenCalledTimes(5);
    clearInterval(id);
    setTimeout(f, 1000);
    vi.clearAllTimers();
    vi.runAllTimers();
    expect(f).toHaveBeenCalledTimes(5);
  });

  test("the waiting forms run promises too", async () => {
    const log = [];
    const step = async () => {
      for (let i = 0; i < 3; ++i) {
        await new Promise((resolve) => setTimeout(resolve, 1000));
        log.push(i);
      }
    };
    const done = step();
    await vi.advanceTimersByTimeAsync(2000);
    expect(log).toEqual([0, 1]);
    await vi.runAllTimersAsync();
    await done;
    expect(log).toEqual([0, 1, 2]);
  });

  test("inside of a timer", async () => {
    const f = vi.fn();
    const done = new Promise((resolve) => setTimeout(() => {
      setTimeout(f, 5);
      vi.advanceTimersByTime(5);
      expect(f).toHaveBeenCalledOnce();
      resolve();
    }, 1));
    await vi.advanceTimersByTimeAsync(1);
    await done;
  });

  test("endless timers are an error", () => {
    const again = () => setTimeout(again, 0);
    again();
    expect(() => vi.runAllTimers()).toThrow("go on starting timers");
    vi.clearAllTimers();
  });
});

test("jest and node:test move the same clock", () => {
  jest.useFakeTimers({ now: 5000 });
  const f = jest.fn();
  setTimeout(f, 10);
  jest.advanceTimersByTime(10);
  expect(f).toHaveBeenCalled();
  jest.useRealTimers();
  mock.timers.enable({ apis: ["setTimeout", "Date"] });
  expect(Date.now()).toBe(0);
  setTimeout(f, 5);
  mock.timers.tick(5);
  expect(f).toHaveBeenCalledTimes(2);
  expect(Date.now()).toBe(5);
  mock.timers.reset();
});

test("the clock goes on after a test", () => {
  expect(vi.isFakeTimers()).toBe(false);
});
