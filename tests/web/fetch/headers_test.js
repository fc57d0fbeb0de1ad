// SPDX-License-Identifier: Apache-2.0
import { test, describe, expect } from "sedge:test";

describe("Headers", () => {
  test("is built from records, sequences and Headers", () => {
    expect([...new Headers({ B: "2", a: "1" })]).toEqual([["a", "1"], ["b", "2"]]);
    expect([...new Headers([["x", "1"], ["X", "2"]])]).toEqual([["x", "1, 2"]]);
    const copy = new Headers(new Headers([["set-cookie", "a=1"], ["set-cookie", "b=2"]]));
    expect(copy.getSetCookie()).toEqual(["a=1", "b=2"]);
    expect([...new Headers(new Map([["m", "1"]]))]).toEqual([["m", "1"]]);
    expect([...new Headers()]).toEqual([]);
    expect(() => new Headers(null)).toThrow(TypeError);
    expect(() => new Headers("a")).toThrow(TypeError);
    expect(() => new Headers([["a"]])).toThrow("header 0 is not a [name, value] pair: it has 1 items");
    expect(() => new Headers([["a", "b", "c"]])).toThrow(TypeError);
  });

  test("names are case-insensitive and checked", () => {
    const headers = new Headers();
    headers.set("Content-Type", "text/plain");
    expect(headers.get("CONTENT-TYPE")).toBe("text/plain");
    expect(headers.has("content-type")).toBe(true);
    for (const name of ["", "a b", "a:b", "a\0", "é", "日"]) {
      expect(() => headers.append(name, "x")).toThrow(TypeError);
      expect(() => headers.get(name)).toThrow(TypeError);
    }
    expect(() => headers.append("a b", "x")).toThrow("\"a b\" is not a legal HTTP header name");
  });

  test("values are trimmed and checked", () => {
    const headers = new Headers({ a: " \t\r\n x y \n", b: "", c: "\xff" });
    expect(headers.get("a")).toBe("x y");
    expect(headers.get("b")).toBe("");
    expect(headers.get("c")).toBe("\xff");
    for (const value of ["a\0b", "a\nb", "a\rb", "日本"]) {
      expect(() => headers.append("x", value)).toThrow(TypeError);
    }
    expect(() => headers.append("x-name", "日")).toThrow("the value of header 'x-name'");
    headers.append("n", 12);
    headers.append("n", null);
    expect(headers.get("n")).toBe("12, null");
  });

  test("append, set, delete", () => {
    const headers = new Headers();
    headers.append("a", "1");
    headers.append("b", "2");
    headers.append("A", "3");
    expect(headers.get("a")).toBe("1, 3");
    headers.set("a", "4");
    expect([...headers]).toEqual([["a", "4"], ["b", "2"]]);
    headers.delete("A");
    expect(headers.get("a")).toBeNull();
    headers.delete("absent");
    expect([...headers.keys()]).toEqual(["b"]);
  });

  test("iteration sorts, combines and keeps set-cookie apart", () => {
    const headers = new Headers(
      [["set-cookie", "b=1"], ["z", "1"], ["a", "2"], ["set-cookie", "a=1"], ["z", "2"]]);
    expect([...headers]).toEqual([["a", "2"], ["set-cookie", "b=1"], ["set-cookie", "a=1"], ["z", "1, 2"]]);
    expect([...headers.values()]).toEqual(["2", "b=1", "a=1", "1, 2"]);
    const seen = [];
    headers.forEach((value, name, self) => seen.push(name, value, self === headers));
    expect(seen.slice(0, 3)).toEqual(["a", "2", true]);
    expect(headers.getAll("Set-Cookie")).toEqual(["b=1", "a=1"]);
    expect(() => headers.getAll("z")).toThrow("can only be used with the header name \"Set-Cookie\".");
  });

  test("iteration is live", () => {
    const headers = new Headers({ a: "1", c: "3" });
    const names = [];
    for (const [name] of headers) {
      names.push(name);
      if (name === "a") headers.append("b", "2");
    }
    expect(names).toEqual(["a", "b", "c"]);
  });

  test("survives a worker that changes the prototypes", () => {
    const { push } = Array.prototype;
    const iterator = Array.prototype[Symbol.iterator];
    try {
      Array.prototype.push = () => { throw new Error("patched"); };
      Array.prototype[Symbol.iterator] = () => { throw new Error("patched"); };
      const headers = new Headers({ a: "1" });
      headers.append("a", "2");
      expect(headers.get("a")).toBe("1, 2");
    } finally {
      Array.prototype.push = push;
      Array.prototype[Symbol.iterator] = iterator;
    }
  });

  test("many headers sort and combine as few do", () => {
    for (const count of [10, 70]) {
      const pairs = [["set-cookie", "b"], ["set-cookie", "a"]];
      for (let i = count; i > 0; --i) pairs.push([`x-${i % 50}`, String(i)]);
      const names = [...new Headers(pairs).keys()];
      expect(names).toEqual([...names].sort());
      expect(names.filter((name) => name === "set-cookie").length).toBe(2);
      expect(names.length).toBe(2 + Math.min(count, 50));
    }
    expect([...new Headers([["b", "1"], ["a", "2"], ["b", "3"]])]).toEqual([["a", "2"], ["b", "1, 3"]]);
  });

  test("has the shape of an interface", () => {
    expect(Object.prototype.toString.call(new Headers())).toBe("[object Headers]");
    expect(Headers.length).toBe(0);
    expect(Headers.prototype[Symbol.iterator]).toBe(Headers.prototype.entries);
    expect(Object.keys(Headers.prototype)).toContain("append");
    expect(() => Headers.prototype.get.call({}, "a")).toThrow("Illegal invocation");
    expect(() => new Headers().append("a")).toThrow("2 arguments required, but only 1 present");
  });
});
