// SPDX-License-Identifier: Apache-2.0
// What every V8 must have, built in or added by runtime/script/language_*.js.
import { test, describe, expect } from "sedge:test";

test("additions look like built-in methods", () => {
  const added = [[Array.prototype, "toSorted", 1], [Array.prototype, "toSpliced", 2], [Array, "fromAsync", 1],
    [Iterator.prototype, "map", 1], [Set.prototype, "union", 1], [Object, "groupBy", 2],
    [Promise, "withResolvers", 0],
    [Promise, "try", 1], [String.prototype, "isWellFormed", 0], [RegExp, "escape", 1],
    [Math, "sumPrecise", 1],
    [Uint8Array, "fromBase64", 1], [ArrayBuffer.prototype, "transfer", 0], [Error, "isError", 1]];
  for (const [target, name, length] of added) {
    const { value, writable, enumerable, configurable } = Object.getOwnPropertyDescriptor(target, name);
    expect([value.name, value.length, writable, enumerable, configurable]).toEqual(
      [name, length, true, false, true]);
    expect(() => new value()).toThrow(TypeError);
  }
});

describe("arrays", () => {
  test("change by copy", () => {
    const source = [3, 1, 2];
    expect(source.toSorted()).toEqual([1, 2, 3]);
    expect(source.toSorted((a, b) => b - a)).toEqual([3, 2, 1]);
    expect(source.toReversed()).toEqual([2, 1, 3]);
    expect(source.toSpliced(1, 1, "a", "b")).toEqual([3, "a", "b", 2]);
    expect(source.toSpliced(-1)).toEqual([3, 1]);
    expect(source.with(-1, 9)).toEqual([3, 1, 9]);
    expect(source).toEqual([3, 1, 2]);
    expect(() => source.with(3, 0)).toThrow(RangeError);
    expect(() => source.toSorted(1)).toThrow(TypeError);
    expect(1 in [, ,].toReversed()).toBe(true);
    expect(new Int8Array([2, -1]).toSorted()).toStrictEqual(new Int8Array([-1, 2]));
    expect(() => new BigInt64Array(1).with(0, 1)).toThrow(TypeError);
  });

  test("fromAsync", async () => {
    async function* numbers() {
      yield 1;
      yield 2;
    }
    expect(await Array.fromAsync(numbers())).toEqual([1, 2]);
    expect(await Array.fromAsync([1, Promise.resolve(2)], async (x) => x * 2)).toEqual([2, 4]);
    expect(await Array.fromAsync({ length: 1, 0: Promise.resolve("a") })).toEqual(["a"]);
    await expect(Array.fromAsync(null)).rejects.toThrow(TypeError);
    let closed = false;
    const source = { [Symbol.iterator]: () => ({ next: () => ({ value: Promise.reject(new Error("x")) }),
      return() { closed = true; return {}; } }) };
    await expect(Array.fromAsync(source)).rejects.toThrow("x");
    expect(closed).toBe(true);
  });
});

