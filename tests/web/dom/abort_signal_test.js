// SPDX-License-Identifier: Apache-2.0
// AbortController and AbortSignal.
import { test, describe, expect } from "sedge:test";

describe("AbortController", () => {
  test("aborts its signal once", () => {
    const controller = new AbortController();
    const { signal } = controller;
    expect(controller.signal).toBe(signal);
    const events = [];
    signal.addEventListener("abort", (event) => events.push(event.isTrusted, event.target === signal));
    expect([signal.aborted, signal.reason]).toEqual([false, undefined]);
    controller.abort("first");
    controller.abort("second");
    expect([signal.aborted, signal.reason]).toEqual([true, "first"]);
    expect(events).toEqual([true, true]);
  });

  test("the default reason is an AbortError", () => {
    const controller = new AbortController();
    controller.abort();
    expect(controller.signal.reason).toBeInstanceOf(DOMException);
    expect(controller.signal.reason.name).toBe("AbortError");
    expect(() => controller.signal.throwIfAborted()).toThrow(DOMException);
  });

  test("null is a reason", () => {
    const controller = new AbortController();
    controller.abort(null);
    expect(controller.signal.aborted).toBe(true);
    expect(controller.signal.reason).toBeNull();
  });
});

describe("AbortSignal", () => {
  test("throwIfAborted throws the reason itself", () => {
    const reason = { why: 1 };
    const signal = AbortSignal.abort(reason);
    let thrown;
    try { signal.throwIfAborted(); } catch (error) { thrown = error; }
    expect(thrown).toBe(reason);
    expect(new AbortController().signal.throwIfAborted()).toBeUndefined();
  });

  test("timeout aborts with a TimeoutError", async () => {
    const signal = AbortSignal.timeout(1);
    expect(signal.aborted).toBe(false);
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    expect(signal.reason.name).toBe("TimeoutError");
    expect(signal.reason.code).toBe(DOMException.TIMEOUT_ERR);
    const atOnce = AbortSignal.timeout(0);
    expect(atOnce.aborted).toBe(false);
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(atOnce.aborted).toBe(true);
  });

  // Long timeouts have a timer only while somebody waits.
  test("a long timeout tells who waits, who has waited, and who only asks", async () => {
    const delay = 1050;
    const asked = AbortSignal.timeout(delay);
    const dependent = AbortSignal.any([AbortSignal.timeout(delay), new AbortController().signal]);
    const once = AbortSignal.timeout(delay);
    const listener = () => { throw new Error("removed"); };
    once.addEventListener("abort", listener);
    once.removeEventListener("abort", listener);
    const waited = AbortSignal.timeout(delay);
    const order = [];
    waited.onabort = () => order.push("waited", waited.aborted);
    const waitedFor = AbortSignal.any([AbortSignal.timeout(delay)]);
    waitedFor.addEventListener("abort", () => order.push("dependent", waitedFor.reason.name));
    expect([asked, dependent, once, waited, waitedFor].map((signal) => signal.aborted)).toEqual(Array(5).fill(false));
    await new Promise((resolve) => setTimeout(resolve, delay + 10));
    expect(order).toEqual(["waited", true, "dependent", "TimeoutError"]);
    expect([asked, dependent, once].map((signal) => signal.reason?.name)).toEqual(Array(3).fill("TimeoutError"));
    expect(() => asked.throwIfAborted()).toThrow("due to timeout");
    await expect(fetch("data:,", { signal: dependent })).rejects.toBe(dependent.reason);
    expect(AbortSignal.any([once]).reason).toBe(once.reason);
  });

  test("a signal that aborts before its timeout's time stays as it is", async () => {
    const controller = new AbortController();
    const signal = AbortSignal.any([AbortSignal.timeout(1020), controller.signal]);
    let calls = 0;
    signal.addEventListener("abort", () => ++calls);
    controller.abort("mine");
    await new Promise((resolve) => setTimeout(resolve, 1040));
    expect([signal.reason, calls]).toEqual(["mine", 1]);
  });

  test("lets go of listeners that were removed otherwise", () => {
    const { signal } = new AbortController();
    const target = new EventTarget();
    let calls = 0;
    const listener = () => ++calls;
    for (let i = 0; i < 1000; ++i) {
      target.addEventListener("x", listener, { signal, once: true });
      target.dispatchEvent(new Event("x"));
    }
    expect(calls).toBe(1000);
    expect(() => target.addEventListener("x", listener, { signal: {} })).toThrow("is not of type 'AbortSignal'");
  });
});

describe("AbortSignal.any", () => {
  test("follows whichever comes first", () => {
    const first = new AbortController();
    const second = new AbortController();
    const signal = AbortSignal.any([first.signal, second.signal]);
    second.abort("two");
    first.abort("one");
    expect(signal.reason).toBe("two");
  });

  test("is aborted at once when a source is", () => {
    const source = new AbortController();
    const signal = AbortSignal.any([source.signal, AbortSignal.abort("now"), AbortSignal.abort("later")]);
    expect(signal.reason).toBe("now");
    source.abort();
    expect(signal.reason).toBe("now");
  });

  test("of dependent signals follows their sources", () => {
    const source = new AbortController();
    const other = new AbortController();
    const middle = AbortSignal.any([source.signal]);
    const signal = AbortSignal.any([middle, other.signal]);
    const order = [];
    signal.addEventListener("abort", () => order.push("end"));
    source.signal.addEventListener("abort", () => order.push("source", middle.aborted, signal.aborted));
    middle.addEventListener("abort", () => order.push("middle"));
    source.abort("why");
    expect(order).toEqual(["source", true, true, "middle", "end"]);
    expect(signal.reason).toBe("why");
  });

  test("of nothing never aborts", () => {
    expect(AbortSignal.any([]).aborted).toBe(false);
  });

  test("many short-lived dependents of one long-lived source", () => {
    const source = new AbortController();
    let calls = 0;
    const listener = () => ++calls;
    let last;
    for (let i = 0; i < 1000; ++i) {
      last = AbortSignal.any([source.signal]);
      last.addEventListener("abort", listener);
      if (i % 2 === 0) last.removeEventListener("abort", listener);
    }
    source.abort("end");
    expect(last.reason).toBe("end");
    expect(calls).toBe(500);
  });
});
