// SPDX-License-Identifier: Apache-2.0
import { test, describe, expect } from "sedge:test";

describe("File", () => {
  test("has a name, a date, and is a Blob", async () => {
    const file = new File(["abc"], "a/b.txt", { type: "text/plain", lastModified: 1234 });
    expect(file).toBeInstanceOf(Blob);
    expect(file.name).toBe("a/b.txt");
    expect(file.lastModified).toBe(1234);
    expect(file.type).toBe("text/plain");
    expect(file.size).toBe(3);
    expect(await file.text()).toBe("abc");
    expect(Object.prototype.toString.call(file)).toBe("[object File]");
    expect(file.slice(0, 1)).not.toBeInstanceOf(File);
  });

  test("takes the current time by default", () => {
    const before = Date.now();
    const { lastModified } = new File([], "x");
    expect(lastModified >= before && lastModified <= Date.now()).toBe(true);
  });

  test("needs bits and a name", () => {
    expect(() => new File([])).toThrow("2 arguments required, but only 1 present");
    expect(() => new File("abc", "x")).toThrow(TypeError);
    expect(new File([], null).name).toBe("null");
  });
});
