// SPDX-License-Identifier: Apache-2.0
import { test, describe, expect, captureConsole } from "sedge:test";

const turn = (ms = 0) => new Promise((resolve) => setTimeout(resolve, ms));

describe("setTimeout", () => {
  test("returns growing integers and passes arguments", async () => {
    let received;
    const first = setTimeout((...args) => { received = args; }, 0, 1, "b");
    const second = setTimeout(() => {});
    expect(Number.isInteger(first)).toBe(true);
    expect(second).toBeGreaterThan(first);
    await turn(1);
    expect(received).toEqual([1, "b"]);
  });

  test("calls with the global object as this", async () => {
    const self = await new Promise((resolve) => setTimeout(function () { resolve(this); }));
    expect(self === globalThis).toBe(true);
  });

  test("orders by due time, then by call", async () => {
    const order = [];
    setTimeout(() => order.push("late"), 60);
    setTimeout(() => order.push("a"), 30);
    setTimeout(() => order.push("b"), 30);
    setTimeout(() => order.push("now"), 0);
    setTimeout(() => order.push("negative"), -5);
    await turn(60);
    expect(order).toEqual(["now", "negative", "a", "b", "late"]);
  });

  test("is never early", async () => {
    const start = performance.now();
    await turn(15);
    expect(performance.now() - start).toBeGreaterThan(13);
  });

  test("runs microtasks between callbacks", async () => {
    const order = [];
    setTimeout(() => { order.push("t1"); Promise.resolve().then(() => order.push("m1")); }, 0);
    setTimeout(() => { order.push("t2"); queueMicrotask(() => order.push("m2")); }, 0);
    await turn(2);
    expect(order).toEqual(["t1", "m1", "t2", "m2"]);
  });

  test("a timer started by a timer waits for the next turn", async () => {
    const order = [];
    await new Promise((resolve) => {
      setTimeout(() => {
        order.push(1);
        setTimeout(() => {
          order.push(3);
          resolve();
        }, 0);
      }, 0);
      setTimeout(() => order.push(2), 0);
    });
    expect(order).toEqual([1, 2, 3]);
  });

  test("refuses what is no function", () => {
    expect(() => setTimeout("code()", 1)).toThrow("not a function");
    expect(() => setTimeout()).toThrow(TypeError);
    expect(() => setTimeout(() => {}, 1n)).toThrow(TypeError);
    expect(() => setTimeout(() => {}, Symbol("x"))).toThrow(TypeError);
  });

  test("converts the delay to a long", async () => {
    const order = [];
    setTimeout(() => order.push("wrapped"), 2 ** 32);
    setTimeout(() => order.push("infinite"), Infinity);
    setTimeout(() => order.push("text"), "1");
    await turn(10);
    expect(order).toEqual(["wrapped", "infinite", "text"]);
  });

  test("survives an exception and reports it", async () => {
    let reported;
    const listener = (event) => { reported = event.error; event.preventDefault(); };
    addEventListener("error", listener);
    const failure = new Error("in a timer");
    let ran = false;
    setTimeout(() => { throw failure; });
    setTimeout(() => { ran = true; });
    await turn(2);
    removeEventListener("error", listener);
    expect(reported).toBe(failure);
    expect(ran).toBe(true);
  });
});

describe("clearTimeout", () => {
  test("stops a timer, also one that is due", async () => {
    const order = [];
    const never = setTimeout(() => order.push("never"), 1);
    clearTimeout(never);
    setTimeout(() => clearTimeout(due), 0);
    const due = setTimeout(() => order.push("due"), 0);
    await turn(10);
    expect(order).toEqual([]);
  });

  test("takes anything", () => {
    expect(clearTimeout()).toBeUndefined();
    clearTimeout(undefined);
    clearTimeout(123456789);
    clearTimeout("7");
    clearTimeout(null);
    expect(() => clearTimeout(Symbol("x"))).toThrow(TypeError);
  });

  test("many timers, half of them cleared in a mixed order", async () => {
    const fired = [];
    const ids = [];
    for (let i = 0; i < 300; ++i) ids.push(setTimeout(() => fired.push(i), (i * 7919) % 13));
    for (let i = 0; i < 300; i += 2) clearTimeout(ids[(i * 101) % 300]);
    await turn(40);
    expect(fired).toHaveLength(150);
    for (let delay = 0; delay < 13; ++delay) {
      const same = fired.filter((i) => (i * 7919) % 13 === delay);
      expect(same).toEqual(same.toSorted((a, b) => a - b));
    }
  });
});

describe("setInterval", () => {
  test("repeats until cleared", async () => {
    let count = 0;
    await new Promise((resolve) => {
      const id = setInterval((step) => {
        count += step;
        if (count < 6) return;
        clearInterval(id);
        resolve();
      }, 1, 2);
    });
    await turn(5);
    expect(count).toBe(6);
  });

  test("clearTimeout clears it too", async () => {
    let count = 0;
    const id = setInterval(() => ++count, 1);
    clearTimeout(id);
    await turn(5);
    expect(count).toBe(0);
  });

  test("keeps repeating after an exception", async () => {
    const listener = (event) => event.preventDefault();
    addEventListener("error", listener);
    let count = 0;
    await new Promise((resolve) => {
      const id = setInterval(() => {
        if (++count === 3) {
          clearInterval(id);
          resolve();
        }
        throw new Error("again");
      }, 1);
    });
    removeEventListener("error", listener);
    expect(count).toBe(3);
  });
});

describe("AbortSignal.timeout", () => {
  test("aborts with a TimeoutError", async () => {
    const signal = AbortSignal.timeout(2);
    expect(signal.aborted).toBe(false);
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    expect(signal.reason.name).toBe("TimeoutError");
  });
});

test("nothing is printed on the way", async () => {
  expect(await captureConsole(() => turn(1))).toEqual([]);
});
