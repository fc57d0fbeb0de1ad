// SPDX-License-Identifier: Apache-2.0
// What test() and exec() of URLPattern match, and the groups that they give.
import { test, describe, expect } from "sedge:test";

const groupsOf = (init, input) => {
  const [name] = Object.keys(init).slice(-1);
  return new URLPattern(init).exec(input)?.[name].groups ?? null;
};
const pathGroups = (pathname, path) => groupsOf({ pathname }, { pathname: path });

describe("exec", () => {
  test("gives inputs and each component", () => {
    const pattern = new URLPattern("http{s}?://{*.}?example.com/:product/:endpoint");
    const result = pattern.exec("https://me:pw@sub.example.com/foo/bar?q#h");
    expect(result).toEqual({
      inputs: ["https://me:pw@sub.example.com/foo/bar?q#h"],
      protocol: { input: "https", groups: {} },
      username: { input: "me", groups: { 0: "me" } },
      password: { input: "pw", groups: { 0: "pw" } },
      hostname: { input: "sub.example.com", groups: { 0: "sub" } },
      port: { input: "", groups: {} },
      pathname: { input: "/foo/bar", groups: { product: "foo", endpoint: "bar" } },
      search: { input: "q", groups: { 0: "q" } },
      hash: { input: "h", groups: { 0: "h" } },
    });
    expect(Object.keys(result)).toEqual(["hash", "hostname", "inputs", "password", "pathname", "port", "protocol",
      "search", "username"]);
    expect(pattern.exec("https://example.com/foo")).toBeNull();
  });

  test("gives inputs as they were converted", () => {
    const pattern = new URLPattern();
    expect(pattern.exec("x\uD800", "http://h").inputs).toEqual(["x\uFFFD", "http://h"]);
    expect(pattern.exec({ search: 1, pathname: "\uD800", x: 2 }).inputs).toEqual([{ pathname: "\uFFFD", search: "1" }]);
    expect(pattern.exec().inputs).toEqual([{}]);
    expect(pattern.exec(null, undefined).inputs).toEqual([{}]);
    expect(pattern.exec("http://h").inputs).not.toBe(pattern.exec("http://h").inputs);
  });

  test("leaves groups undefined that matched nothing", () => {
    const groups = pathGroups("/a/:b?", "/a");
    expect(Object.keys(groups)).toEqual(["b"]);
    expect(groups.b).toBe(undefined);
    expect(pathGroups("/a/*?", "/a")).toEqual({ 0: undefined });
    expect(pathGroups("*(x)?", "")).toEqual({ 0: "", 1: undefined });
  });

  test("has groups of any name", () => {
    const groups = pathGroups("/:__proto__/:constructor/:$_9\u00E9", "/a/b/c");
    expect(Object.keys(groups)).toEqual(["__proto__", "constructor", "$_9\u00E9"]);
    expect(Object.getOwnPropertyDescriptor(groups, "__proto__"))
      .toEqual({ value: "a", writable: true, enumerable: true, configurable: true });
    expect(Object.getPrototypeOf(groups)).toBe(Object.prototype);
    expect(pathGroups("/:__proto__(a)", "/a").constructor).toBe(Object);
    expect(pathGroups("/:a/:b/:c/:d/*", "/1/2/3/4/5/6")).toEqual({ a: "1", b: "2", c: "3", d: "4", 0: "5/6" });
  });

  test("gives no more groups than the pattern has", () => {
    expect(pathGroups("/(a(?<inner>b)?)", "/ab")).toEqual({ 0: "ab" });
  });
});

