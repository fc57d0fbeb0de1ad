// SPDX-License-Identifier: Apache-2.0
import { test, describe, expect } from "sedge:test";

const entries = (init) => [...new URLSearchParams(init)];

describe("URLSearchParams", () => {
  test("takes strings, pairs, records and its own kind", () => {
    expect(entries("?a=1&b=2&&c&=d&a=3")).toEqual([["a", "1"], ["b", "2"], ["c", ""], ["", "d"], ["a", "3"]]);
    expect(entries("??a")).toEqual([["?a", ""]]);
    expect(entries([["x", 1], new Set(["y", 2])])).toEqual([["x", "1"], ["y", "2"]]);
    expect(entries({ b: 1, a: undefined })).toEqual([["b", "1"], ["a", "undefined"]]);
    expect(entries(new URLSearchParams("q=1"))).toEqual([["q", "1"]]);
    expect(entries()).toEqual([]);
    expect(entries(undefined)).toEqual([]);
    expect(entries(null)).toEqual([["null", ""]]);
    expect(() => new URLSearchParams([["only one"]])).toThrow("index 0");
    expect(() => new URLSearchParams([1])).toThrow(TypeError);
    expect(() => URLSearchParams("")).toThrow(TypeError);
  });

  test("decodes", () => {
    expect(entries("a+b=%20%2B+%C3%A9&%e2%82%ac=%F0%9F%92%A9"))
      .toEqual([["a b", " + é"], ["€", "💩"]]);
    expect(entries("a=%zz%4&b=%FF%41&c=%C3é"))
      .toEqual([["a", "%zz%4"], ["b", "\uFFFDA"], ["c", "\uFFFDé"]]);
    expect(entries("a=%EF%BB%BFx")).toEqual([["a", "\uFEFFx"]]);
    expect(entries("a=b=c")).toEqual([["a", "b=c"]]);
  });

  test("encodes", () => {
    const params = new URLSearchParams();
    params.append("a b", "*-._09azAZ~!'()");
    params.append("€", "\0\uD800&=+%\n");
    expect(String(params)).toBe("a+b=*-._09azAZ%7E%21%27%28%29&%E2%82%AC=%00%EF%BF%BD%26%3D%2B%25%0A");
  });

  test("get, getAll, has, set, append, delete, size", () => {
    const params = new URLSearchParams("a=1&b=2&a=3");
    expect(params.get("a")).toBe("1");
    expect(params.get("x")).toBeNull();
    expect(params.getAll("a")).toEqual(["1", "3"]);
    expect(params.getAll("x")).toEqual([]);
    expect([params.has("a"), params.has("a", "3"), params.has("a", "2"), params.has("a", undefined)])
      .toEqual([true, true, false, true]);
    params.set("a", "4");
    params.set("c", "5");
    expect(String(params)).toBe("a=4&b=2&c=5");
    params.append("b", "6");
    params.delete("b", "2");
    expect(String(params)).toBe("a=4&c=5&b=6");
    params.delete("a", undefined);
    expect(params.size).toBe(2);
    expect(() => params.get()).toThrow("1 argument required");
    expect(() => params.set("a")).toThrow("2 arguments required");
  });

  test("sorts by code units and keeps the order of equals", () => {
    const params = new URLSearchParams("\uFB03=1&z=b&🌈=2&z=a&a=3");
    params.sort();
    expect(params.toString()).toBe("a=3&z=b&z=a&%F0%9F%8C%88=2&%EF%AC%83=1");
  });

  test("iterates live", () => {
    const params = new URLSearchParams("a=1&b=2&c=3");
    const seen = [];
    for (const [name] of params) {
      seen.push(name);
      params.delete(name);
    }
    expect(seen).toEqual(["a", "c"]);
    expect([...params.keys()]).toEqual(["b"]);
    expect([...params.values()]).toEqual(["2"]);
    const calls = [];
    params.forEach(function (value, name, self) {
      calls.push([value, name, self === params, this.x]);
    }, { x: 1 });
    expect(calls).toEqual([["2", "b", true, 1]]);
    expect(Object.prototype.toString.call(params.entries())).toBe("[object URLSearchParams Iterator]");
  });

  test("checks its receiver", () => {
    expect(() => URLSearchParams.prototype.get.call({}, "a")).toThrow("Illegal invocation");
    expect(() => URLSearchParams.prototype.entries.call(new Map())).toThrow(TypeError);
  });
});
