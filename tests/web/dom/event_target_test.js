// SPDX-License-Identifier: Apache-2.0
import { test, describe, expect } from "sedge:test";

function dispatch(target, type = "ping", init = undefined) {
  const event = new Event(type, init);
  return { event, result: target.dispatchEvent(event) };
}

describe("dispatch", () => {
  test("shows itself to listeners", () => {
    const target = new EventTarget();
    let seen;
    target.addEventListener("ping", function (event) {
      seen = [this, event.target, event.currentTarget, event.eventPhase, ...event.composedPath()];
    });
    const { event, result } = dispatch(target);
    expect(seen[0]).toBe(target);
    expect(seen[1]).toBe(target);
    expect(seen[2]).toBe(target);
    expect(seen[3]).toBe(Event.AT_TARGET);
    expect(seen[4]).toBe(target);
    expect(result).toBe(true);
    expect([event.currentTarget, event.eventPhase]).toEqual([null, Event.NONE]);
    expect(event.target).toBe(target);
  });

  test("capturing listeners come first", () => {
    const target = new EventTarget();
    const order = [];
    target.addEventListener("ping", () => order.push("plain"));
    target.addEventListener("ping", () => order.push("capture"), true);
    dispatch(target);
    expect(order).toEqual(["capture", "plain"]);
  });

  test("preventDefault makes it false, except in passive listeners", () => {
    const target = new EventTarget();
    target.addEventListener("ping", (event) => event.preventDefault(), { passive: true });
    expect(dispatch(target, "ping", { cancelable: true }).result).toBe(true);
    target.addEventListener("ping", (event) => event.preventDefault());
    expect(dispatch(target, "ping", { cancelable: true }).result).toBe(false);
  });

  test("stopImmediatePropagation ends it", () => {
    const target = new EventTarget();
    const order = [];
    target.addEventListener("ping", (event) => { order.push(1); event.stopImmediatePropagation(); });
    target.addEventListener("ping", () => order.push(2));
    dispatch(target);
    expect(order).toEqual([1]);
  });

  test("an event cannot be dispatched within its own dispatch, but again afterwards", () => {
    const target = new EventTarget();
    let inner;
    target.addEventListener("ping", (event) => {
      try { target.dispatchEvent(event); } catch (error) { inner = error; }
    });
    const { event } = dispatch(target);
    expect(inner.name).toBe("InvalidStateError");
    expect(target.dispatchEvent(event)).toBe(true);
  });

  test("only events are dispatched", () => {
    expect(() => new EventTarget().dispatchEvent({ type: "ping" })).toThrow("not of type 'Event'");
  });
});

describe("listeners", () => {
  test("one that is added twice is called once; capture tells two apart", () => {
    const target = new EventTarget();
    let calls = 0;
    const listener = () => ++calls;
    target.addEventListener("ping", listener);
    target.addEventListener("ping", listener, { once: true });
    target.addEventListener("ping", listener, { capture: true });
    dispatch(target);
    expect(calls).toBe(2);
    target.removeEventListener("ping", listener, true);
    dispatch(target);
    expect(calls).toBe(3);
  });

  test("once", () => {
    const target = new EventTarget();
    let calls = 0;
    target.addEventListener("ping", () => { ++calls; dispatch(target); }, { once: true });
    dispatch(target);
    dispatch(target);
    expect(calls).toBe(1);
  });

  test("objects with handleEvent, looked up at each call", () => {
    const target = new EventTarget();
    const seen = [];
    const listener = { handleEvent(event) { seen.push(this === listener, event.type); } };
    target.addEventListener("ping", listener);
    dispatch(target);
    listener.handleEvent = () => seen.push("other");
    dispatch(target);
    expect(seen).toEqual([true, "ping", "other"]);
  });

  test("changes during a dispatch", () => {
    const target = new EventTarget();
    const order = [];
    const removed = () => order.push("removed");
    target.addEventListener("ping", () => {
      order.push("first");
      target.removeEventListener("ping", removed);
      target.addEventListener("ping", () => order.push("added"), { once: true });
    }, { once: true });
    target.addEventListener("ping", removed);
    target.addEventListener("ping", () => order.push("last"));
    dispatch(target);
    expect(order).toEqual(["first", "last"]);
    dispatch(target);
    expect(order).toEqual(["first", "last", "last", "added"]);
  });

  test("a signal removes them, and an aborted one never lets them in", () => {
    const target = new EventTarget();
    const controller = new AbortController();
    let calls = 0;
    target.addEventListener("ping", () => ++calls, { signal: controller.signal });
    dispatch(target);
    controller.abort();
    dispatch(target);
    target.addEventListener("ping", () => ++calls, { signal: controller.signal });
    dispatch(target);
    expect(calls).toBe(1);
    expect(() => target.addEventListener("ping", () => {}, { signal: null })).toThrow("AbortSignal");
  });

  test("null is no listener, and neither is a string", () => {
    const target = new EventTarget();
    target.addEventListener("ping", null);
    expect(dispatch(target).result).toBe(true);
    expect(() => target.addEventListener("ping", "code()")).toThrow(TypeError);
  });
});

test("handler attributes keep their place and take their value back", () => {
  const { signal } = new AbortController();
  const order = [];
  const handler = () => order.push("first handler");
  signal.onabort = handler;
  signal.addEventListener("abort", () => order.push("listener"));
  expect(signal.onabort).toBe(handler);
  signal.onabort = () => order.push("second handler");
  signal.dispatchEvent(new Event("abort"));
  expect(order).toEqual(["second handler", "listener"]);
  signal.onabort = 5;
  expect(signal.onabort).toBeNull();
  signal.dispatchEvent(new Event("abort"));
  expect(order).toEqual(["second handler", "listener", "listener"]);
});

test("a handler that gives false cancels the event", () => {
  const { signal } = new AbortController();
  signal.onabort = () => false;
  expect(signal.dispatchEvent(new Event("abort", { cancelable: true }))).toBe(false);
});

test("subclasses", () => {
  class Door extends EventTarget {
    open() { return this.dispatchEvent(new CustomEvent("open", { detail: 1 })); }
  }
  const door = new Door();
  let detail;
  door.addEventListener("open", (event) => { detail = event.detail; });
  door.open();
  expect(detail).toBe(1);
});