describe("iterators", () => {
  function* count() {
    for (let i = 0; ; ++i) yield i;
  }

  test("lazy helpers", () => {
    expect(count().filter((x) => x % 2 === 1).map((x, i) => x * 10 + i).drop(1).take(2).toArray()).toEqual(
      [31, 52]);
    expect([1, 2].values().flatMap((x) => [x, x]).toArray()).toEqual([1, 1, 2, 2]);
    expect(() => [1].values().flatMap(() => "text").toArray()).toThrow(TypeError);
  });

  test("eager helpers", () => {
    expect(count().take(4).reduce((a, b) => a + b)).toBe(6);
    expect(count().some((x) => x > 3)).toBe(true);
    expect(count().every((x) => x < 3)).toBe(false);
    expect(count().find((x) => x > 3)).toBe(4);
    const seen = [];
    [5, 6].values().forEach((x, i) => seen.push([x, i]));
    expect(seen).toEqual([[5, 0], [6, 1]]);
    expect(() => [].values().reduce((a) => a)).toThrow(TypeError);
  });

  test("the source is closed", () => {
    let closed = 0;
    const source = { __proto__: Iterator.prototype, next: () => ({ value: 1 }),
      return() { ++closed; return {}; } };
    source.take(1).toArray();
    source.map((x) => x).return();
    expect(() => source.map(() => { throw new Error("mapper"); }).next()).toThrow("mapper");
    expect(closed).toBe(3);
  });

  test("Iterator.from and the class", () => {
    expect(Iterator.from({ next: () => ({ done: true }) })).toBeInstanceOf(Iterator);
    expect(Iterator.from("ab").toArray()).toEqual(["a", "b"]);
    expect(() => new Iterator()).toThrow(TypeError);
    class Mine extends Iterator {}
    expect(new Mine()).toBeInstanceOf(Iterator);
    expect(Iterator.prototype[Symbol.toStringTag]).toBe("Iterator");
  });
});

describe("sets and groups", () => {
  test("set algebra", () => {
    const a = new Set([1, 2, 3]);
    const b = new Set([3, 4]);
    expect([...a.union(b)]).toEqual([1, 2, 3, 4]);
    expect([...a.intersection(b)]).toEqual([3]);
    expect([...a.difference(b)]).toEqual([1, 2]);
    expect([...a.symmetricDifference(b)]).toEqual([1, 2, 4]);
    expect(new Set([1]).isSubsetOf(a) && a.isSupersetOf(new Set([1])) && a.isDisjointFrom(new Set([9]))).toBe(
      true);
    expect([...a.intersection(new Map([[2, "x"]]))]).toEqual([2]);
    expect(() => a.union([1])).toThrow(TypeError);
    expect(() => Set.prototype.union.call(new Map(), a)).toThrow(TypeError);
  });

  test("groupBy", () => {
    const groups = Object.groupBy([1, 2, 3], (x) => x % 2 === 0 ? "even" : "odd");
    expect(Object.getPrototypeOf(groups)).toBeNull();
    expect({ ...groups }).toEqual({ odd: [1, 3], even: [2] });
    expect(Map.groupBy([1, -1], (x) => x * 0).get(0)).toEqual([1, -1]);
  });
});

describe("promises", () => {
  test("withResolvers and try", async () => {
    const { promise, resolve } = Promise.withResolvers();
    resolve(4);
    expect(await promise).toBe(4);
    expect(await Promise.try((a, b) => a + b, 1, 2)).toBe(3);
    await expect(Promise.try(() => { throw new RangeError("r"); })).rejects.toThrow(RangeError);
    class Mine extends Promise {}
    expect(Mine.withResolvers().promise).toBeInstanceOf(Mine);
  });
});

describe("text and numbers", () => {
  test("well-formed strings", () => {
    expect("a\u{1F600}".isWellFormed()).toBe(true);
    expect("a\ud800".isWellFormed()).toBe(false);
    expect("\udc00a\ud800\ud800".toWellFormed()).toBe("\ufffda\ufffd\ufffd");
  });

  test("RegExp.escape", () => {
    expect(RegExp.escape("1a.b-c\n")).toBe("\\x31a\\.b\\x2dc\\n");
    const odd = "^$.*+?()[]{}|/ \u2028\ud800,x";
    expect(new RegExp(`^${RegExp.escape(odd)}$`, "u").test(odd)).toBe(true);
    expect(() => RegExp.escape(1)).toThrow(TypeError);
  });

  test("Math.sumPrecise rounds once", () => {
    expect(Math.sumPrecise([1e20, 0.1, -1e20])).toBe(0.1);
    expect(Math.sumPrecise([1e308, 1e308, -1e308])).toBe(1e308);
    expect(Math.sumPrecise([5e-324, 5e-324])).toBe(1e-323);
    expect(Math.sumPrecise([])).toBe(-0);
    expect(Math.sumPrecise([Infinity, -Infinity])).toBe(NaN);
    expect(() => Math.sumPrecise(["1"])).toThrow(TypeError);
  });

  test("Error.isError", () => {
    expect(Error.isError(new TypeError("x"))).toBe(true);
    expect(Error.isError(new DOMException("x"))).toBe(true);
    expect(Error.isError(Object.create(Error.prototype))).toBe(false);
    expect(Error.isError("x")).toBe(false);
  });
});