describe("groups", () => {
  const cases = (pattern, expected) => {
    for (const [path, groups] of Object.entries(expected)) {
      expect(pathGroups(pattern, path)).toEqual(groups);
      expect(new URLPattern({ pathname: pattern }).test({ pathname: path })).toBe(groups !== null);
    }
  };

  test("named ones end at a delimiter", () => {
    cases("/a/:id", { "/a/1": { id: "1" }, "/a/": null, "/a": null, "/a/1/": null, "/a/1/2": null, "/b/1": null });
    cases("/:a/x/:b", { "/1/x/2": { a: "1", b: "2" }, "/1/y/2": null, "/1/x": null, "//x/2": null });
    cases("/:a/", { "/1/": { a: "1" }, "/1": null });
    cases("/:name.:ext", { "/a.b": { name: "a", ext: "b" }, "/a.b.c": { name: "a", ext: "b.c" }, "/a.": null });
    cases("/:a-:b", { "/x-y-z": { a: "x", b: "y-z" }, "/x": null });
    cases("{:a}:b", { ab: { a: "a", b: "b" }, a: null });
    expect(groupsOf({ hostname: ":sub.example.com" }, "https://a.example.com")).toEqual({ sub: "a" });
    expect(groupsOf({ hostname: ":sub.example.com" }, "https://a.b.example.com")).toBeNull();
    expect(groupsOf({ search: "q=:q" }, "https://h/?q=a/b.c&d")).toEqual({ q: "a/b.c&d" });
    expect(groupsOf({ search: "q=:q" }, "https://h/?q=")).toBeNull();
    expect(groupsOf({ search: ":a&b" }, "https://h/?x&b")).toEqual({ a: "x" });
    expect(groupsOf({ protocol: "data", pathname: "a/:b" }, "data:a/b/c")).toEqual({ b: "b/c" });
  });

  test("wildcards match anything", () => {
    cases("*", { "": { 0: "" }, "/x/y": { 0: "/x/y" } });
    cases("/a/*", { "/a/": { 0: "" }, "/a/b/c": { 0: "b/c" }, "/a": null });
    cases("/a*", { "/a": { 0: "" }, "/ab": { 0: "b" } });
    cases("*/b", { "/b": { 0: "" }, "a/b/b": { 0: "a/b" }, b: null });
    cases("/a/*/a/", { "/a/a/": null, "/a/x/a/": { 0: "x" }, "/a//a/": { 0: "" } });
    cases("/*/*", { "/a/b/c": { 0: "a/b", 1: "c" }, "/a": null });
    cases("/:a/*", { "/x/": { a: "x", 0: "" }, "/x/y/z": { a: "x", 0: "y/z" }, "//y": null });
    cases("/:rest(.*)", { "/a/b": { rest: "a/b" } });
    expect(groupsOf({ hostname: "*.example.com" }, "https://a.b.example.com")).toEqual({ 0: "a.b" });
    expect(groupsOf({ hostname: "*.example.com" }, "https://example.com")).toBeNull();
  });

  test("modifiers", () => {
    cases("/a/:b?", { "/a": { b: undefined }, "/a/x": { b: "x" }, "/a/": null, "/a/x/y": null, "/ax": null });
    cases("/a/:b+", { "/a": null, "/a/x": { b: "x" }, "/a/x/y": { b: "x/y" }, "/a/x/": null });
    cases("/a/:b*", { "/a": { b: undefined }, "/a/x": { b: "x" }, "/a/x/y": { b: "x/y" }, "/a/": null });
    cases("/a{/}?", { "/a": {}, "/a/": {}, "/a//": null });
    cases("/a{b}+", { "/a": null, "/ab": {}, "/abb": {} });
    cases("/a{b}*", { "/a": {}, "/abb": {}, "/abc": null });
    cases("/a/{x:b(\\d)y}+", { "/a/x1y": { b: "1" }, "/a/x1yx2y": { b: "1yx2" }, "/a/": null });
    cases("{:a}*", { "": { a: "" }, xy: { a: "xy" } });
    cases("*?", { "": { 0: undefined }, x: { 0: "x" } });
  });

  test("regular expressions", () => {
    cases("/:id(\\d+)", { "/12": { id: "12" }, "/a": null });
    cases("/(a|b)", { "/a": { 0: "a" }, "/c": null });
    cases("/(a)?(.*)", { "/ab": { 0: "a", 1: "b" }, "": { 0: undefined, 1: "" }, "/b": { 0: undefined, 1: "/b" } });
    cases("/:x(a(?:b|c))-(d)+", { "/ab-dd": { x: "ab", 0: "dd" }, "/ad-d": null });
  });
});

