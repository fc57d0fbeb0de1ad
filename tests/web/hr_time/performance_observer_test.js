// SPDX-License-Identifier: Apache-2.0
import { test, describe, expect, afterEach } from "sedge:test";

const turn = () => new Promise((resolve) => setTimeout(resolve, 1));
const names = (list) => list.map((entry) => entry.name);

afterEach(() => {
  performance.clearMarks();
  performance.clearMeasures();
});

// An observer that keeps what it is told.
function watch(options) {
  const calls = [];
  const observer = new PerformanceObserver(function (list, self, more) {
    calls.push({ list, isSelf: self === observer && this === observer, more });
  });
  observer.observe(options);
  return { observer, calls };
}

describe("PerformanceObserver", () => {
  test("is told of marks and measures, in a task of its own", async () => {
    const { observer, calls } = watch({ entryTypes: ["mark", "measure", "nothing"] });
    performance.mark("b", { startTime: 2 });
    performance.mark("a", { startTime: 1 });
    performance.measure("m", "a");
    expect(calls).toHaveLength(0);
    await Promise.resolve();
    expect(calls).toHaveLength(0);
    await turn();
    observer.disconnect();
    const [{ list, isSelf, more }] = calls;
    expect(isSelf).toBe(true);
    expect(more).toEqual({ droppedEntriesCount: 0 });
    expect(names(list.getEntries())).toEqual(["a", "m", "b"]);
    expect(names(list.getEntriesByType("mark"))).toEqual(["a", "b"]);
    expect(list.getEntriesByName("m")).toEqual(performance.getEntriesByType("measure"));
    expect(list.getEntriesByName("m", "mark")).toEqual([]);
  });

  test("observes one type after the other", async () => {
    const { observer, calls } = watch({ type: "mark" });
    observer.observe({ type: "measure" });
    observer.observe({ type: "nothing" });
    performance.mark("a");
    performance.measure("m");
    await turn();
    performance.mark("b");
    await turn();
    observer.disconnect();
    expect(calls.map((call) => names(call.list.getEntries()).sort())).toEqual([["a", "m"], ["b"]]);
    expect(calls[1].more).toEqual({});
  });

  test("buffered: what there was before", async () => {
    performance.mark("early");
    const late = watch({ type: "mark" });
    const early = watch({ type: "mark", buffered: true });
    await turn();
    late.observer.disconnect();
    early.observer.disconnect();
    expect(late.calls).toHaveLength(0);
    expect(names(early.calls[0].list.getEntries())).toEqual(["early"]);
  });

  test("takeRecords and disconnect", async () => {
    const { observer, calls } = watch({ entryTypes: ["mark"] });
    performance.mark("a");
    expect(names(observer.takeRecords())).toEqual(["a"]);
    expect(observer.takeRecords()).toEqual([]);
    performance.mark("b");
    observer.disconnect();
    performance.mark("c");
    await turn();
    expect(calls).toHaveLength(0);
    expect(observer.takeRecords()).toEqual([]);
  });

  test("an exception of a callback is reported, and the others are called", async () => {
    const errors = [];
    const listener = (event) => { errors.push(event.error.message); event.preventDefault(); };
    addEventListener("error", listener);
    const bad = new PerformanceObserver(() => { throw new Error("bad observer"); });
    bad.observe({ type: "mark" });
    const { observer, calls } = watch({ type: "mark" });
    performance.mark("a");
    await turn();
    bad.disconnect();
    observer.disconnect();
    removeEventListener("error", listener);
    expect(errors).toEqual(["bad observer"]);
    expect(calls).toHaveLength(1);
  });

  test("checks its options", () => {
    const observer = new PerformanceObserver(() => {});
    expect(() => observer.observe()).toThrow("neither 'entryTypes' nor 'type'");
    expect(() => observer.observe({ type: "mark", entryTypes: ["mark"] })).toThrow(TypeError);
    expect(() => observer.observe({ entryTypes: ["mark"], buffered: true })).toThrow(TypeError);
    observer.observe({ type: "mark" });
    let error;
    try {
      observer.observe({ entryTypes: ["mark"] });
    } catch (thrown) {
      error = thrown;
    }
    expect(error.name).toBe("InvalidModificationError");
    observer.disconnect();
    expect(() => new PerformanceObserver()).toThrow("1 argument required");
    expect(() => new PerformanceObserver({})).toThrow("is not a function");
    expect(() => PerformanceObserver.prototype.takeRecords.call({})).toThrow("Illegal invocation");
    expect(() => new PerformanceObserverEntryList()).toThrow("Illegal constructor");
  });

  test("says what it supports", () => {
    expect(PerformanceObserver.supportedEntryTypes).toEqual(["mark", "measure"]);
    expect(PerformanceObserver.supportedEntryTypes).toBe(PerformanceObserver.supportedEntryTypes);
    expect(Object.isFrozen(PerformanceObserver.supportedEntryTypes)).toBe(true);
  });
});

describe("the timeline", () => {
  test("numbers its entries", () => {
    const first = performance.mark("a");
    const second = performance.mark("b");
    expect(first.id).toBeGreaterThan(0);
    expect(second.id).toBeGreaterThan(first.id);
    expect(new PerformanceMark("c").id).toBe(0);
    expect(first.navigationId).toBe(0);
    expect(JSON.parse(JSON.stringify(first)).id).toBe(first.id);
  });

  test("keeps 10,000 entries, and lets the oldest go", async () => {
    performance.mark("first", { startTime: 1e15 });
    performance.measure("span", { start: 1, end: 2 });
    for (let i = 2; i < 10_000; ++i) performance.mark("many", { startTime: i });
    expect(performance.getEntries()).toHaveLength(10_000);
    performance.mark("last", { startTime: 0 }); // the newest, though it sorts before all the others
    expect(performance.getEntries()).toHaveLength(9001);
    expect(performance.getEntriesByName("first")).toEqual([]);
    expect(performance.getEntriesByName("span")).toEqual([]);
    expect(performance.getEntriesByName("many")[0].startTime).toBe(1000);
    const { startTime, duration } = performance.measure("m", "last", "many");
    expect([startTime, duration]).toEqual([0, 9999]);
    const { observer, calls } = watch({ entryTypes: ["mark"] });
    performance.mark("seen");
    await turn();
    observer.disconnect();
    expect(calls[0].more).toEqual({ droppedEntriesCount: 999 });
  });

  test("finds the newest mark of a name after any number of them", () => {
    for (let i = 0; i < 25_000; ++i) {
      const { startTime } = performance.mark("again", { startTime: i });
      if (i % 500 === 0) expect(performance.measure("m", "again").startTime).toBe(startTime);
    }
    expect(performance.getEntries().length).toBeLessThan(10_001);
  });

  test("has no moments of a page", () => {
    performance.mark("navigationStart");
    expect(() => performance.measure("m", "navigationStart")).toThrow(TypeError);
  });
});
