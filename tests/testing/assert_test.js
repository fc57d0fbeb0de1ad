// SPDX-License-Identifier: Apache-2.0
// The module node:assert.
import assert, { AssertionError, deepStrictEqual, throws } from "node:assert";
import strict from "node:assert/strict";
import { test, describe, expect } from "sedge:test";

function errorOf(fn) {
  try {
    fn();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe("values", () => {
  test("ok and assert itself", () => {
    assert(1);
    assert.ok("x");
    const error = errorOf(() => assert(0));
    expect(error).toMatchObject({ name: "AssertionError", code: "ERR_ASSERTION", actual: 0, expected: true,
      operator: "==", generatedMessage: true });
    expect(errorOf(() => assert.ok(false, "my words"))).toMatchObject({ message: "my words", generatedMessage: false });
    const own = new TypeError("own");
    expect(errorOf(() => assert.ok(false, own))).toBe(own);
    expect(errorOf(() => assert.ok()).message).toMatch("No value argument");
    expect(error.stack.split("\n").find((line) => line.includes("    at "))).toMatch("assert_test.js");
  });

  test("equal is ==, strictEqual Object.is", () => {
    assert.equal(1, "1");
    assert.equal(NaN, NaN);
    assert.notEqual(1, 2);
    assert.strictEqual(NaN, NaN);
    assert.notStrictEqual(0, -0);
    expect(() => assert.equal(1, 2)).toThrow("loosely equal");
    expect(() => assert.notEqual(1, "1")).toThrow(AssertionError);
    const text = 'Expected values to be strictly equal:\n\nExpected: "1"\nReceived: 1';
    expect(() => assert.strictEqual(1, "1")).toThrow(text);
    expect(() => assert.notStrictEqual(1, 1)).toThrow("strictly unequal");
    expect(() => assert.strictEqual(1)).toThrow(TypeError);
    expect(errorOf(() => assert.strictEqual(1, 2))).toMatchObject({ actual: 1, expected: 2, operator: "strictEqual" });
  });

  test.each([
    [[1, "2"], ["1", 2]], [{ a: 1 }, { a: "1" }], [new Map([["a", 1]]), new Map([["a", "1"]])],
    [new (class A {})(), {}],
  ])("deepEqual is loose: %o and %o", (a, b) => {
    assert.deepEqual(a, b);
    assert.throws(() => assert.notDeepEqual(a, b), AssertionError);
  });

  test.each([
    [{ a: 1 }, { a: 1 }], [[NaN], [NaN]], [new Set([{ a: 1 }]), new Set([{ a: 1 }])], [new Date(1), new Date(1)],
    [new Error("a"), new Error("a")], [new Uint8Array([1]), new Uint8Array([1])], [/a/g, /a/g],
    [{ [Symbol.for("s")]: 1 }, { [Symbol.for("s")]: 1 }],
  ])("deepStrictEqual holds: %o and %o", (a, b) => {
    deepStrictEqual(a, b);
    assert.deepEqual(a, b);
    assert.throws(() => assert.notDeepStrictEqual(a, b), AssertionError);
  });

  test.each([
    [{ a: 1 }, { a: "1" }], [[0], [-0]], [{ a: undefined }, {}], [[1, , 3], [1, undefined, 3]],
    [new (class A {})(), {}], [new Date(1), new Date(2)],
    [Object(1), Object(2)], [new Error("a"), new TypeError("a")], [{ [Symbol.for("s")]: 1 }, { [Symbol.for("s")]: 2 }],
    [new Map([[{}, 1]]), new Map([[{}, 2]])], [Object.create(null), {}],
  ])("deepStrictEqual does not: %o and %o", (a, b) => {
    assert.notDeepStrictEqual(a, b);
    assert.throws(() => deepStrictEqual(a, b), { code: "ERR_ASSERTION", operator: "deepStrictEqual" });
  });

  test("partialDeepStrictEqual", () => {
    assert.partialDeepStrictEqual({ a: { b: 1, c: 2 } }, { a: { b: 1 } });
    assert.throws(() => assert.partialDeepStrictEqual({ a: 1 }, { b: 1 }), AssertionError);
  });

  test("messages have a diff", () => {
    const error = errorOf(() => assert.deepStrictEqual({ a: 1, b: [1, 2] }, { a: 1, b: [1, 3] }));
    expect(error.message).toBe(`Expected values to be strictly deep-equal:

- Expected  - 1
+ Received  + 1

@@ -2,6 +2,6 @@
    a: 1,
    b: [
      1,
-     3,
+     2,
    ],
  }`);
  });

  test("match and doesNotMatch", () => {
    assert.match("abc", /b/);
    assert.doesNotMatch("abc", /d/);
    assert.throws(() => assert.match("abc", /d/), /did not match the regular expression \/d\//);
    assert.throws(() => assert.doesNotMatch("abc", /b/), AssertionError);
    assert.throws(() => assert.match(1, /1/), /must be of type string/);
    assert.throws(() => assert.match("a", "a"), { code: "ERR_INVALID_ARG_TYPE" });
  });

  test("fail and ifError", () => {
    assert.throws(() => assert.fail(), { message: "Failed", code: "ERR_ASSERTION" });
    assert.throws(() => assert.fail("words"), { message: "words" });
    assert.throws(() => assert.fail(new RangeError("own")), RangeError);
    assert.throws(() => assert.fail(1, 2, undefined, ">"), { message: "1 > 2", operator: ">" });
    assert.ifError(null);
    assert.ifError(undefined);
    assert.throws(() => assert.ifError(new Error("x")), /ifError got unwanted exception: x/);
  });
});

describe("exceptions", () => {
  const thrower = () => { throw Object.assign(new TypeError("wrong type"), { code: 5 }); };

  test("throws", () => {
    throws(thrower);
    throws(thrower, TypeError);
    throws(thrower, /wrong/);
    throws(thrower, /^TypeError: wrong type$/);
    throws(thrower, { message: "wrong type", code: 5 });
    throws(thrower, { name: "TypeError", message: /wrong/ });
    throws(thrower, new TypeError("wrong type"));
    throws(thrower, (error) => error.code === 5);
    throws(thrower, "the message of the assertion");
    throws(() => { throw null; });
  });

  test("throws fails", () => {
    assert.throws(() => throws(() => {}), { message: "Missing expected exception.", operator: "throws" });
    assert.throws(() => throws(() => {}, TypeError), { message: "Missing expected exception (TypeError)." });
    assert.throws(() => throws(() => {}, "words"), { message: "Missing expected exception: words" });
    assert.throws(() => throws(thrower, RangeError), /instance of "RangeError"/);
    assert.throws(() => throws(thrower, /other/), /did not match the regular expression/);
    assert.throws(() => throws(thrower, { code: 6 }), /-   code: 6,?\n|Expected: \{ code: 6 \}/);
    assert.throws(() => throws(thrower, () => false), /expected to return "true"/);
    assert.throws(() => throws("no function"), { code: "ERR_INVALID_ARG_TYPE" });
    assert.throws(() => throws(thrower, "wrong type"), { code: "ERR_AMBIGUOUS_ARGUMENT" });
    assert.throws(() => throws(thrower, {}), TypeError);
  });

  test("doesNotThrow", () => {
    assert.doesNotThrow(() => {});
    assert.throws(() => assert.doesNotThrow(thrower), /Got unwanted exception\.\nActual message: "wrong type"/);
    assert.throws(() => assert.doesNotThrow(thrower, "words"), /Got unwanted exception: words/);
    assert.throws(() => assert.doesNotThrow(thrower, RangeError), TypeError);
  });

  test("rejects and doesNotReject", async () => {
    await assert.rejects(Promise.reject(new TypeError("no")));
    await assert.rejects(async () => { throw new TypeError("no"); }, TypeError);
    await assert.rejects(Promise.reject(new TypeError("no")), { message: "no" });
    await assert.rejects(assert.rejects(Promise.resolve(1)),
      { message: "Missing expected rejection.", operator: "rejects" });
    await assert.rejects(assert.rejects(() => 5), { code: "ERR_INVALID_RETURN_VALUE" });
    await assert.rejects(assert.rejects(5), { code: "ERR_INVALID_ARG_TYPE" });
    // a function that throws at once rejects with that
    const atOnce = await assert.rejects(() => { throw new RangeError("at once"); }, TypeError).catch((error) => error);
    assert.equal(atOnce.message, "at once");
    await assert.doesNotReject(Promise.resolve(1));
    await assert.rejects(assert.doesNotReject(Promise.reject(new Error("no"))), /Got unwanted rejection/);
  });

  test("the error of rejects has the place of its call", async () => {
    const error = await assert.rejects(Promise.resolve(1)).catch((thrown) => thrown);
    assert.match(error.stack, /Missing expected rejection\.\n {4}at .*assert_test\.js:\d+/);
  });
});

describe("the strict module", () => {
  test("has strict functions by the loose names", () => {
    assert.strictEqual(assert.strict, strict);
    assert.strictEqual(strict.strict, strict);
    assert.strictEqual(strict.equal, strict.strictEqual);
    assert.strictEqual(strict.deepEqual, strict.deepStrictEqual);
    assert.throws(() => strict.equal(1, "1"), AssertionError);
    assert.throws(() => strict.deepEqual([1], ["1"]), AssertionError);
    strict(true);
    assert.throws(() => strict.notEqual(1, 1), AssertionError);
  });
});

test("AssertionError can be made", () => {
  const error = new AssertionError({ actual: 1, expected: 2, operator: "strictEqual" });
  assert.match(error.message, /strictly equal/);
  assert.strictEqual(error.generatedMessage, true);
  assert.strictEqual(new AssertionError({ message: "m" }).message, "m");
  assert.throws(() => new AssertionError("m"), TypeError);
  assert.ok(String(error).startsWith("AssertionError [ERR_ASSERTION]: "));
});

test("assertions count for expect.assertions()", () => {
  expect.assertions(2);
  assert.ok(true);
  assert.equal(1, 1);
});
