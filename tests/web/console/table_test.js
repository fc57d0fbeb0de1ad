// SPDX-License-Identifier: Apache-2.0
import { test, expect, captureConsole } from "sedge:test";

async function table(...args) {
  const [line] = await captureConsole(() => console.table(...args));
  return line.text;
}

test("rows of objects and a primitive", async () => {
  expect(await table([{ a: 1, b: "x" }, { a: 2, c: true }, 5])).toBe([
    "┌─────────┬───┬─────┬──────┬────────┐",
    "│ (index) │ a │ b   │ c    │ Values │",
    "├─────────┼───┼─────┼──────┼────────┤",
    "│ 0       │ 1 │ 'x' │      │        │",
    "│ 1       │ 2 │     │ true │        │",
    "│ 2       │   │     │      │ 5      │",
    "└─────────┴───┴─────┴──────┴────────┘"].join("\n"));
});

test("the second argument chooses columns", async () => {
  const text = await table([[1, 2], [3, 4]], ["1"]);
  expect(text).toMatch("│ (index) │ 1 │");
  expect(text).toMatch("│ 1       │ 4 │");
});

test("objects, maps and sets", async () => {
  expect(await table({ row: { v: 1 } })).toMatch("│ row     │ 1 │");
  expect(await table(new Map([["k", { v: 1 }]]))).toMatch("│ (iteration index) │ Key │ v │");
  expect(await table(new Set(["x"]))).toMatch("│ 0                 │ 'x'    │");
});

test("wide characters take two columns", async () => {
  const lines = (await table([{ a: "漢" }, { a: "ab" }])).split("\n");
  expect(lines[3]).toBe("│ 0       │ '漢' │");
  expect(lines[4]).toBe("│ 1       │ 'ab' │");
});

test("what is no table is logged", async () => {
  expect(await table(5)).toBe("5");
  expect(await table("x")).toBe("x");
  expect(await table(null)).toBe("null");
});

test("the columns must be a sequence", () => {
  expect(() => console.table([], 5)).toThrow(TypeError);
});
