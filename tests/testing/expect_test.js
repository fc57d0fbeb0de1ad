// SPDX-License-Identifier: Apache-2.0
// The matchers of expect(): those that hold, those that must not, and what they say then.
import { test, describe, expect, mock } from "sedge:test";

function messageOf(fn) {
  try {
    fn();
  } catch (error) {
    return error.message;
  }
  return "it passed";
}

describe("equality", () => {
  const equalPairs = [
    [[1, [2]], [1, [2]]], [{ a: undefined }, {}], [new Map([[{ k: 1 }, 1]]), new Map([[{ k: 1 }, 1]])],
    [new Set([[1], [2]]), new Set([[2], [1]])], [new Date(1), new Date(1)], [/a/g, /a/g], [NaN, NaN],
    [new Uint8Array([1]), new Uint8Array([1])], [new Error("x"), new Error("x")], [Object("a"), Object("a")],
    [new AggregateError([1], "x"), new AggregateError([1], "x")], [{ [Symbol.iterator]: 1 }, { [Symbol.iterator]: 1 }],
    [new URL("http://a/"), new URL("http://a/")], [new ArrayBuffer(2), new ArrayBuffer(2)],
  ];
  const unequalPairs = [
    [[1], [2]], [[1], [1, 2]], [{ a: 1 }, { b: 1 }], [0, -0], [{}, []],
    [new Map([[1, 1]]), new Map([[1, 2]])],
    [new Set([1]), new Set([2])], [new Date(1), new Date(2)], [/a/g, /a/i],
    [new Uint8Array([1]), new Int8Array([1])],
    [new Error("x"), new Error("y")], [new TypeError("x"), new Error("x")], ["1", 1], [null, undefined],
    [null, {}],
    [new Headers([["a", "1"]]), new Headers([["a", "2"]])], [[undefined], []],
    [{ a: { b: 1 } }, { a: { b: 2 } }], [new AggregateError([1], "x"), new AggregateError([2], "x")],
    [new URL("http://a/"), new URL("http://b/")], [{ a: 1 }, null], [() => {}, () => {}],
  ];

  test("toEqual", () => {
    for (const [a, b] of equalPairs) {
      expect(a).toEqual(b);
      expect(() => expect(a).not.toEqual(b)).toThrow("not.toEqual");
    }
    for (const [a, b] of unequalPairs) {
      expect(a).not.toEqual(b);
      expect(() => expect(a).toEqual(b)).toThrow("toEqual(expected) // deep equality");
    }
  });

  test("toStrictEqual asks for classes, keys and holes", () => {
    class A { x = 1; }
    expect(new A()).toEqual({ x: 1 });
    expect(new A()).not.toStrictEqual({ x: 1 });
    expect({ a: undefined }).not.toStrictEqual({});
    expect([, 1]).toEqual([undefined, 1]);
    expect([, 1]).not.toStrictEqual([undefined, 1]);
    expect(new A()).toStrictEqual(new A());
  });

  test("cycles end", () => {
    const a = {};
    a.self = a;
    const b = {};
    b.self = b;
    expect(a).toEqual(b);
    a.x = 1;
    expect(messageOf(() => expect(a).toEqual(b))).toMatch("self: [Circular]");
  });
});

