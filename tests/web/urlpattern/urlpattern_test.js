// SPDX-License-Identifier: Apache-2.0
// Constructors, getters and the shape of the interface.
import { test, describe, expect } from "sedge:test";

const components = ["protocol", "username", "password", "hostname", "port", "pathname", "search", "hash"];
const any = Object.fromEntries(components.map((name) => [name, "*"]));

// Components that are not named are expected to be "*".
function expectPatterns(pattern, expected) {
  expect(Object.fromEntries(components.map((name) => [name, pattern[name]]))).toEqual({ ...any, ...expected });
}

describe("new URLPattern", () => {
  test("without arguments matches everything", () => {
    for (const pattern of [new URLPattern(), new URLPattern({}), new URLPattern(undefined),
      new URLPattern(undefined, undefined), new URLPattern(null), new URLPattern({}, null)]) {
      expectPatterns(pattern, {});
      expect(pattern.test("https://example.com/x?y#z")).toBe(true);
      expect(pattern.test()).toBe(true);
    }
  });

  test("takes a dictionary", () => {
    expectPatterns(
      new URLPattern({ protocol: "http{s}?:", hostname: "*.example.com", search: "?q=:q", hash: "#top" }),
      { protocol: "http{s}?", hostname: "*.example.com", search: "q=:q", hash: "top" });
    expectPatterns(new URLPattern({ port: 8080, username: "me", password: { toString: () => "pw" } }),
      { port: "8080", username: "me", password: "pw" });
  });

  test("reads a dictionary in Web IDL's order, from any object", () => {
    const seen = [];
    new URLPattern(new Proxy({}, { get: (_, key) => void seen.push(key) }));
    expect(seen).toEqual(
      ["baseURL", "hash", "hostname", "password", "pathname", "port", "protocol", "search", "username"]);
    expectPatterns(new URLPattern(Object.assign(() => {}, { pathname: "/f" })), { pathname: "/f" });
    expect(new URLPattern(new URL("https://h/p?q")).search).toBe("q");
  });

  test("takes a string", () => {
    expectPatterns(new URLPattern("https://example.com/:category/*"),
      { protocol: "https", hostname: "example.com", port: "", pathname: "/:category/*" });
    expectPatterns(new URLPattern("http{s}?://{:subdomain.}?shop.example/products/:id([0-9]+)#reviews"),
      { protocol: "http{s}?", hostname: "{:subdomain.}?shop.example", port: "",
        pathname: "/products/:id([0-9]+)", search: "", hash: "reviews" });
    expectPatterns(new URLPattern("https://u\\:p@h:8443?x"),
      { protocol: "https", username: "u", password: "p", hostname: "h", port: "8443", pathname: "/", search: "x" });
    expectPatterns(new URLPattern("https://:user::pass@h"),
      { protocol: "https", username: ":user", password: ":pass", hostname: "h", port: "" });
    expectPatterns(new URLPattern("https://u@h#x"),
      { protocol: "https", username: "u", hostname: "h", port: "", pathname: "/", search: "", hash: "x" });
    expectPatterns(new URLPattern("data\\:text/plain,*"),
      { protocol: "data", hostname: "", port: "", pathname: "text/plain,*" });
    expectPatterns(new URLPattern("web\\+x://h#f"),
      { protocol: "web\\+x", hostname: "h", port: "", pathname: "", search: "", hash: "f" });
    expectPatterns(new URLPattern("http://[\\:\\:AB]:80/"),
      { protocol: "http", hostname: "[\\:\\:ab]", port: "", pathname: "/" });
    expectPatterns(new URLPattern("https://{a/b\\?}?c.example/{x#y}"),
      { protocol: "https", hostname: "{a}?c.example", port: "", pathname: "/x%23y" });
  });

  test("takes a string and a base URL", () => {
    const base = "https://user:pw@example.com:8080/a/b?q#h";
    const site = { protocol: "https", hostname: "example.com", port: "8080" };
    expectPatterns(new URLPattern("/x", base), { ...site, pathname: "/x" });
    expectPatterns(new URLPattern("x", base), { ...site, pathname: "/a/x" });
    expectPatterns(new URLPattern("../x", base), { ...site, pathname: "/x" });
    expectPatterns(new URLPattern("", base), { ...site, pathname: "/a/" });
    expectPatterns(new URLPattern("?x", base), { ...site, pathname: "/a/b", search: "x" });
    expectPatterns(new URLPattern("#x", base), { ...site, pathname: "/a/b", search: "q", hash: "x" });
    expectPatterns(new URLPattern("http://other/", base),
      { protocol: "http", hostname: "other", port: "", pathname: "/" });
    expectPatterns(new URLPattern("/x", base, { ignoreCase: true }), { ...site, pathname: "/x" });
    expectPatterns(new URLPattern("/x", base, undefined), { ...site, pathname: "/x" });
  });

  test("inherits from a base URL what is not more specific than its own components", () => {
    const baseURL = "https://user:pw@example.com:8080/a+/(b)?q=*#h:";
    const all = { protocol: "https", hostname: "example.com", port: "8080", pathname: "/a\\+/\\(b\\)",
      search: "q=\\*", hash: "h\\:" };
    expectPatterns(new URLPattern({ baseURL }), all);
    expectPatterns(new URLPattern({ baseURL, hash: "x" }), { ...all, hash: "x" });
    expectPatterns(new URLPattern({ baseURL, search: "x" }), { ...all, search: "x", hash: "*" });
    expectPatterns(new URLPattern({ baseURL, pathname: "x" }),
      { ...all, pathname: "/a\\+/x", search: "*", hash: "*" });
    expectPatterns(new URLPattern({ baseURL, pathname: "{/x}" }),
      { ...all, pathname: "/x", search: "*", hash: "*" });
    expectPatterns(new URLPattern({ baseURL, port: "1" }),
      { protocol: "https", hostname: "example.com", port: "1" });
    expectPatterns(new URLPattern({ baseURL, hostname: "h" }), { protocol: "https", hostname: "h" });
    expectPatterns(new URLPattern({ baseURL, protocol: "http" }), { protocol: "http" });
    expectPatterns(new URLPattern({ baseURL, username: "u" }), { ...all, username: "u" });
    expectPatterns(new URLPattern({ baseURL: "data:x", pathname: "y" }),
      { protocol: "data", hostname: "", port: "", pathname: "y" });
    expectPatterns(new URLPattern({ baseURL: "http://h" }),
      { protocol: "http", hostname: "h", port: "", pathname: "/", search: "", hash: "" });
  });

  test("chooses its overload by the second argument", () => {
    expect(new URLPattern("https://h/A", { ignoreCase: true }).test("https://h/a")).toBe(true);
    expect(new URLPattern("https://h/A", {}).test("https://h/a")).toBe(false);
    expect(new URLPattern("/A", "https://h", { ignoreCase: true }).test("https://h/a")).toBe(true);
    expect(() => new URLPattern("/x", new String("https://h"))).toThrow("no protocol"); // a dictionary
    expect(() => new URLPattern("/x", undefined, {})).toThrow("undefined"); // a base URL
    expect(() => new URLPattern("/x", { ignoreCase: true }, "https://h")).toThrow(TypeError);
    expect(() => new URLPattern({}, "https://h")).toThrow("base URL");
    expect(() => new URLPattern({}, 1)).toThrow("base URL");
  });
});

