// SPDX-License-Identifier: Apache-2.0
// Web IDL as a worker meets it: conversions and class shapes, seen through interfaces that use them.
import { test, describe, expect } from "sedge:test";

describe("conversions", () => {
  const lineno = (value) => new ErrorEvent("x", { lineno: value }).lineno;

  test("unsigned long wraps around", () => {
    expect(lineno(2 ** 32 + 5)).toBe(5);
    expect(lineno(-1)).toBe(2 ** 32 - 1);
    expect(lineno(3.9)).toBe(3);
    expect(lineno(-0.5)).toBe(0);
    expect(lineno("0x10")).toBe(16);
    expect(lineno(NaN)).toBe(0);
    expect(lineno(Infinity)).toBe(0);
    expect(lineno({ valueOf: () => 7 })).toBe(7);
  });

  test("what is no number is a TypeError that names the member", () => {
    expect(() => lineno(1n)).toThrow("'lineno'");
    expect(() => lineno(Symbol("s"))).toThrow(TypeError);
  });

  test("[EnforceRange] refuses instead of wrapping", () => {
    expect(() => AbortSignal.timeout(-1)).toThrow("outside the range");
    expect(() => AbortSignal.timeout(2 ** 53)).toThrow(TypeError);
    expect(() => AbortSignal.timeout(NaN)).toThrow("finite");
  });

  test("DOMString calls toString once and refuses symbols", () => {
    let calls = 0;
    const type = { toString() { ++calls; return "made"; } };
    expect(new Event(type).type).toBe("made");
    expect(calls).toBe(1);
    expect(() => new Event(Symbol("s"))).toThrow("symbol");
    expect(new Event(undefined).type).toBe("undefined");
  });

  test("USVString replaces lone surrogates only", () => {
    const filename = (value) => new ErrorEvent("x", { filename: value }).filename;
    expect(filename("a\uD800b")).toBe("a\uFFFDb");
    expect(filename("\uDC00\uD83D\uDE00\uD83D")).toBe("\uFFFD\u{1F600}\uFFFD");
    expect(filename("\u{1F600}")).toBe("\u{1F600}");
  });

  test("dictionaries take objects, null and undefined", () => {
    expect(new Event("x", null).bubbles).toBe(false);
    expect(new Event("x", () => {}).bubbles).toBe(false);
    expect(() => new Event("x", 5)).toThrow("not an object");
    expect(() => new PromiseRejectionEvent("x", {})).toThrow("'promise'");
  });

  test("dictionary members are read in order, the parent's first", () => {
    const order = [];
    const init = new Proxy({}, { get(target, key) { order.push(key); return undefined; } });
    new CustomEvent("x", init);
    expect(order).toEqual(["bubbles", "cancelable", "composed", "detail"]);
  });

  test("what a worker does to Object.prototype does not reach converted dictionaries", () => {
    Object.prototype.bubbles = true;
    try {
      expect(new Event("x").bubbles).toBe(false);
    } finally {
      delete Object.prototype.bubbles;
    }
  });

  test("sequences take any iterable, and name the bad element", () => {
    const signals = function* () { yield AbortSignal.abort("why"); };
    expect(AbortSignal.any(signals()).reason).toBe("why");
    expect(AbortSignal.any(new Set()).aborted).toBe(false);
    expect(() => AbortSignal.any([new AbortController().signal, {}])).toThrow("index 1");
    expect(() => AbortSignal.any({})).toThrow("not iterable");
    expect(() => AbortSignal.any("ab")).toThrow(TypeError);
  });

  test("too few arguments", () => {
    expect(() => new Event()).toThrow("1 argument required, but only 0 present");
    expect(() => new EventTarget().addEventListener("x")).toThrow("2 arguments required, but only 1 present");
  });
});

describe("the shape of interfaces", () => {
  test("members are enumerable, the constructor is not", () => {
    const { prototype } = AbortController;
    expect(Object.keys(prototype).sort()).toEqual(["abort", "signal"]);
    expect(Object.getOwnPropertyDescriptor(prototype, "constructor").enumerable).toBe(false);
    expect(Object.keys(AbortSignal).sort()).toEqual(["abort", "any", "timeout"]);
  });

  test("a member called name is enumerable too", () => {
    expect(Object.getOwnPropertyDescriptor(DOMException.prototype, "name").enumerable).toBe(true);
  });

  test("@@toStringTag", () => {
    expect(String(new EventTarget())).toBe("[object EventTarget]");
    const tag = Object.getOwnPropertyDescriptor(Event.prototype, Symbol.toStringTag);
    expect(tag.value).toBe("Event");
    expect([tag.writable, tag.enumerable, tag.configurable]).toEqual([false, false, true]);
  });

  test("constants are read-only on the interface and its prototype", () => {
    expect(Event.AT_TARGET).toBe(2);
    expect(new Event("x").BUBBLING_PHASE).toBe(3);
    expect(Object.getOwnPropertyDescriptor(Event, "NONE"))
      .toEqual({ value: 0, writable: false, enumerable: true, configurable: false });
  });

  test("a foreign this is refused", () => {
    expect(() => Object.getOwnPropertyDescriptor(Event.prototype, "type").get.call({})).toThrow(TypeError);
    expect(() => AbortController.prototype.abort.call({})).toThrow("Illegal invocation");
    expect(() => AbortController.prototype.abort.call(1)).toThrow(TypeError);
  });

  test("constructors need new, and some refuse it", () => {
    expect(() => Event("x")).toThrow(TypeError);
    expect(() => new AbortSignal()).toThrow("Illegal constructor");
    expect(() => new ReadableStreamDefaultController()).toThrow("Illegal constructor");
  });
});
