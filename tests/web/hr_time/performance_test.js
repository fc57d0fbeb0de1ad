// SPDX-License-Identifier: Apache-2.0
import { test, describe, expect, beforeEach } from "sedge:test";

beforeEach(() => {
  performance.clearMarks();
  performance.clearMeasures();
});

test("now is the wall clock, since the time origin is 0", () => {
  expect(performance.timeOrigin).toBe(0);
  const before = Date.now();
  const now = performance.now();
  expect(now).toBeGreaterThan(before - 2);
  expect(now).toBeLessThan(Date.now() + 2);
  expect(performance.toJSON()).toEqual({ timeOrigin: 0 });
});

test("is the only Performance", () => {
  expect(performance).toBeInstanceOf(EventTarget);
  expect(() => new Performance()).toThrow("Illegal constructor");
  expect(() => Performance.prototype.now.call({})).toThrow("Illegal invocation");
  expect(() => new PerformanceEntry()).toThrow("Illegal constructor");
  expect(() => new PerformanceMeasure()).toThrow("Illegal constructor");
});

describe("mark", () => {
  test("adds an entry with a copy of its detail", () => {
    const detail = { a: [1] };
    const mark = performance.mark("m", { detail, startTime: 5 });
    expect(mark).toBeInstanceOf(PerformanceMark);
    expect([mark.name, mark.entryType, mark.startTime, mark.duration]).toEqual(["m", "mark", 5, 0]);
    expect(mark.detail).toEqual(detail);
    expect(mark.detail).not.toBe(detail);
    expect(performance.getEntriesByName("m")).toEqual([mark]);
    expect(performance.mark("plain").detail).toBeNull();
    const { id } = mark;
    expect(mark.toJSON()).toEqual(
      { id, name: "m", entryType: "mark", startTime: 5, duration: 0, navigationId: 0, detail });
    expect(() => PerformanceEntry.prototype.toJSON.call({})).toThrow("Illegal invocation");
  });

  test("checks its arguments", () => {
    expect(() => performance.mark()).toThrow(TypeError);
    expect(() => performance.mark("x", { startTime: -1 })).toThrow("negative");
    expect(() => performance.mark("x", { detail: () => {} })).toThrow(DOMException);
    expect(performance.getEntries()).toHaveLength(0);
  });

  test("the constructor adds nothing to the timeline", () => {
    expect(new PerformanceMark("x", { startTime: 1 }).startTime).toBe(1);
    expect(performance.getEntries()).toHaveLength(0);
  });
});

describe("measure", () => {
  test("between marks; the newest of a name counts", () => {
    performance.mark("a", { startTime: 1 });
    performance.mark("a", { startTime: 10 });
    performance.mark("b", { startTime: 25 });
    const measure = performance.measure("m", "a", "b");
    expect([measure.startTime, measure.duration, measure.entryType]).toEqual([10, 15, "measure"]);
    expect(performance.measure("from", "b").duration).toBeGreaterThan(0);
    expect(performance.measure("all").startTime).toBe(0);
  });

  test("with options", () => {
    performance.mark("a", { startTime: 10 });
    expect(performance.measure("x", { start: "a", duration: 5 }).duration).toBe(5);
    const ended = performance.measure("x", { end: 30, duration: 5, detail: { d: 1 } });
    expect([ended.startTime, ended.duration, ended.detail.d]).toEqual([25, 5, 1]);
    expect(performance.measure("x", { start: 3, end: "a" }).duration).toBe(7);
  });

  test("checks its arguments", () => {
    expect(() => performance.measure("x", "none")).toThrow("no mark 'none'");
    expect(() => performance.measure("x", { detail: 1 })).toThrow(TypeError);
    expect(() => performance.measure("x", { start: 1, end: 2, duration: 1 })).toThrow(TypeError);
    expect(() => performance.measure("x", { start: 1 }, "b")).toThrow(TypeError);
    expect(() => performance.measure("x", { start: -1, end: 2 })).toThrow(TypeError);
  });
});

describe("the timeline", () => {
  test("is in the order of start times", () => {
    performance.mark("late", { startTime: 20 });
    performance.mark("early", { startTime: 5 });
    performance.measure("first", { start: 1, end: 2 });
    expect(performance.getEntries().map((entry) => entry.name)).toEqual(["first", "early", "late"]);
    expect(performance.getEntriesByType("mark").map((entry) => entry.name)).toEqual(["early", "late"]);
    expect(performance.getEntriesByName("early", "measure")).toEqual([]);
  });

  test("is cleared by name or altogether", () => {
    performance.mark("a");
    performance.mark("b");
    performance.measure("a", { start: 1, end: 2 });
    performance.clearMarks("a");
    expect(performance.getEntries().map((entry) => `${entry.entryType} ${entry.name}`)).toEqual(
      ["measure a", "mark b"]);
    performance.clearMeasures();
    performance.clearMarks();
    expect(performance.getEntries()).toEqual([]);
  });
});