describe("test", () => {
  test("takes what exec takes", () => {
    const pattern = new URLPattern({ pathname: "/foo/:bar" });
    expect(pattern.test("https://h/foo/x")).toBe(true);
    expect(pattern.test("foo/x", "https://h")).toBe(true);
    expect(pattern.test("x", "https://h/foo/")).toBe(true);
    expect(pattern.test(new URL("https://h/foo/x?y"))).toBe(true);
    expect(pattern.test({ pathname: "x", baseURL: "https://h/foo/" })).toBe(true);
    expect(pattern.test({ pathname: "foo/x" })).toBe(false);
    expect(pattern.test("/foo/x")).toBe(false);
    expect(pattern.test("/foo/x", "nothing")).toBe(false);
    expect(pattern.test("x", "data:foo")).toBe(false);
    expect(pattern.test({ baseURL: "nothing" })).toBe(false);
    expect(() => pattern.test({ pathname: "/foo/x" }, "https://h")).toThrow(TypeError);
    expect(() => pattern.exec({}, "https://h")).toThrow("Failed to execute 'exec' on 'URLPattern'");
    expect(() => pattern.test(Symbol())).toThrow(TypeError);
    expect(() => pattern.test({ get port() { throw new RangeError("mine"); } })).toThrow(RangeError);
  });

  test("sees canonical components", () => {
    const all = new URLPattern();
    const partOf = (init, name) => all.exec(init)?.[name].input;
    expect(partOf({ protocol: "HTTPS:" }, "protocol")).toBe("https");
    expect(partOf({ protocol: "é" }, "protocol")).toBe(undefined);
    expect(partOf({ username: "é" }, "username")).toBe("%C3%A9");
    expect(partOf({ hostname: "É.com" }, "hostname")).toBe("xn--9ca.com");
    expect(partOf({ hostname: "a b" }, "hostname")).toBe(undefined);
    expect(partOf({ protocol: "http", port: "80" }, "port")).toBe("");
    expect(partOf({ port: "8\t0x" }, "port")).toBe("80");
    expect(partOf({ port: "x80" }, "port")).toBe(undefined);
    expect(partOf({ port: "443" }, "port")).toBe("443");
    expect(partOf({ pathname: "/a/./é" }, "pathname")).toBe("/a/%C3%A9");
    expect(partOf({ protocol: "data", pathname: "/a/./é" }, "pathname")).toBe("/a/./%C3%A9");
    expect(partOf({ search: "?é" }, "search")).toBe("%C3%A9");
    expect(partOf({ hash: "#é" }, "hash")).toBe("%C3%A9");
    expect(partOf("foo:/.//p", "pathname")).toBe("//p");
    expect(partOf("https://h", "hash")).toBe("");
  });

  test("inherits from the base URL of a dictionary, username and password too", () => {
    const all = new URLPattern();
    const inputs = (init) => {
      const { inputs: _, ...parts } = all.exec({ ...init, baseURL: "https://u:p@h:1/a/b?q#f" });
      return Object.entries(parts).map(([name, { input }]) => `${name}=${input}`).join(" ");
    };
    expect(inputs({})).toBe("hash=f hostname=h password=p pathname=/a/b port=1 protocol=https search=q username=u");
    expect(inputs({ search: "x" }))
      .toBe("hash= hostname=h password=p pathname=/a/b port=1 protocol=https search=x username=u");
    expect(inputs({ username: "x" }))
      .toBe("hash=f hostname=h password= pathname=/a/b port=1 protocol=https search=q username=x");
    expect(inputs({ password: "x" }))
      .toBe("hash=f hostname=h password=x pathname=/a/b port=1 protocol=https search=q username=u");
    expect(inputs({ hostname: "x" }))
      .toBe("hash= hostname=x password= pathname= port= protocol=https search= username=");
  });

  test("is not confused by the URL it saw last", () => {
    const pattern = new URLPattern({ hostname: "a", pathname: "/x" });
    expect(pattern.test("http://a/x")).toBe(true);
    expect(pattern.test("http://b/x")).toBe(false);
    expect(pattern.test("/x", "http://a")).toBe(true);
    expect(pattern.test("/x", "http://b")).toBe(false);
    expect(pattern.test("/x")).toBe(false);
    const init = { hostname: "a", pathname: "/x" };
    expect(pattern.test(init)).toBe(true);
    init.hostname = "b";
    expect(pattern.test(init)).toBe(false);
    expect(pattern.test({ hostname: "a b", pathname: "/x" })).toBe(false);
    expect(pattern.test({ hostname: "a b", pathname: "/x" })).toBe(false);
    const long = `http://a/x#${"y".repeat(5000)}`;
    expect(pattern.test(long)).toBe(true);
    expect(pattern.test({ ...init, hostname: "a", hash: "y".repeat(5000) })).toBe(true);
  });
});

