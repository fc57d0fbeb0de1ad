// SPDX-License-Identifier: Apache-2.0
import { test, describe, expect, captureConsole } from "sedge:test";

const text = (lines) => lines.map((line) => line.text);

describe("the namespace object", () => {
  test("has the shape of the standard", () => {
    expect(Object.prototype.toString.call(console)).toBe("[object console]");
    expect(Object.getPrototypeOf(Object.getPrototypeOf(console))).toBe(Object.prototype);
    expect(Object.keys(Object.getPrototypeOf(console))).toEqual([]);
    const descriptor = Object.getOwnPropertyDescriptor(console, "log");
    expect([descriptor.writable, descriptor.enumerable, descriptor.configurable]).toEqual([true, true, true]);
    expect(Object.getOwnPropertyDescriptor(globalThis, "console").enumerable).toBe(false);
    expect(console.log.name).toBe("log");
    expect(console.log.length).toBe(0);
  });

  test("methods need no receiver", async () => {
    const { log } = console;
    expect(text(await captureConsole(() => log("free")))).toEqual(["free"]);
  });
});

test("each method has its level", async () => {
  const lines = await captureConsole(() => {
    console.debug("d");
    console.log("l");
    console.info("i");
    console.warn("w");
    console.error("e");
    console.dirxml("x");
    console.log();
  });
  expect(lines).toEqual([
    { level: "debug", text: "d" }, { level: "log", text: "l" }, { level: "info", text: "i" },
    { level: "warn", text: "w" }, { level: "error", text: "e" }, { level: "log", text: "x" },
  ]);
});

test("assert speaks when the condition is false", async () => {
  const lines = await captureConsole(() => {
    console.assert(true, "not this");
    console.assert(false);
    console.assert(false, "n is %d", 3);
    console.assert(0, { a: 1 });
  });
  expect(text(lines)).toEqual(["Assertion failed", "Assertion failed: n is 3", "Assertion failed { a: 1 }"]);
  expect(lines[0].level).toBe("error");
});

test("groups indent every line", async () => {
  const lines = await captureConsole(() => {
    console.group("outer");
    console.log("a\nb");
    console.groupCollapsed();
    console.log("deep");
    console.groupEnd();
    console.groupEnd();
    console.groupEnd();
    console.log("out");
  });
  expect(text(lines)).toEqual(["outer", "  a\n  b", "    deep", "out"]);
});

test("every method of the standard and of V8 is there", async () => {
  for (const name of ["assert", "clear", "count", "countReset", "debug", "dir", "dirxml", "error", "group",
    "groupCollapsed", "groupEnd", "info", "log", "profile", "profileEnd", "table", "time", "timeEnd", "timeLog",
    "timeStamp", "trace", "warn"]) {
    expect(`${name} ${typeof console[name]}`).toBe(`${name} function`);
  }
  expect(await captureConsole(() => { console.profile("p"); console.timeStamp("t"); console.profileEnd("p"); }))
    .toEqual([]);
});

test("format specifiers work in every method that prints", async () => {
  const lines = await captureConsole(() => {
    console.log("%s %d %i %f %j %o %O %c%% %x", "s", "42.5", "42.5", "1.5", { j: 1 }, [1], { o: 1 }, "css", "rest");
    console.warn("%s!", "w");
    console.group("%s", "g");
    console.assert(false, "%d", 1);
    console.time("t");
    console.timeEnd("t");
    console.groupEnd();
    console.table([{ a: 1 }]);
  });
  expect(lines[0].text).toBe("s 42 42 1.5 {\"j\":1} [ 1 ] { o: 1 } % %x rest");
  expect(text(lines).slice(1, 4)).toEqual(["w!", "g", "  Assertion failed: 1"]);
  expect(lines[4].text).toMatch(/^  t: [\d.]+ms$/);
  expect(lines[5].text).toContain("(index)");
});

test("count and countReset", async () => {
  const lines = await captureConsole(() => {
    console.count();
    console.count("x");
    console.count(undefined);
    console.countReset();
    console.count();
    console.countReset("never");
  });
  expect(text(lines)).toEqual([
    "default: 1", "x: 1", "default: 2", "default: 1", "Count for 'never' does not exist"]);
  expect(lines[4].level).toBe("warn");
});

test("time, timeLog and timeEnd", async () => {
  const lines = await captureConsole(() => {
    console.time("t");
    console.time("t");
    console.timeLog("t", { a: 1 });
    console.timeEnd("t");
    console.timeEnd("t");
  });
  expect(lines[0]).toEqual({ level: "warn", text: "Timer 't' already exists" });
  expect(lines[1].text).toMatch(/^t: [\d.]+ms \{ a: 1 \}$/);
  expect(lines[2].text).toMatch(/^t: [\d.]+ms$/);
  expect(lines[3].level).toBe("warn");
});

test("trace prints where it was called", async () => {
  const [line] = await captureConsole(function caller() {
    console.trace("at %s", "x");
  });
  expect(line.text).toMatch(/^Trace: at x\n\s+at caller /);
});

test("trace does without a stack where the script makes something else of it", async () => {
  const { stackTraceLimit } = Error;
  const lines = await captureConsole(() => {
    Error.prepareStackTrace = (error, sites) => sites;
    console.trace("a");
    delete Error.prepareStackTrace;
    Error.stackTraceLimit = "none";
    console.trace("b");
  });
  delete Error.prepareStackTrace;
  Error.stackTraceLimit = stackTraceLimit;
  expect(text(lines)).toEqual(["Trace: a", "Trace: b"]);
});

test("shared buffers are shown as others are", async () => {
  const [line] = await captureConsole(() => console.log(new SharedArrayBuffer(2)));
  expect(line.text).toBe("SharedArrayBuffer { [Uint8Contents]: <00 00>, byteLength: 2 }");
});

test("dir takes options and asks no custom inspector", async () => {
  const value = { a: { b: 1 }, [Symbol.for("nodejs.util.inspect.custom")]: () => "no" };
  const [line] = await captureConsole(() => console.dir(value, { depth: 0 }));
  expect(line.text).toMatch("a: [Object]");
});

test("a label that cannot be a string is the caller's error", () => {
  expect(() => console.count(Symbol("x"))).toThrow(TypeError);
});

test("works when a worker has replaced the built-in prototypes", async () => {
  const { push, join } = Array.prototype;
  const { slice } = String.prototype;
  let lines;
  try {
    Array.prototype.push = Array.prototype.join = String.prototype.slice =
      () => { throw new Error("replaced"); };
    lines = await captureConsole(() => console.log("%s is", "x", { a: [1, new Map([[1, 2]])] }));
  } finally {
    Array.prototype.push = push;
    Array.prototype.join = join;
    String.prototype.slice = slice;
  }
  expect(lines[0].text).toBe("x is { a: [ 1, Map(1) { 1 => 2 } ] }");
});
