// SPDX-License-Identifier: Apache-2.0
import { test, describe, expect } from "sedge:test";

const attributesOf = (name, target = globalThis) => {
  const { writable, enumerable, configurable, get } = Object.getOwnPropertyDescriptor(target, name);
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

  test("attributes are accessors of the prototype", () => {
    for (const name of ["self", "navigator", "performance", "crypto", "scheduler", "origin", "isSecureContext",
      "crossOriginIsolated", "onerror", "onunhandledrejection", "onrejectionhandled", "ononline"]) {
      expect(attributesOf(name, WorkerGlobalScope.prototype)).toEqual(
        { writable: undefined, enumerable: true, configurable: true, hasGetter: true });
      expect(Object.hasOwn(globalThis, name)).toBe(false);
    }
    expect([origin, isSecureContext, crossOriginIsolated]).toEqual(["null", true, false]);
  });

  test("assigning to an attribute replaces it", () => {
    globalThis.navigator = { userAgent: "mine" };
    const replaced = navigator.userAgent;
    delete globalThis.navigator;
    expect(replaced).toBe("mine");
    expect(navigator.userAgent).toBe("Cloudflare-Workers");
    Object.getOwnPropertyDescriptor(WorkerGlobalScope.prototype, "origin").set.call(null, "https://example.com");
    expect(origin).toBe("https://example.com");
    delete globalThis.origin;
  });
});

describe("the receiver", () => {
  const others = [{}, Object.create(globalThis), new Proxy(globalThis, {}), 5];
  const operations = {
    atob: [""], btoa: [""], clearInterval: [0], clearTimeout: [0], queueMicrotask: [() => {}], reportError: [1],
    setInterval: [() => {}, 1], setTimeout: [() => {}, 1], structuredClone: [1],
  };

  test("of an operation is the global object, or none", async () => {
    for (const [name, args] of Object.entries(operations)) {
      for (const other of others) {
        expect(() => globalThis[name].apply(other, args)).toThrow("Illegal invocation");
      }
    }
    for (const other of others) await expect(fetch.call(other, "data:,")).rejects.toThrow("Illegal invocation");
    for (const none of [undefined, null, globalThis, self]) {
      expect(atob.call(none, "YQ==")).toBe("a");
      clearTimeout.call(none, setTimeout.call(none, () => {}, 1));
      expect(await (await fetch.call(none, "data:,x")).text()).toBe("x");
    }
  });

  test("of an attribute is the global object, or none", () => {
    for (const name of ["self", "crypto", "origin", "onerror"]) {
      const { get, set } = Object.getOwnPropertyDescriptor(WorkerGlobalScope.prototype, name);
      for (const other of others) {
        expect(() => get.call(other)).toThrow("Illegal invocation");
        expect(() => set.call(other, 1)).toThrow("Illegal invocation");
      }
      expect(get.call(null) === globalThis[name]).toBe(true);
    }
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

  test("has ExtendableEvent, whose waitUntil() is for events of the runtime", () => {
    const event = new ExtendableEvent("x");
    expect([event.type, event instanceof Event, event.isTrusted]).toEqual(["x", true, false]);
    expect(() => event.waitUntil(Promise.resolve())).toThrow("no request waits");
    expect(() => new FetchEvent("fetch", { request: new Request("https://a.test/") })).toThrow("Illegal constructor");
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
