// SPDX-License-Identifier: Apache-2.0
// What failed comparisons show of the two values.
import { test, describe, expect } from "sedge:test";

// Without the line that names the matcher.
function differenceOf(received, expected, matcher = "toEqual") {
  try {
    expect(received)[matcher](expected);
  } catch (error) {
    return error.message.slice(error.message.indexOf("\n\n") + 2);
  }
  return "none";
}

describe("short values", () => {
  test.each([
    [1, 2, "Expected: 2\nReceived: 1"],
    ["a", "b", 'Expected: "b"\nReceived: "a"'],
    [null, undefined, "Expected: undefined\nReceived: null"],
    [[1], { 0: 1 }, "Expected: { 0: 1 }\nReceived: [1]"],
    [1n, 1, "Expected: 1\nReceived: 1n"],
    [-0, 0, "Expected: 0\nReceived: -0"],
    [{}, 5, "Expected: 5\nReceived: {}"],
    ["\u001b[31m\r", "x", 'Expected: "x"\nReceived: "\\u001b[31m\\r"'],
    [Symbol("s"), Symbol.iterator, "Expected: Symbol(Symbol.iterator)\nReceived: Symbol(s)"],
  ])("%p and %p", (received, expected, text) => {
    expect(differenceOf(received, expected)).toBe(text);
  });

  test("the same contents, another object", () => {
    expect(differenceOf([1], [1], "toBe")).toMatch("toEqual and toStrictEqual compare contents");
  });

  test("the same text, another class", () => {
    class A {}
    const B = { A: class A {} }.A;
    expect(differenceOf(new A(), new B(), "toStrictEqual")).toMatch("Both print the same");
  });
});

describe("nested values", () => {
  test("show the lines that differ, with some around them", () => {
    const make = (changed) => ({
      users: Array.from({ length: 12 }, (_, i) => ({ id: i, name: i === 7 ? changed : `user ${i}` })),
      total: 12,
    });
    expect(differenceOf(make("x"), make("y"))).toBe(`- Expected  - 1
+ Received  + 1

@@ -31,7 +31,7 @@
      },
      {
        id: 7,
-       name: "y",
+       name: "x",
      },
      {
        id: 8,`);
  });

  test("the order of properties, members and entries makes no difference", () => {
    const received = { b: 1, a: new Set([2, 1]), m: new Map([["y", 1], ["x", 2]]) };
    const expected = { m: new Map([["x", 2], ["y", 3]]), a: new Set([1, 2]), b: 1 };
    expect(differenceOf(received, expected)).toBe(`- Expected  - 1
+ Received  + 1

@@ -6,6 +6,6 @@
    b: 1,
    m: Map(2) {
      "x" => 2,
-     "y" => 3,
+     "y" => 1,
    },
  }`);
  });

  test("missing and additional entries", () => {
    expect(differenceOf([1, 3, 4], [1, 2, 3])).toBe(`- Expected  - 1
+ Received  + 1

  [
    1,
-   2,
    3,
+   4,
  ]`);
    expect(differenceOf({ a: 1, b: 2 }, { a: 1 })).toMatch("- Expected  - 0\n+ Received  + 1");
  });

  test("sets", () => {
    expect(differenceOf(new Set(["a", "b", "c"]), new Set(["a", "b", "d"]))).toMatch('-   "d",\n+   "c",');
  });

  test("typed arrays", () => {
    expect(differenceOf(new Uint8Array([1, 2, 3]), new Uint8Array([1, 9, 3]))).toMatch("-   9,\n+   2,");
    const long = new Uint8Array(1000);
    const other = long.slice();
    other[500] = 7;
    expect(differenceOf(other, long)).toMatch(/^\+ {3}0, 0, 0, 0, 7, 0, /m);
    expect(differenceOf(other, long).split("\n").length).toBeLessThan(16);
    expect(differenceOf(new Uint8Array(2).buffer, new Uint8Array(3).buffer)).toMatch("ArrayBuffer(3) [");
    expect(differenceOf(new DataView(new ArrayBuffer(1)), new DataView(new Uint8Array([1]).buffer))).toMatch("-   1,");
  });

  test("errors, dates, expressions, classes, functions", () => {
    class Point { constructor(x) { this.x = x; } }
    const received = { e: new TypeError("bad", { cause: 1 }), d: new Date(0), r: /a/g, p: new Point(1), f: test };
    const expected = { e: new TypeError("worse", { cause: 1 }), d: new Date(1), r: /a/i, p: new Point(2), f: test };
    const text = differenceOf(received, expected);
    const lines = ["-   d: 1970-01-01T00:00:00.001Z,", "+   e: [TypeError: bad] {", "+     x: 1,", "-   r: /a/i,"];
    for (const line of lines) {
      expect(text).toContain(line);
    }
    expect(text).toMatch("p: Point {");
  });

  test("web objects", () => {
    const text = differenceOf(new Headers({ a: "1", b: "2" }), new Headers({ a: "1", b: "3" }));
    expect(text).toMatch(/^- .*'?3'?/m);
  });

  test("only what a pattern speaks of is compared", () => {
    expect(differenceOf({ a: 1, b: { c: 2, d: 3 }, e: 4 }, { b: { c: 5 } }, "toMatchObject")).toBe(`- Expected  - 1
+ Received  + 1

  {
    b: {
-     c: 5,
+     c: 2,
    },
  }`);
  });
});