describe("ignoreCase", () => {
  test("is for pathname, search and hash", () => {
    const pattern = new URLPattern("https://example.com/Foo/:id/*\\?Bar=:q#Baz{x}?", { ignoreCase: true });
    expect(pattern.pathname).toBe("/Foo/:id/*");
    const result = pattern.exec("https://example.com/fOO/ID/Rest?bAR=Q#bAZ");
    expect(result.pathname.groups).toEqual({ id: "ID", 0: "Rest" });
    expect(result.search.groups).toEqual({ q: "Q" });
    expect(new URLPattern({ pathname: "/Foo" }, { ignoreCase: true }).test({ pathname: "/fOO" })).toBe(true);
    expect(new URLPattern({ pathname: "/(a[b-c])" }, { ignoreCase: true }).test({ pathname: "/AB" })).toBe(true);
    expect(new URLPattern({ username: "me" }, { ignoreCase: true }).test({ username: "Me" })).toBe(false);
    expect(new URLPattern({ pathname: "/Foo" }, { ignoreCase: false }).test({ pathname: "/fOO" })).toBe(false);
  });
});

describe("shortcuts", () => {
  // The same pattern with every group as a regular expression takes the long way.
  const slow = (pattern) => pattern.replace(/(:\w+)/g, "$1([^\\/]{1,}?)").replace(/\*/g, "(.{0,})");

  test("match what the regular expression matches", () => {
    let state = 1;
    const random = (n) => {
      state = (state * 1103515245 + 12345) % 2147483648;
      return Math.floor(state / 65536) % n;
    };
    const pick = (list) => list[random(list.length)];
    for (let round = 0; round < 1000; ++round) {
      let name = 0;
      let pattern = pick(["", "/", "a"]);
      for (let n = random(5); n > 0; --n) {
        pattern +=
          pick(["/", "a", "b/", ".", "/*", "{*}", "{a*}", `/:n${name++}`, `{:n${name++}b}`, `{/:n${name++}/}`]);
      }
      const ignoreCase = random(4) === 0;
      const fast = new URLPattern({ pathname: pattern }, { ignoreCase });
      const reference = new URLPattern({ pathname: slow(pattern) }, { ignoreCase });
      for (let k = 0; k < 6; ++k) {
        let pathname = pick(["", "/", "a"]);
        for (let n = random(7); n > 0; --n) pathname += pick(["/", "a", "b", "x.", "A"]);
        const expected = reference.exec({ protocol: "p", pathname })?.pathname ?? null;
        const actual = fast.exec({ protocol: "p", pathname })?.pathname ?? null;
        if (JSON.stringify(actual) !== JSON.stringify(expected)) {
          expect({ pattern, pathname, result: actual }).toEqual({ pattern, pathname, result: expected });
        }
        if (fast.test({ protocol: "p", pathname }) !== (expected !== null)) {
          throw new Error(`test() of '${pattern}' is wrong about '${pathname}'`);
        }
      }
    }
  });
});