describe("canonical patterns", () => {
  const canonical = (name, pattern, init = {}) => new URLPattern({ ...init, [name]: pattern })[name];

  test("protocol", () => {
    expect(canonical("protocol", "HTTP")).toBe("http");
    expect(canonical("protocol", "X\\+1.-{y}?")).toBe("x\\+1.-{y}?");
  });

  test("username and password", () => {
    expect(canonical("username", "é:me@")).toBe("%C3%A9:me%40");
    expect(canonical("password", "a\\:b%20 ")).toBe("a%3Ab%20%20");
  });

  test("hostname", () => {
    expect(canonical("hostname", "BÜCHER.example")).toBe("xn--bcher-kva.example");
    expect(canonical("hostname", "EX\tAMPLE.com")).toBe("example.com");
    expect(canonical("hostname", "h/path")).toBe("h");
    expect(canonical("hostname", "0x7f.1")).toBe("127.0.0.1");
    expect(canonical("hostname", "dummy.invalid")).toBe("dummy.invalid");
    expect(canonical("hostname", "other.invalid")).toBe("other.invalid");
    expect(canonical("hostname", "{[\\:\\:AB]}")).toBe("[\\:\\:ab]");
  });

  test("port", () => {
    expect(canonical("port", "0080x")).toBe("80");
    expect(canonical("port", "80", { protocol: "http" })).toBe("");
    expect(canonical("port", "80", { protocol: "http{s}?" })).toBe("80");
    expect(canonical("port", "443")).toBe("443");
    expect(canonical("port", "*443")).toBe("*443");
    expect(canonical("port", "0", { protocol: "file" })).toBe("0");
  });

  test("pathname", () => {
    expect(canonical("pathname", "/a/./b/../c d")).toBe("/a/c%20d");
    expect(canonical("pathname", "/a/%2e%2E/b.c")).toBe("/b.c");
    expect(canonical("pathname", "../a")).toBe("../a");
    expect(canonical("pathname", "a\\\\b")).toBe("a/b");
    expect(canonical("pathname", "/é\\{")).toBe("/%C3%A9%7B");
    expect(canonical("pathname", "/\uD800")).toBe("/%EF%BF%BD");
    expect(canonical("pathname", "a b\t\u00E9", { protocol: "data" })).toBe("a b%C3%A9");
    expect(canonical("pathname", "/./a", { protocol: "data" })).toBe("/./a");
    expect(canonical("pathname", "a \\?b", { protocol: "data" })).toBe("a%20");
    expect(canonical("pathname", "a#b", { protocol: "data" })).toBe("a");
  });

  test("search and hash", () => {
    expect(canonical("search", "a='ä#")).toBe("a=%27%C3%A4%23");
    expect(canonical("search", "\\?a")).toBe("\\?a");
    expect(canonical("search", "?a")).toBe("a");
    expect(canonical("hash", "a`ä'#")).toBe("a%60%C3%A4'#");
    expect(canonical("search", "\t")).toBe("");
  });

  test("groups are written the shortest way", () => {
    for (const [pattern, expected] of [["/:a(.*)", "/:a(.*)"], ["/(.*)", "/*"], ["/{a}", "/a"], ["/{a}?", "/{a}?"],
      ["{/:a}?", "/:a?"], ["/{:a}", "/{:a}"], ["{:a}b", "{:a}b"], [":a\\b", "{:a}b"], ["{:a\\b}", "{:a\\b}"],
      ["*{}**?", "*(.*)?"], ["/:a([^\\/]+?)", "/:a"], ["/([^\\/]+?)", "/([^\\/]+?)"], ["{a:b(c)d}+", "{a:b(c)d}+"],
      [":a{}(.*)", "{:a}(.*)"], ["\\:a", "\\:a"], ["/a\\b", "/ab"]]) {
      expect(canonical("pathname", pattern)).toBe(expected);
      expect(canonical("pathname", expected)).toBe(expected);
    }
  });
});

