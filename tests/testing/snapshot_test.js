// SPDX-License-Identifier: Apache-2.0
// Inline snapshots: what jest and vitest write into test files for values of all kinds compares equal here.
import { test, describe, expect, mock } from "sedge:test";

class Point {
  constructor() {
    this.y = 2;
    this.x = 1;
  }
}

function messageOf(fn) {
  try {
    fn();
  } catch (error) {
    return error.message;
  }
  return "nothing was thrown";
}

describe("toMatchInlineSnapshot", () => {
  test.each([
    [undefined, "undefined"], [null, "null"], [true, "true"], [7, "7"], [-0, "-0"], [NaN, "NaN"], [7n, "7n"],
    ["Hello World!", "\"Hello World!\""], ["say \"hi\" \\ it's", "\"say \"hi\" \\ it's\""], ["", "\"\""],
    [Symbol("s"), "Symbol(s)"], [() => {}, "[Function]"], [function named() {}, "[Function]"],
    [new Date(0), "1970-01-01T00:00:00.000Z"], [new Date(NaN), "Date { NaN }"], [/a\d+/gi, "/a\\\\d\\+/gi"],
    [new Error("no"), "[Error: no]"], [new TypeError("no"), "[TypeError: no]"], [new Error(""), "[Error]"],
    [new DOMException("over", "AbortError"), "[AbortError: over]"],
    [[], "[]"], [{}, "{}"], [new Map(), "Map {}"], [new Set(), "Set {}"], [Object.create(null), "{}"],
    [new WeakMap(), "WeakMap {}"], [new Headers(), "Headers {}"], [Promise.resolve(1), "Promise {}"],
    [new URL("https://example.com/a"), "\"https://example.com/a\""], [{ toJSON: () => [] }, "[]"],
    [new ArrayBuffer(2), "ArrayBuffer []"],
  ])("%#: %o", (value, snapshot) => {
    expect(value).toMatchInlineSnapshot(snapshot);
  });

  test("objects and lists, nested, with sorted keys", () => {
    expect({ b: [1, "two", []], a: { z: undefined, y: null }, 10: 1, 9: 2, [Symbol("s")]: 3 }).toMatchInlineSnapshot(`
      {
        "10": 1,
        "9": 2,
        "a": {
          "y": null,
          "z": undefined,
        },
        "b": [
          1,
          "two",
          [],
        ],
        Symbol(s): 3,
      }
    `);
  });

  test("classes, maps, sets and bytes", () => {
    const list = [new Point(), new Map([["k", { v: 1 }], [{ o: 1 }, 2]]), new Set([1, "x"]), new Uint8Array([1, 2]),
      new (class Stack extends Array {})(1)];
    expect(list).toMatchInlineSnapshot(`
[
  Point {
    "x": 1,
    "y": 2,
  },
  Map {
    "k" => {
      "v": 1,
    },
    {
      "o": 1,
    } => 2,
  },
  Set {
    1,
    "x",
  },
  Uint8Array [
    1,
    2,
  ],
  Stack [
    ,
  ],
]
`);
    expect((function () { return arguments; })(1)).toMatchInlineSnapshot("Arguments [\n  1,\n]");
  });

  test("circles, and lines in texts", () => {
    const circle = { text: "one\r\ntwo\n\n  three" };
    circle.self = circle;
    expect(circle).toMatchInlineSnapshot(`
      {
        "self": [Circular],
        "text": "one
      two

        three",
      }
    `);
    expect("a\nb").toMatchInlineSnapshot(`
      "a
      b"
    `);
  });

  test("mock functions and matchers", () => {
    const f = mock.fn(() => "r");
    expect(f).toMatchInlineSnapshot("[MockFunction]");
    f(1);
    expect({ f, any: expect.any(Date), some: expect.stringContaining("x") }).toMatchInlineSnapshot(`
      {
        "any": Any<Date>,
        "f": [MockFunction] {
          "calls": [
            [
              1,
            ],
          ],
          "results": [
            {
              "type": "return",
              "value": "r",
            },
          ],
        },
        "some": StringContaining "x",
      }
    `);
  });

  test("matchers in the place of properties", () => {
    const value = { at: new Date(), id: 7, in: { at: new Date(), n: 1 } };
    expect(value).toMatchInlineSnapshot({ at: expect.any(Date), in: { at: expect.any(Date) } }, `
      {
        "at": Any<Date>,
        "id": 7,
        "in": {
          "at": Any<Date>,
          "n": 1,
        },
      }
    `);
    expect(() => expect(value).toMatchInlineSnapshot({ at: expect.any(String) }, "{}")).toThrow("Any<String>");
  });

  test("promises", async () => {
    await expect(Promise.resolve({ a: 1 })).resolves.toMatchInlineSnapshot("{\n  \"a\": 1,\n}");
    await expect(Promise.reject(new Error("no"))).rejects.toMatchInlineSnapshot("[Error: no]");
  });

  test("what differs fails, with the lines that differ", () => {
    expect(messageOf(() => expect("Hello World!").toMatchInlineSnapshot("\"Hello Moon!\""))).toBe(
      "expect(received).toMatchInlineSnapshot(expected)\n\nExpected: \"Hello Moon!\"\nReceived: \"Hello World!\"");
    expect(messageOf(() => expect({ a: 1, b: 2 }).toMatchInlineSnapshot(`
      {
        "a": 1,
        "b": 3,
      }
    `))).toMatch(/- Expected {2}- 1\n\+ Received {2}\+ 1\n[^]*\n- +"b": 3,\n\+ +"b": 2,/);
    expect(() => expect("a").toMatchInlineSnapshot("a")).toThrow();
    expect(() => expect({ a: { b: 1 } }).toMatchInlineSnapshot("{\n  \"a\": {\n  \"b\": 1,\n  },\n}")).toThrow();
  });

  test("what would have to be written is refused, and shown", () => {
    expect(messageOf(() => expect({ a: "`${x}" }).toMatchInlineSnapshot())).toMatch(
      "toMatchInlineSnapshot(`\n  {\n    \"a\": \"\\`\\${x}\",\n  }\n`)");
    expect(messageOf(() => expect(1).toMatchInlineSnapshot())).toMatch("none are written here");
    expect(messageOf(() => expect(1).toMatchSnapshot())).toMatch("files of snapshots are neither read nor written");
    expect(() => expect(1).toMatchInlineSnapshot(1)).toThrow(TypeError);
    expect(() => expect(1).not.toMatchInlineSnapshot("2")).toThrow("after .not");
  });

  test("serializers of the test file", () => {
    expect.addSnapshotSerializer({ test: (value) => value instanceof Point, serialize: (p, config, indent, depth, refs,
      print) => `<${print(p.x)} ${print(p.y)}>` });
    expect([new Point()]).toMatchInlineSnapshot("[\n  <1 2>,\n]");
    expect.addSnapshotSerializer({ test: (value) => value instanceof Point, print: (p, print) => `(${print(p.x)})` });
    expect(new Point()).toMatchInlineSnapshot("(1)");
    expect(() => expect.addSnapshotSerializer({})).toThrow(TypeError);
  });
});

