// SPDX-License-Identifier: Apache-2.0
import { test, expect, captureConsole } from "sedge:test";

async function logged(...args) {
  const lines = await captureConsole(() => console.log(...args));
  return lines[0].text;
}

test("strings and values are joined by spaces", async () => {
  expect(await logged("a", 1, { b: [1] }, "c")).toBe("a 1 { b: [ 1 ] } c");
  expect(await logged({ a: "x" }, "x")).toBe("{ a: 'x' } x");
});

test("%s", async () => {
  expect(await logged("%s|%s|%s", "a", 42, 5n)).toBe("a|42|5n");
  expect(await logged("%s", Symbol("x"))).toBe("Symbol(x)");
  expect(await logged("%s", { a: { b: 1 } })).toBe("{ a: [Object] }");
  expect(await logged("%s", { toString: () => "mine" })).toBe("mine");
});

test("%d, %i and %f", async () => {
  expect(await logged("%d %i %f", 42.9, "17px", "1.5e1")).toBe("42 17 15");
  expect(await logged("%d %f", Symbol("a"), {})).toBe("NaN NaN");
  expect(await logged("%d", 9007199254740993n)).toBe("9007199254740993n");
});

test("%j", async () => {
  expect(await logged("%j", { a: [1] })).toBe("{\"a\":[1]}");
  const circular = {};
  circular.self = circular;
  expect(await logged("%j", circular)).toBe("[Circular]");
});

test("%o and %O", async () => {
  expect(await logged("%o", { a: { b: { c: { d: 1 } } } })).toMatch("d: 1");
  expect(await logged("%O", { a: 1 })).toBe("{ a: 1 }");
});

test("%c takes an argument and prints nothing", async () => {
  expect(await logged("%ca%c b", "color: red", "", "rest")).toBe("a b rest");
});

test("%% and what is no specifier", async () => {
  expect(await logged("100%% %x %", 1)).toBe("100% %x % 1");
  expect(await logged("%s %s", "only one")).toBe("only one %s");
  expect(await logged("%s")).toBe("%s");
  expect(await logged("50%%")).toBe("50%%");
});