describe("errors", () => {
  test("name the component, what is wrong and where", () => {
    for (const [input, message] of [
      [{ pathname: "/:" }, "Failed to construct 'URLPattern': Invalid pathname pattern '/:': the ':' at 1"],
      [{ pathname: "/a\\" }, "the '\\' at 2 escapes nothing"],
      [{ pathname: "(a" }, "is not closed"], [{ pathname: "(a\\" }, "is not closed"],
      [{ pathname: "()" }, "is empty"], [{ pathname: "(?a)" }, "starts with '?'"],
      [{ pathname: "((a))" }, "capturing group"], [{ pathname: "(é)" }, "beyond ASCII"],
      [{ pathname: "(\\é)" }, "beyond ASCII"], [{ pathname: "(\\m)" }, "Invalid escape"],
      [{ pathname: "{a" }, "is not closed"], [{ pathname: "a}" }, "'}' at 1"], [{ pathname: "{a{b}}" }, "'{' at 2"],
      [{ pathname: "?" }, "'?' at 0"], [{ pathname: "/:id/:id" }, "more than one group 'id'"],
      [{ pathname: ":🚲" }, "has no name"], [{ hostname: "a b" }, "'a b' cannot be part of a hostname"],
      [{ hostname: "[\\:x]" }, "hostname"], [{ hostname: "a\\:1" }, "hostname"], [{ port: "x" }, "port"],
      [{ port: "65536" }, "port"], [{ protocol: "1" }, "protocol"], [{ baseURL: "x" }, "Invalid base URL: 'x'"],
      [{ baseURL: "" }, "Invalid base URL"], ["/a", "no protocol"], ["data:x", "no protocol"],
      ["(é)://h", "beyond ASCII"], ["https://{a", "is not closed"], ["", "no protocol"],
    ]) {
      expect(() => new URLPattern(input)).toThrow(TypeError);
      expect(() => new URLPattern(input)).toThrow(message);
    }
    expect(() => new URLPattern(new URL("https://example.org/%("))).toThrow(TypeError);
    expect(() => new URLPattern("(\\")).toThrow(TypeError);
    expect(() => new URLPattern("/a", "")).toThrow("Invalid base URL");
  });

  test("of conversions pass", () => {
    expect(() => new URLPattern(Symbol())).toThrow(TypeError);
    expect(() => new URLPattern({ pathname: Symbol() })).toThrow("'pathname'");
    expect(() => new URLPattern({ get hash() { throw new RangeError("mine"); } })).toThrow(RangeError);
    expect(() => URLPattern({})).toThrow(TypeError);
  });
});

