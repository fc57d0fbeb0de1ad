// SPDX-License-Identifier: Apache-2.0
import { test, describe, expect, inspect } from "sedge:test";

describe("primitives", () => {
  test("print as in source code", () => {
    expect(inspect("a")).toBe("'a'");
    expect(inspect(-0)).toBe("-0");
    expect(inspect(10n)).toBe("10n");
    expect(inspect(Symbol("s"))).toBe("Symbol(s)");
    expect(inspect(undefined)).toBe("undefined");
  });

  test("strings choose quotes and escape what cannot be seen", () => {
    expect(inspect("it's")).toBe("\"it's\"");
    expect(inspect("'\"")).toBe("`'\"`");
    expect(inspect("a\n\u0001\\")).toBe("'a\\n\\x01\\\\'");
    expect(inspect("\ud800\u{1F600}")).toBe("'\\ud800\u{1F600}'");
  });

  test("long strings end in a count", () => {
    expect(inspect("x".repeat(12), { maxStringLength: 10 })).toBe(`'${"x".repeat(10)}'... 2 more characters`);
  });
});

describe("objects", () => {
  test("print keys, symbols and accessors, which do not run", () => {
    let ran = false;
    const value = { a: 1, "b-c": "x", [Symbol("s")]: true, get g() { ran = true; return 1; }, set h(v) {} };
    expect(inspect(value)).toBe("{ a: 1, 'b-c': 'x', g: [Getter], h: [Setter], [Symbol(s)]: true }");
    expect(ran).toBe(false);
  });

  test("stop at a depth of two unless told", () => {
    const value = { a: { b: { c: { d: 1 } } } };
    expect(inspect(value)).toBe("{ a: { b: { c: [Object] } } }");
    expect(inspect(value, { depth: 0 })).toBe("{ a: [Object] }");
    expect(inspect(value, { depth: null })).toMatch(/d: 1/);
    expect(inspect([[[[]]]])).toBe("[ [ [ [Array] ] ] ]");
  });

  test("mark circular references", () => {
    const value = { name: "x" };
    value.self = value;
    value.list = [value];
    expect(inspect(value)).toBe("<ref *1> { name: 'x', self: [Circular *1], list: [ [Circular *1] ] }");
  });

  test("the same object twice is not circular", () => {
    const shared = { a: 1 };
    expect(inspect([shared, shared])).toBe("[ { a: 1 }, { a: 1 } ]");
  });

  test("name their class", () => {
    class Foo { x = 1; }
    class Bar extends Foo {}
    expect(inspect(new Foo())).toBe("Foo { x: 1 }");
    expect(inspect(new Bar())).toBe("Bar { x: 1 }");
    expect(inspect(Object.create(null))).toBe("[Object: null prototype] {}");
    expect(inspect({ [Symbol.toStringTag]: "T" })).toMatch(/^Object \[T\]/);
  });

  test("functions and classes", () => {
    expect(inspect(function f() {})).toBe("[Function: f]");
    expect(inspect(() => {})).toBe("[Function (anonymous)]");
    expect(inspect(async () => {})).toBe("[AsyncFunction (anonymous)]");
    expect(inspect(function* g() {})).toBe("[GeneratorFunction: g]");
    expect(inspect(class A {})).toBe("[class A]");
    expect(inspect(class B extends Map {})).toBe("[class B extends Map]");
    expect(inspect(Object.assign(function f() {}, { a: 1 }))).toBe("[Function: f] { a: 1 }");
  });

  test("break lines that are too long", () => {
    const value = { a: "long string long string long string", b: "long string long string long string" };
    expect(inspect(value)).toBe(
      "{\n  a: 'long string long string long string',\n  b: 'long string long string long string'\n}");
  });

  test("survive nesting deeper than the stack", () => {
    let value = {};
    for (let i = 0; i < 100_000; ++i) value = { value };
    expect(inspect(value, { depth: null })).toMatch("nested too deeply");
  });
});