describe("toThrowErrorMatchingInlineSnapshot", () => {
  const thrower = () => { throw new RangeError("too many"); };

  test("as vitest and as jest write it", async () => {
    expect(thrower).toThrowErrorMatchingInlineSnapshot("[RangeError: too many]");
    expect(thrower).toThrowErrorMatchingInlineSnapshot("\"too many\"");
    await expect(Promise.reject(new Error("no"))).rejects.toThrowErrorMatchingInlineSnapshot("[Error: no]");
    await expect(async () => thrower()).rejects.toThrowErrorMatchingInlineSnapshot("\"too many\"");
  });

  test("fails", () => {
    expect(messageOf(() => expect(thrower).toThrowErrorMatchingInlineSnapshot("\"too few\""))).toMatch(
      "Expected: \"too few\"\nReceived: \"too many\"");
    expect(messageOf(() => expect(() => {}).toThrowErrorMatchingInlineSnapshot("\"x\""))).toMatch("did not throw");
    expect(messageOf(() => expect(thrower).toThrowErrorMatchingInlineSnapshot())).toMatch(
      "toThrowErrorMatchingInlineSnapshot(`[RangeError: too many]`)");
    expect(() => expect(1).toThrowErrorMatchingInlineSnapshot("")).toThrow(TypeError);
    expect(() => expect(thrower).not.toThrowErrorMatchingInlineSnapshot("\"x\"")).toThrow("after .not");
  });
});
