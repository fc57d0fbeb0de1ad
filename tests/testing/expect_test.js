// SPDX-License-Identifier: Apache-2.0
// The test runner on itself: matchers that hold, matchers that must not, and hooks.
import { test, describe, beforeEach, afterEach, expect, captureConsole, inspect } from "sedge:test";

function messageOf(fn) {
  try {
    fn();
  } catch (error) {
    return error.message;
  }
  return "";
}

describe("equality", () => {
  const equalPairs = [
    [[1, [2]], [1, [2]]], [{ a: undefined }, {}], [new Map([[{ k: 1 }, 1]]), new Map([[{ k: 1 }, 1]])],
    [new Set([[1], [2]]), new Set([[2], [1]])], [new Date(1), new Date(1)], [/a/g, /a/g], [NaN, NaN],
    [new Uint8Array([1]), new Uint8Array([1])], [new Error("x"), new Error("x")], [Object("a"), Object("a")],
  ];
  const unequalPairs = [
    [[1], [2]], [[1], [1, 2]], [{ a: 1 }, { b: 1 }], [0, -0], [{}, []],
    [new Map([[1, 1]]), new Map([[1, 2]])],
    [new Set([1]), new Set([2])], [new Date(1), new Date(2)], [/a/g, /a/i],
    [new Uint8Array([1]), new Int8Array([1])],
    [new Error("x"), new Error("y")], [new TypeError("x"), new Error("x")], ["1", 1], [null, undefined],
    [null, {}],
    [new Headers([["a", "1"]]), new Headers([["a", "2"]])], [[undefined], []],
    [{ a: { b: 1 } }, { a: { b: 2 } }],
  ];

  test("toEqual", () => {
    for (const [a, b] of equalPairs) {
      expect(a).toEqual(b);
      expect(() => expect(a).not.toEqual(b)).toThrow();
    }
    for (const [a, b] of unequalPairs) {
      expect(a).not.toEqual(b);
      expect(() => expect(a).toEqual(b)).toThrow();
    }
  });

  test("toStrictEqual asks for classes and keys", () => {
    class A { x = 1; }
    expect(new A()).toEqual({ x: 1 });
    expect(new A()).not.toStrictEqual({ x: 1 });
    expect({ a: undefined }).not.toStrictEqual({});
  });

  test("cycles end", () => {
    const a = {};
    a.self = a;
    const b = {};
    b.self = b;
    expect(a).toEqual(b);
  });
});

describe("matchers", () => {
  test("hold when they should and fail when not", () => {
    const holds = [
      (e) => e(1).toBe(1), (e) => e(null).toBeNull(), (e) => e(undefined).toBeUndefined(),
      (e) => e(0).toBeDefined(),
      (e) => e("x").toBeTruthy(), (e) => e("").toBeFalsy(), (e) => e([1, 2]).toContain(2),
      (e) => e("abc").toContain("b"),
      (e) => e("abc").toMatch(/b/), (e) => e("abc").toMatch("c"), (e) => e(2).toBeGreaterThan(1),
      (e) => e(1).toBeLessThan(2),
      (e) => e([1]).toHaveLength(1), (e) => e(new TypeError("x")).toBeInstanceOf(Error),
      (e) => e(0.1 + 0.2).toBeCloseTo(0.3),
      (e) => e({ a: { b: 1 }, c: 2 }).toMatchObject({ a: { b: 1 } }),
      (e) => e({ a: { b: 1 } }).toHaveProperty("a.b", 1),
      (e) => e([{ a: 1 }]).toContainEqual({ a: 1 }), (e) => e(2).toBeGreaterThanOrEqual(2),
    ];
    for (const check of holds) {
      check(expect);
      expect(() => check((value) => expect(value).not)).toThrow("expected");
    }
  });

  test("toThrow by text, expression, class and error", () => {
    const fail = () => { throw new RangeError("out of range"); };
    expect(fail).toThrow();
    expect(fail).toThrow("of range");
    expect(fail).toThrow(/^out/);
    expect(fail).toThrow(RangeError);
    expect(fail).toThrow(new RangeError("out of range"));
    expect(() => expect(fail).toThrow(TypeError)).toThrow("it threw RangeError");
    expect(() => expect(() => {}).toThrow()).toThrow("it did not throw");
  });

  test("resolves and rejects", async () => {
    await expect(Promise.resolve([1])).resolves.toEqual([1]);
    await expect(Promise.reject(new Error("no"))).rejects.toThrow("no");
    await expect(Promise.reject(5)).rejects.toBe(5);
    await expect(Promise.resolve(1)).resolves.not.toBe(2);
    await expect(expect(Promise.resolve(1)).rejects.toThrow()).rejects.toThrow("expected a rejection");
    await expect(expect(Promise.reject(1)).resolves.toBe(1)).rejects.toThrow("expected no rejection");
  });

  test("messages show where values differ", () => {
    const message = messageOf(() => expect({ a: 1, b: [1, 2, 3] }).toEqual({ a: 1, b: [1, 5, 3] }));
    expect(message).toMatch(/- +5/);
    expect(message).toMatch(/\+ +2/);
    expect(messageOf(() => expect("a\nb\nc").toBe("a\nx\nc"))).toMatch(/- x\n +\+ b/);
  });
});

describe("hooks", () => {
  const order = [];
  beforeEach(() => order.push("outer before"));
  afterEach(async () => { await null; order.push("outer after"); });

  describe("nested", () => {
    beforeEach(() => order.push("inner before"));
    afterEach(() => order.push("inner after"));

    test("run around each test, outside in and inside out", () => {
      expect(order).toEqual(["outer before", "inner before"]);
    });

    test("and ran after the one before", () => {
      expect(order.slice(2, 4)).toEqual(["inner after", "outer after"]);
    });
  });
});

test.skip("a skipped test does not run", () => {
  throw new Error("it ran");
});

test("captureConsole and inspect", async () => {
  expect(await captureConsole(async () => console.warn({ a: 1 }))).toEqual(
    [{ level: "warn", text: "{ a: 1 }" }]);
  expect(inspect([1])).toBe("[ 1 ]");
});

test("test and describe want names and functions", () => {
  expect(() => test(1, () => {})).toThrow(TypeError);
  expect(() => test("name")).toThrow("there is no function");
  expect(() => describe("name")).toThrow(TypeError);
});