describe("collections", () => {
  test("arrays show holes and further properties", () => {
    expect(inspect([1, , 3, , ,])).toBe("[ 1, <1 empty item>, 3, <2 empty items> ]");
    expect(inspect(Object.assign([1], { k: 2 }))).toBe("[ 1, k: 2 ]");
    class List extends Array {}
    expect(inspect(List.of(1, 2))).toBe("List(2) [ 1, 2 ]");
  });

  test("arrays of more than a hundred items are cut", () => {
    const lines = inspect(Array.from({ length: 120 }, (_, i) => i)).split("\n");
    expect(lines[1]).toBe("   0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10, 11, 12, 13, 14, 15,");
    expect(lines.at(-2)).toBe("  ... 20 more items");
  });

  test("maps and sets", () => {
    expect(inspect(new Map([["a", 1], [{ x: 1 }, [2]]]))).toBe("Map(2) { 'a' => 1, { x: 1 } => [ 2 ] }");
    expect(inspect(new Set([1, "a"]))).toBe("Set(2) { 1, 'a' }");
    expect(inspect(new WeakMap())).toBe("WeakMap { <items unknown> }");
  });

  test("binary data", () => {
    expect(inspect(new Uint8Array([1, 2]))).toBe("Uint8Array(2) [ 1, 2 ]");
    expect(inspect(new Uint8Array([1, 255]).buffer))
      .toBe("ArrayBuffer { [Uint8Contents]: <01 ff>, byteLength: 2 }");
    expect(inspect(new DataView(new ArrayBuffer(1)))).toMatch("byteOffset: 0");
    expect(inspect(new SharedArrayBuffer(1))).toBe("SharedArrayBuffer { [Uint8Contents]: <00>, byteLength: 1 }");
  });

  test("millions of items take no longer than a hundred", () => {
    const many = Object.assign(new Array(10_000_000).fill("x"), { k: 1, [Symbol("s")]: 2 });
    expect(inspect(many)).toMatch(/'x',\n {2}... 9999900 more items,\n {2}k: 1,\n {2}\[Symbol\(s\)\]: 2\n\]$/);
    expect(inspect(new Uint8Array(10_000_000))).toMatch("... 9999900 more items");
  });
});

describe("other built-in objects", () => {
  test("dates, expressions, wrappers", () => {
    expect(inspect(new Date(0))).toBe("1970-01-01T00:00:00.000Z");
    expect(inspect(new Date(NaN))).toBe("Invalid Date");
    expect(inspect(/a\/b/g)).toBe("/a\\/b/g");
    expect(inspect(Object("abc"))).toBe("[String: 'abc']");
    expect(inspect(Object(1))).toBe("[Number: 1]");
  });

  test("promises show their state", async () => {
    const rejected = Promise.reject(1);
    await rejected.catch(() => {});
    expect(inspect(Promise.resolve(4))).toBe("Promise { 4 }");
    expect(inspect(new Promise(() => {}))).toBe("Promise { <pending> }");
    expect(inspect(rejected)).toBe("Promise { <rejected> 1 }");
  });

  test("proxies run no trap", () => {
    const trap = () => { throw new Error("a trap ran"); };
    const proxy = new Proxy({ a: 1 }, { get: trap, ownKeys: trap, getPrototypeOf: trap,
      getOwnPropertyDescriptor: trap });
    expect(inspect(proxy)).toBe("{ a: 1 }");
    const { proxy: revoked, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(inspect(revoked)).toBe("<Revoked Proxy>");
  });

  test("errors show stack, cause and fields", () => {
    const text = inspect(Object.assign(new TypeError("outer", { cause: new Error("inner") }), { code: 5 }));
    expect(text).toMatch(/^TypeError: outer\n\s+at /);
    expect(text).toMatch(/\[cause\]: Error: inner\n/);
    expect(text).toMatch(/code: 5\n\}$/);
    expect(inspect(new AggregateError([new Error("one")], "many"))).toMatch(/\[errors\]: \[\n\s+Error: one/);
  });

  test("errors show the name of their class", () => {
    class ParseError extends Error {}
    expect(inspect(new ParseError("x"))).toMatch(/^ParseError: x\n/);
    const bare = new Error("x");
    bare.stack = undefined;
    expect(inspect({ bare })).toBe("{ bare: [Error: x] }");
  });
});

describe("custom forms", () => {
  test("nodejs.util.inspect.custom is asked", () => {
    const custom = Symbol.for("nodejs.util.inspect.custom");
    expect(inspect({ [custom]: () => "<mine>" })).toBe("<mine>");
    expect(inspect({ a: { [custom]: (depth) => ({ depth }) } })).toBe("{ a: { depth: 1 } }");
  });

  test("web objects show their attributes", () => {
    expect(inspect(new DOMException("m", "AbortError"))).toMatch(/^AbortError: m\n/);
    expect(inspect(new Event("x"))).toMatch(/^Event \{\n?\s+type: 'x'/);
    expect(inspect(Object.create(Event.prototype))).toBe("Event {}");
    expect(inspect(navigator)).toMatch("userAgent: 'Cloudflare-Workers'");
  });

  test("lists of pairs show them", () => {
    expect(inspect(new Headers([["a", "1"], ["b", "2"]]))).toBe("Headers { 'a' => '1', 'b' => '2' }");
  });
});
