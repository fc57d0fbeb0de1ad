// SPDX-License-Identifier: Apache-2.0
import { test, describe, expect, captureUncaught } from "sedge:test";

const turn = () => new Promise((resolve) => setTimeout(resolve, 1));

// Events of one type while fn runs, and for a turn after.
async function during(type, fn, prevents = true) {
  const events = [];
  const listener = (event) => {
    events.push(event);
    if (prevents) event.preventDefault();
  };
  addEventListener(type, listener);
  try {
    await fn();
    await turn();
  } finally {
    removeEventListener(type, listener);
  }
  return events;
}

describe("reportError", () => {
  test("fires a cancelable ErrorEvent on the global object", async () => {
    const error = new TypeError("boom");
    const [event] = await during("error", () => reportError(error));
    expect(event).toBeInstanceOf(ErrorEvent);
    expect(event.error).toBe(error);
    expect(event.message).toBe("Uncaught TypeError: boom");
    expect(event.target === globalThis).toBe(true);
    expect(event.cancelable && event.defaultPrevented && event.isTrusted).toBe(true);
    expect(event.lineno).toBeGreaterThan(0);
    expect(event.colno).toBeGreaterThan(0);
    expect(event.filename).toMatch("report_error_test");
  });

  test("takes any value", async () => {
    const events = await during("error", () => {
      reportError("text");
      reportError(null);
      reportError({ get message() { throw new Error("a getter ran"); } });
    });
    expect(events).toHaveLength(3);
    for (const event of events) { // the place is that of the call
      expect(event.filename).toMatch("report_error_test");
      expect(event.lineno > 0 && event.colno > 0).toBe(true);
    }
    expect(events[2].message).toBe("Uncaught { message: [Getter] }");
    expect(events[0].message).toBe("Uncaught 'text'");
    expect(events[1].error).toBeNull();
  });

  test("names the script's own frame for an error that a builtin made", async () => {
    let error;
    try {
      new URL("no url");
    } catch (thrown) {
      error = thrown;
    }
    const [event] = await during("error", () => reportError(error));
    expect(event.filename).toMatch("report_error_test");
    const [later] = await during("error", () => setTimeout(() => { throw 5; }, 0));
    expect([later.message, later.filename, later.lineno]).toEqual(["Uncaught 5", "", 0]);
  });

  test("an exception of a listener is no second event", async () => {
    let count = 0;
    const listener = (event) => { ++count; event.preventDefault(); throw new Error("in the listener"); };
    const uncaught = await captureUncaught(async () => {
      addEventListener("error", listener);
      reportError(new Error("first"));
      await turn();
      removeEventListener("error", listener);
    });
    expect(count).toBe(1);
    expect(uncaught).toEqual([new Error("in the listener")]);
  });

  test("onerror gets the parts and cancels with true", () => {
    let parts;
    globalThis.onerror = (...args) => { parts = args; return true; };
    const error = new Error("parts");
    reportError(error);
    globalThis.onerror = null;
    expect(parts[0]).toBe("Uncaught Error: parts");
    expect(parts[4]).toBe(error);
    expect(globalThis.onerror).toBeNull();
  });

  test("needs an argument", () => {
    expect(() => reportError()).toThrow(TypeError);
  });
});

describe("unhandled rejections", () => {
  test("fire with promise and reason once the microtasks are done", async () => {
    const reason = new Error("nobody cares");
    let promise;
    const [event] = await during("unhandledrejection", () => { promise = Promise.reject(reason); });
    expect(event).toBeInstanceOf(PromiseRejectionEvent);
    expect(event.promise).toBe(promise);
    expect(event.reason).toBe(reason);
    expect(event.cancelable).toBe(true);
    promise.catch(() => {});
  });

  test("a handler added in a microtask is in time", async () => {
    const events = await during("unhandledrejection", () => {
      const promise = Promise.reject(new Error("caught later"));
      queueMicrotask(() => promise.catch(() => {}));
    });
    expect(events).toEqual([]);
  });

  test("a listener may handle another promise of the same turn", async () => {
    const seen = [];
    const first = Promise.reject(1);
    const second = Promise.reject(2);
    const listener = (event) => {
      seen.push(event.reason);
      event.preventDefault();
      second.catch(() => {});
    };
    addEventListener("unhandledrejection", listener);
    await turn();
    removeEventListener("unhandledrejection", listener);
    first.catch(() => {});
    expect(seen).toEqual([1]);
  });

  test("rejectionhandled follows when a handler comes late", async () => {
    let promise;
    await during("unhandledrejection", () => { promise = Promise.reject("late"); });
    const [event] = await during("rejectionhandled", () => { promise.catch(() => {}); });
    expect(event.promise).toBe(promise);
    expect(event.reason).toBe("late");
    expect(event.cancelable).toBe(false);
  });
});