describe("matchers", () => {
  const thrower = () => { throw new RangeError("out of range"); };
  const holds = {
    toBe: [(e) => e(1).toBe(1), (e) => e(NaN).toBe(NaN)],
    toBeNull: [(e) => e(null).toBeNull()],
    toBeUndefined: [(e) => e(undefined).toBeUndefined()],
    toBeDefined: [(e) => e(0).toBeDefined()],
    toBeNaN: [(e) => e(NaN).toBeNaN()],
    toBeTruthy: [(e) => e("x").toBeTruthy()],
    toBeFalsy: [(e) => e("").toBeFalsy()],
    toContain: [(e) => e([1, 2]).toContain(2), (e) => e("abc").toContain("b"), (e) => e(new Set([1])).toContain(1),
      (e) => e([NaN]).toContain(NaN), (e) => e(new Map([[1, 2]]).keys()).toContain(1)],
    toContainEqual: [(e) => e([{ a: 1 }]).toContainEqual({ a: 1 })],
    toMatch: [(e) => e("abc").toMatch(/b/), (e) => e("abc").toMatch("c")],
    toBeGreaterThan: [(e) => e(2).toBeGreaterThan(1), (e) => e(2n).toBeGreaterThan(1)],
    toBeGreaterThanOrEqual: [(e) => e(2).toBeGreaterThanOrEqual(2)],
    toBeLessThan: [(e) => e(1).toBeLessThan(2)],
    toBeLessThanOrEqual: [(e) => e(1).toBeLessThanOrEqual(1)],
    toHaveLength: [(e) => e([1]).toHaveLength(1), (e) => e("ab").toHaveLength(2)],
    toBeInstanceOf: [(e) => e(new TypeError("x")).toBeInstanceOf(Error)],
    toBeTypeOf: [(e) => e("x").toBeTypeOf("string")],
    toBeCloseTo: [(e) => e(0.1 + 0.2).toBeCloseTo(0.3), (e) => e(1.04).toBeCloseTo(1, 1)],
    toMatchObject: [(e) => e({ a: { b: 1 }, c: 2 }).toMatchObject({ a: { b: 1 } }),
      (e) => e([{ a: 1, b: 2 }]).toMatchObject([{ a: 1 }])],
    toHaveProperty: [(e) => e({ a: { b: 1 } }).toHaveProperty("a.b", 1), (e) => e({ "a.b": 1 }).toHaveProperty("a.b"),
      (e) => e({ a: [{ b: 1 }] }).toHaveProperty("a[0].b", 1), (e) => e({ a: [1] }).toHaveProperty(["a", 0], 1)],
    toSatisfy: [(e) => e(3).toSatisfy((n) => n % 2 === 1)],
    toBeOneOf: [(e) => e(2).toBeOneOf([1, 2])],
    toThrow: [(e) => e(thrower).toThrow(), (e) => e(thrower).toThrow("of range"), (e) => e(thrower).toThrow(/^out/),
      (e) => e(thrower).toThrow(RangeError), (e) => e(thrower).toThrow(new RangeError("out of range")),
      (e) => e(thrower).toThrow(expect.objectContaining({ name: "RangeError" }))],
    toThrowError: [(e) => e(thrower).toThrowError("range")],
  };

  test.each(Object.keys(holds))("%s holds when it should, and fails with .not", (name) => {
    for (const check of holds[name]) {
      check(expect);
      const message = messageOf(() => check((value) => expect(value).not));
      expect(message).toMatch(`expect(received).not.${name}(`);
    }
  });

  test("fail when they should", () => {
    const fails = [
      (e) => e({}).toBe({}), (e) => e(0).toBeNull(), (e) => e(null).toBeUndefined(), (e) => e(undefined).toBeDefined(),
      (e) => e("NaN").toBeNaN(), (e) => e([1]).toContain(2), (e) => e([{}]).toContain({}), (e) => e("abc").toMatch(/d/),
      (e) => e(1).toBeGreaterThan(1), (e) => e(1.01).toBeCloseTo(1, 2), (e) => e({ a: 1 }).toMatchObject({ a: 2 }),
      (e) => e([1, 2]).toMatchObject([1]), (e) => e({ a: 1 }).toHaveProperty("b"), (e) => e({}).toBeInstanceOf(Array),
      (e) => e(() => {}).toThrow(), (e) => e(thrower).toThrow("no such text"), (e) => e(thrower).toThrow(TypeError),
      (e) => e({ a: undefined }).toHaveProperty("a.b"), (e) => e(null).toMatchObject({}),
    ];
    for (const check of fails) {
      check((value) => expect(value).not);
      expect(() => check(expect)).toThrow(/^expect\(received\)\./);
    }
  });

  test("that are used in a wrong way fail with .not too", () => {
    const wrong = [
      (e) => e(1).toContain(1), (e) => e(1).toMatch("1"), (e) => e("1").toBeGreaterThan(0), (e) => e(1).toHaveLength(1),
      (e) => e(1).toThrow(), (e) => e({}).toMatchObject(null), (e) => e(1).toHaveBeenCalled(),
      (e) => e({}).toMatchSnapshot(),
    ];
    for (const check of wrong) {
      expect(() => check(expect)).toThrow(TypeError);
      expect(() => check((value) => expect(value).not)).toThrow(TypeError);
    }
  });

  test("resolves and rejects", async () => {
    await expect(Promise.resolve([1])).resolves.toEqual([1]);
    await expect(async () => 5).resolves.toBe(5);
    await expect(Promise.reject(new Error("no"))).rejects.toThrow("no");
    await expect(Promise.reject(new TypeError("no"))).rejects.toThrow(TypeError);
    await expect(Promise.reject(5)).rejects.toBe(5);
    await expect(Promise.resolve(1)).resolves.not.toBe(2);
    await expect(expect(Promise.resolve(1)).rejects.toThrow()).rejects.toThrow("resolved instead of rejected");
    await expect(expect(Promise.reject(1)).resolves.toBe(1)).rejects.toThrow("rejected instead of resolved");
    await expect(expect(1).resolves.toBe(1)).rejects.toThrow("must be a promise");
    await expect(expect(Promise.resolve(1)).resolves.toBe(2)).rejects.toThrow("Expected: 2\nReceived: 1");
  });

  test("the error of an awaited matcher has the place of its call", async () => {
    const error = await expect(Promise.resolve(1)).resolves.toBe(2).catch((thrown) => thrown);
    expect(error.stack).toMatch(/^AssertionError: expect\(received\)\.resolves\.toBe[^]*at .*expect_test\.js:\d+/);
  });

  test("errors have what other tools look for", () => {
    const error = (() => {
      try {
        expect({ a: 1 }).toEqual({ a: 2 });
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).toMatchObject({ name: "AssertionError", code: "ERR_ASSERTION", actual: { a: 1 }, expected: { a: 2 },
      matcherResult: { pass: false } });
    expect(error).toBeInstanceOf(Error);
  });
});

describe("words that are no matchers", () => {
  test("are told with the one that is meant", () => {
    expect(() => expect(1).toBeEqual(1)).toThrow("expect(value).toBeEqual() is no matcher; did you mean toEqual()?");
    expect(() => expect(1).not.toBeGreatrThan(1)).toThrow("did you mean toBeGreaterThan()?");
    expect(messageOf(() => expect(1).toResembleNothingAtAll(1))).toBe(
      "expect(value).toResembleNothingAtAll() is no matcher");
    expect(() => expect(1).to.equal(1)).toThrow("chai");
  });

  test("what every object has is there", () => {
    expect(String(expect(1))).toBe("[object Object]");
    expect(expect(1).toJSON).toBe(undefined);
    expect(JSON.stringify(expect(1))).toBe("{}");
    expect("toBeEqual" in expect(1)).toBe(false);
  });
});

describe("asymmetric matchers", () => {
  test("stand for many values", () => {
    expect({ id: 7, name: "x", at: new Date(), list: [3, 1], text: "abcdef", price: 0.3 }).toEqual({
      id: expect.any(Number), name: expect.anything(), at: expect.any(Date), list: expect.arrayContaining([1]),
      text: expect.stringMatching(/^abc/), price: expect.closeTo(0.1 + 0.2),
    });
    expect([1, "a", null]).not.toEqual([1, "a", expect.anything()]);
    expect({ a: { b: 1, c: 2 } }).toEqual({ a: expect.objectContaining({ b: 1 }) });
    expect({ a: 1 }).toEqual(expect.not.objectContaining({ b: 1 }));
    expect("abc").toEqual(expect.not.stringContaining("d"));
    expect([1]).toEqual(expect.not.arrayContaining([2]));
    expect([1, "x"]).toEqual([expect.any(Object), expect.any(String)].map((m, i) => i === 0 ? expect.any(Number) : m));
    expect(new Map([["a", 5]])).toEqual(new Map([["a", expect.any(Number)]]));
    expect(() => expect.any()).toThrow("expect.anything()");
  });

  test("do not show as differences when they hold", () => {
    expect(messageOf(() => expect({ id: 1, name: "a" }).toEqual({ id: expect.any(Number), name: "b" }))).toBe(
      `expect(received).toEqual(expected) // deep equality

- Expected  - 1
+ Received  + 1

  {
    id: 1,
-   name: "b",
+   name: "a",
  }`);
    expect(messageOf(() => expect({ id: "1" }).toEqual({ id: expect.any(Number) }))).toMatch("-   id: Any<Number>,");
  });
});

describe("expect.extend", () => {
  expect.extend({
    toBeWithin(received, low, high) {
      return { pass: received >= low && received <= high,
        message: () => `${received} is ${this.isNot ? "" : "not "}within ${low} and ${high}` };
    },
    async toBeSoon(received) {
      return { pass: (await received) === 1, message: () => "not soon" };
    },
  });

  test("makes matchers, symmetric and not", async () => {
    expect(5).toBeWithin(1, 9);
    expect(messageOf(() => expect(50).toBeWithin(1, 9))).toBe("50 is not within 1 and 9");
    expect(messageOf(() => expect(5).not.toBeWithin(1, 9))).toBe("5 is within 1 and 9");
    expect({ n: 5 }).toEqual({ n: expect.toBeWithin(1, 9) });
    expect({ n: 50 }).toEqual({ n: expect.not.toBeWithin(1, 9) });
    await expect(Promise.resolve(1)).toBeSoon();
    await expect(expect(Promise.resolve(2)).toBeSoon()).rejects.toThrow("not soon");
  });
});

describe("counting", () => {
  test("expect.assertions and expect.getState", () => {
    expect.assertions(2);
    expect(1).toBe(1);
    expect(expect.getState().assertionCalls).toBe(1);
  });

  test("expect.poll tries until it holds", async () => {
    let n = 0;
    await expect.poll(() => ++n, { interval: 1 }).toBe(3);
    await expect(expect.poll(() => 1, { interval: 1, timeout: 5 }).toBe(2)).rejects.toThrow("Tried for 5 ms");
  });

  test("a message of one's own comes first", () => {
    expect(messageOf(() => expect(1, "the first page").toBe(2))).toMatch(/^the first page\n\nexpect\(received\)/);
  });
});

describe("mock matchers", () => {
  const f = mock.fn((a, b) => a + b);
  f(1, 2);
  f(3, 4);

  test("hold", () => {
    expect(f).toHaveBeenCalled();
    expect(f).toHaveBeenCalledTimes(2);
    expect(f).toHaveBeenCalledWith(1, 2);
    expect(f).toHaveBeenLastCalledWith(3, 4);
    expect(f).toHaveBeenNthCalledWith(1, 1, expect.any(Number));
    expect(f).toHaveReturned();
    expect(f).toHaveReturnedTimes(2);
    expect(f).toHaveReturnedWith(3);
    expect(f).toHaveLastReturnedWith(7);
    expect(f).toHaveNthReturnedWith(1, 3);
    expect(f).not.toHaveBeenCalledWith(1);
    expect(mock.fn()).not.toHaveBeenCalled();
  });

  test("say what was called", () => {
    expect(messageOf(() => expect(f).toHaveBeenCalledTimes(3))).toBe(`expect(received).toHaveBeenCalledTimes(expected)

Expected number of calls: 3
Received number of calls: 2`);
    const text = messageOf(() => expect(f).toHaveBeenCalledWith(9, "x"));
    expect(text).toBe(`expect(received).toHaveBeenCalledWith(expected)

Expected: 9, "x"
Received:
  1: 1, 2
  2: 3, 4

Number of calls: 2`);
    expect(messageOf(() => expect(f).not.toHaveBeenCalled())).toMatch("Expected number of calls: 0");
    expect(messageOf(() => expect(mock.fn()).toHaveBeenCalledWith(1))).toMatch("Received: no call");
    const g = mock.fn();
    const c = "a longer text, so that it is in lines";
    g({ a: 1, b: [1, 2, 3], c });
    expect(messageOf(() => expect(g).toHaveBeenCalledWith({ a: 1, b: [1, 5, 3], c }))).toMatch("-     5,\n+     2,");
  });

  test("resolved values and the order of calls", async () => {
    const g = mock.fn(async () => 5);
    await g();
    expect(g).toHaveResolved();
    expect(g).toHaveResolvedWith(5);
    expect(f).toHaveBeenCalledBefore(g);
    expect(g).toHaveBeenCalledAfter(f);
  });
});