describe("strings", () => {
  test("of several lines are compared by lines", () => {
    expect(differenceOf("a\nb\nc", "a\nx\nc")).toBe("- Expected  - 1\n+ Received  + 1\n\n  a\n- x\n+ b\n  c");
    expect(differenceOf("a \nb", "a\nb")).toMatch("- a\n+ a\u00b7");
    expect(differenceOf("a\r\nb", "a\nb")).toMatch("+ a\\r");
  });

  test("that are long are cut to where they differ", () => {
    const filler = "lorem ipsum dolor sit amet ".repeat(40);
    const text = differenceOf(`${filler}one${filler}`, `${filler}two${filler}`);
    const lines = text.split("\n");
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(/^Expected: "lorem ipsum dolor s\u2026.*two.*\u2026$/);
    expect(lines[1]).toMatch(/^Received: "lorem ipsum dolor s\u2026.*one.*\u2026$/);
    expect(lines[0].length).toBeLessThan(140);
    expect(lines[2].indexOf("^")).toBe(lines[0].indexOf("two"));
  });

  test("that are long are cut inside of objects too", () => {
    const filler = "x".repeat(500);
    const text = differenceOf({ a: `${filler}1${filler}` }, { a: `${filler}2${filler}` });
    expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThan(150);
    expect(text).toMatch(/^\+ {3}a: "x+\u2026x+1x+\u2026$/m);
  });

  test("of several lines inside of objects are one line each", () => {
    expect(differenceOf({ text: "one\ntwo\nthree" }, { text: "one\n2\nthree" })).toBe(`- Expected  - 1
+ Received  + 1

  {
    text: "one\\n" +
-     "2\\n" +
+     "two\\n" +
      "three",
  }`);
  });
});

describe("large values", () => {
  // Their common lines would take time and memory by the square of how many differ.
  test("that differ in too much are shown one after the other", () => {
    const make = (step) => Array.from({ length: 20_000 }, (_, i) => ({ i, v: i * step }));
    const marks = differenceOf(make(1), make(2)).split("\n").slice(3).map((line) => line[0]).join("");
    expect(marks.replace(/^[ @]*-{50000,}\+{50000,} *$/, "one after the other")).toBe("one after the other");
  });

  test("deep ones end", () => {
    const make = (end) => {
      let value = { end };
      for (let i = 0; i < 150; ++i) value = { value };
      return value;
    };
    expect(differenceOf(make(1), make(2))).toMatch("end: 2,");
  });
});