describe("the interface", () => {
  test("has Web IDL's shape", () => {
    const { prototype } = URLPattern;
    expect(URLPattern.length).toBe(0);
    expect(prototype.test.length).toBe(0);
    expect(prototype.exec.length).toBe(0);
    expect(Object.prototype.toString.call(new URLPattern())).toBe("[object URLPattern]");
    expect(Object.keys(prototype).sort()).toEqual([...components, "exec", "hasRegExpGroups", "test"].sort());
    for (const name of [...components, "hasRegExpGroups"]) {
      const { get, set } = Object.getOwnPropertyDescriptor(prototype, name);
      expect(set).toBe(undefined);
      expect(() => get.call({})).toThrow("Illegal invocation");
    }
    expect(() => prototype.test.call({})).toThrow("Illegal invocation");
    expect(() => prototype.exec.call({})).toThrow("Illegal invocation");
    expect(Object.getOwnPropertyDescriptor(globalThis, "URLPattern").enumerable).toBe(false);
  });

  test("can be extended", () => {
    class Route extends URLPattern {}
    expect(new Route({ pathname: "/x" }).test({ pathname: "/x" })).toBe(true);
    expect(() => structuredClone(new URLPattern())).toThrow();
  });

  test("hasRegExpGroups", () => {
    for (const name of components) {
      expect(new URLPattern({ [name]: ":a" }).hasRegExpGroups).toBe(false);
      expect(new URLPattern({ [name]: "*" }).hasRegExpGroups).toBe(false);
      expect(new URLPattern({ [name]: "(a)" }).hasRegExpGroups).toBe(true);
    }
    expect(new URLPattern({ pathname: "/([^\\/]+?)/(.*)" }).hasRegExpGroups).toBe(false);
  });
});
