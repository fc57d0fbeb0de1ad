// SPDX-License-Identifier: Apache-2.0
// Event and the interfaces that extend it.
import { test, describe, expect } from "sedge:test";

describe("Event", () => {
  test("starts as its init says", () => {
    const event = new Event("ping", { bubbles: true, cancelable: true, composed: 1 });
    expect([event.type, event.bubbles, event.cancelable, event.composed]).toEqual(["ping", true, true, true]);
    expect([event.target, event.currentTarget, event.srcElement]).toEqual([null, null, null]);
    expect(event.eventPhase).toBe(Event.NONE);
    expect(event.defaultPrevented).toBe(false);
    expect(event.composedPath()).toEqual([]);
    expect(typeof event.timeStamp).toBe("number");
  });

  test("isTrusted is an own accessor that cannot be replaced", () => {
    const event = new Event("x");
    expect(event.isTrusted).toBe(false);
    const first = Object.getOwnPropertyDescriptor(event, "isTrusted");
    const second = Object.getOwnPropertyDescriptor(new Event("y"), "isTrusted");
    expect(first.get).toBe(second.get);
    expect(first.configurable).toBe(false);
    expect(Object.keys(event)).toEqual(["isTrusted"]);
  });

  test("preventDefault counts for cancelable events only", () => {
    const fixed = new Event("x");
    fixed.preventDefault();
    expect(fixed.defaultPrevented).toBe(false);
    const event = new Event("x", { cancelable: true });
    event.returnValue = true;
    expect(event.returnValue).toBe(true);
    event.returnValue = false;
    expect([event.defaultPrevented, event.returnValue]).toEqual([true, false]);
  });

  test("cancelBubble can be set, not cleared", () => {
    const event = new Event("x");
    event.cancelBubble = true;
    event.cancelBubble = false;
    expect(event.cancelBubble).toBe(true);
  });

  test("initEvent starts anew", () => {
    const event = new Event("x", { cancelable: true });
    event.preventDefault();
    event.initEvent("y", true);
    expect([event.type, event.bubbles, event.cancelable, event.defaultPrevented])
      .toEqual(["y", true, false, false]);
  });
});

test("CustomEvent carries a detail", () => {
  const detail = {};
  const event = new CustomEvent("x", { detail });
  expect(event.detail).toBe(detail);
  expect(event).toBeInstanceOf(Event);
  expect(new CustomEvent("x").detail).toBeNull();
  event.initCustomEvent("y", false, true, 5);
  expect([event.type, event.cancelable, event.detail]).toEqual(["y", true, 5]);
});

test("ErrorEvent", () => {
  const error = new Error("no");
  const event = new ErrorEvent("error", { error, message: "m", filename: "f.js", lineno: 3, colno: 4 });
  expect(event.error).toBe(error);
  expect([event.message, event.filename, event.lineno, event.colno]).toEqual(["m", "f.js", 3, 4]);
  const bare = new ErrorEvent("error");
  expect(bare.error).toBeUndefined();
  expect([bare.message, bare.filename, bare.lineno, bare.colno]).toEqual(["", "", 0, 0]);
});

test("MessageEvent", () => {
  const event = new MessageEvent("message", { data: [1], origin: "https://a.test", lastEventId: "7" });
  expect([event.data, event.origin, event.lastEventId]).toEqual([[1], "https://a.test", "7"]);
  expect(event.source).toBeNull();
  expect(event.ports).toEqual([]);
  expect(Object.isFrozen(event.ports)).toBe(true);
  expect(new MessageEvent("message").data).toBeNull();
  expect(() => new MessageEvent("message", { ports: [{}] })).toThrow("MessagePort");
  event.initMessageEvent("other", false, false, "d");
  expect([event.type, event.data, event.origin]).toEqual(["other", "d", ""]);
});

test("PromiseRejectionEvent needs a promise", () => {
  const promise = Promise.resolve();
  const event = new PromiseRejectionEvent("unhandledrejection", { promise, reason: "r" });
  expect(event.promise).toBe(promise);
  expect(event.reason).toBe("r");
  expect(() => new PromiseRejectionEvent("x")).toThrow("2 arguments required");
});