describe("bytes", () => {
  test("base64", () => {
    expect(Uint8Array.fromBase64("aGVs bG8=")).toStrictEqual(new Uint8Array([104, 101, 108, 108, 111]));
    expect(new Uint8Array([255, 254]).toBase64()).toBe("//4=");
    expect(new Uint8Array([255, 254]).toBase64({ alphabet: "base64url", omitPadding: true })).toBe("__4");
    expect(Uint8Array.fromBase64("__4", { alphabet: "base64url" })).toStrictEqual(new Uint8Array([255, 254]));
    for (const text of ["a", "ab=", "a===", "ab==c", "a*bc", "__4="]) {
      expect(() => Uint8Array.fromBase64(text)).toThrow(SyntaxError);
    }
    expect(() => Uint8Array.fromBase64("YR==", { lastChunkHandling: "strict" })).toThrow(SyntaxError);
    expect(() => Uint8Array.fromBase64("YQ==", { alphabet: "x" })).toThrow(TypeError);
    const target = new Uint8Array(4);
    expect(target.setFromBase64("YWJjZGVm")).toEqual({ read: 4, written: 3 });
    expect([...target]).toEqual([97, 98, 99, 0]);
  });

  test("hex", () => {
    expect(Uint8Array.fromHex("00fFa1").toHex()).toBe("00ffa1");
    expect(() => Uint8Array.fromHex("0")).toThrow(SyntaxError);
    expect(() => Uint8Array.fromHex("0g")).toThrow(SyntaxError);
    expect(new Uint8Array(1).setFromHex("0102")).toEqual({ read: 2, written: 1 });
  });

  test("ArrayBuffer.prototype.transfer", () => {
    const source = new Uint8Array([1, 2, 3]).buffer;
    const longer = source.transfer(5);
    expect([source.detached, source.byteLength, longer.detached]).toEqual([true, 0, false]);
    expect([...new Uint8Array(longer)]).toEqual([1, 2, 3, 0, 0]);
    expect([...new Uint8Array(longer.transferToFixedLength())]).toEqual([1, 2, 3, 0, 0]);
    expect(() => source.transfer()).toThrow(TypeError);
  });
});

describe("disposal", () => {
  test("stacks dispose in reverse order and chain errors", () => {
    const order = [];
    const stack = new DisposableStack();
    stack.use({ [Symbol.dispose]() { order.push("use"); throw new Error("first"); } });
    stack.adopt("v", (value) => order.push(value));
    stack.defer(() => { order.push("defer"); throw new Error("second"); });
    let caught;
    try {
      stack.dispose();
    } catch (error) {
      caught = error;
    }
    expect(order).toEqual(["defer", "v", "use"]);
    expect(caught).toBeInstanceOf(SuppressedError);
    expect([caught.error.message, caught.suppressed.message]).toEqual(["first", "second"]);
    expect(stack.disposed).toBe(true);
    expect(() => stack.defer(() => {})).toThrow(ReferenceError);
  });

  test("async stacks wait", async () => {
    const order = [];
    const stack = new AsyncDisposableStack();
    stack.use({ async [Symbol.asyncDispose]() { await null; order.push("async"); } });
    stack.use({ [Symbol.dispose]: () => order.push("sync") });
    await stack.disposeAsync();
    expect(order).toEqual(["sync", "async"]);
  });
});
