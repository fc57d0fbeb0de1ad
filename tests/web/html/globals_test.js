// SPDX-License-Identifier: Apache-2.0
import { test, describe, expect } from "sedge:test";

const attributesOf = (name) => {
  const { writable, enumerable, configurable, get } = Object.getOwnPropertyDescriptor(globalThis, name);
  return { writable, enumerable, configurable, hasGetter: get !== undefined };
};

describe("property attributes", () => {
  test("interfaces are not enumerable", () => {
    for (const name of ["URL", "Headers", "Response", "AbortController", "DOMException", "ReadableStream",
      "TextEncoder", "Blob",
      "MessageChannel", "Crypto", "Performance"]) {
      expect(attributesOf(name)).toEqual({ writable: true, enumerable: false, configurable: true,
        hasGetter: false });
    }
  });

  test("operations are enumerable", () => {
    for (const name of ["fetch", "setTimeout", "clearInterval", "structuredClone", "atob", "queueMicrotask",
      "reportError"]) {
      expect(attributesOf(name)).toEqual({ writable: true, enumerable: true, configurable: true,
        hasGetter: false });
      expect(() => new globalThis[name]()).toThrow(TypeError);
    }
  });

  test("attributes are accessors", () => {
    for (const name of ["self", "navigator", "performance", "crypto"]) {
      expect(attributesOf(name)).toEqual(
        { writable: undefined, enumerable: true, configurable: true, hasGetter: true });
    }
  });

  test("assigning to an attribute replaces it", () => {
    const original = Object.getOwnPropertyDescriptor(globalThis, "navigator");
    globalThis.navigator = { userAgent: "mine" };
    const replaced = navigator.userAgent;
    Object.defineProperty(globalThis, "navigator", original);
    expect(replaced).toBe("mine");
    expect(navigator.userAgent).toBe("Cloudflare-Workers");
  });
});

describe("the global object", () => {
  test("is self and a ServiceWorkerGlobalScope", () => {
    expect(self === globalThis).toBe(true);
    expect(globalThis instanceof ServiceWorkerGlobalScope).toBe(true);
    expect(globalThis instanceof WorkerGlobalScope).toBe(true);
    expect(globalThis instanceof EventTarget).toBe(true);
    expect(Object.prototype.toString.call(globalThis)).toBe("[object ServiceWorkerGlobalScope]");
    expect(() => new WorkerGlobalScope()).toThrow("Illegal constructor");
  });

  test("is an event target, also without a receiver", () => {
    const seen = [];
    const listener = (event) => seen.push([event.type, event.target === globalThis,
      event.currentTarget === globalThis]);
    addEventListener("custom", listener);
    dispatchEvent(new Event("custom"));
    self.removeEventListener("custom", listener);
    dispatchEvent(new Event("custom"));
    expect(seen).toEqual([["custom", true, true]]);
  });

  test("lacks what is not implemented, so that feature tests tell the truth", () => {
    for (const name of ["HTMLRewriter", "caches", "WebSocket", "WebSocketPair", "importScripts"]) {
      expect(`${name} ${name in globalThis}`).toBe(`${name} false`);
    }
  });

  test("has no code from strings and nothing of the machinery", () => {
    for (const make of [() => eval("1"), () => (0, eval)("1"), () => new Function("return 1"), () => Function("1"),
      () => (async () => {}).constructor("1"), () => (async function* () {}).constructor("1")]) {
      expect(make).toThrow(EvalError);
      expect(make).toThrow("Code generation from strings disallowed for this context");
    }
    for (const name of ["require", "ops", "primordials", "process", "window", "document", "WorkerNavigator"]) {
      expect(name in globalThis).toBe(false);
    }
  });
});
