// SPDX-License-Identifier: Apache-2.0
import { test, describe, expect } from "sedge:test";

const parts = ["href", "origin", "protocol", "username", "password", "host", "hostname", "port", "pathname",
  "search", "hash"];

describe("URL", () => {
  test("has every component", () => {
    const url = new URL("https://user:p%40ss@EXAMPLE.com:8443/a/../b?x=1#h");
    expect(parts.map((part) => url[part])).toEqual([
      "https://user:p%40ss@example.com:8443/b?x=1#h", "https://example.com:8443", "https:", "user", "p%40ss",
      "example.com:8443", "example.com", "8443", "/b", "?x=1", "#h",
    ]);
    expect(String(url)).toBe(url.href);
    expect(JSON.stringify({ url })).toBe(`{"url":"${url.href}"}`);
    expect(Object.prototype.toString.call(url)).toBe("[object URL]");
  });

  test("has empty components where there is nothing", () => {
    const url = new URL("web+demo:/.//p?#");
    expect(parts.map((part) => url[part])).toEqual(
      ["web+demo:/.//p?#", "null", "web+demo:", "", "", "", "", "", "//p", "", ""]);
    const opaque = new URL("data:text/plain,x");
    expect([opaque.host, opaque.username, opaque.password]).toEqual(["", "", ""]);
    expect(opaque.pathname).toBe("text/plain,x");
    expect(new URL("foo://u:p@h").password).toBe("p");
  });

  test("resolves against a base", () => {
    expect(new URL("../x?y", "http://h/a/b/c").href).toBe("http://h/a/x?y");
    expect(new URL("//other", new URL("https://h")).href).toBe("https://other/");
    expect(new URL("x", { toString: () => "http://h" }).href).toBe("http://h/x");
    expect(new URL("blob:https://h/id").origin).toBe("https://h");
  });

  test("replaces lone surrogates", () => {
    expect(new URL("http://h/\uD800x").pathname).toBe("/%EF%BF%BDx");
  });

  test("refuses what is no URL, and says what it was", () => {
    expect(() => new URL("no scheme")).toThrow(TypeError);
    expect(() => new URL("no scheme")).toThrow("no scheme");
    expect(() => new URL("/x", "also none")).toThrow("also none");
    expect(() => new URL("http://h:99999")).toThrow(TypeError);
    expect(() => new URL()).toThrow("1 argument required");
    expect(() => URL("http://h")).toThrow(TypeError);
    expect(() => new URL("http://h", null)).toThrow(TypeError);
  });

  test("parse and canParse", () => {
    expect(URL.parse("x", "http://h/y").href).toBe("http://h/x");
    expect(URL.parse("x")).toBeNull();
    expect(URL.parse("http://h")).toBeInstanceOf(URL);
    expect(URL.canParse("x", "http://h")).toBe(true);
    expect(URL.canParse("x")).toBe(false);
    expect(URL.canParse("http://h", "bad")).toBe(false);
  });

  test("setters", () => {
    const url = new URL("http://h/");
    url.protocol = "https";
    url.username = "u:";
    url.password = "p";
    url.host = "x.example:444";
    url.pathname = "a b";
    url.search = "q='";
    url.hash = "f";
    expect(url.href).toBe("https://u%3A:p@x.example:444/a%20b?q=%27#f");
    url.port = "443";
    url.hostname = "[::1]";
    url.password = "";
    url.username = "";
    url.search = "";
    url.hash = "";
    expect(url.href).toBe("https://[::1]/a%20b");
    url.host = "";
    url.port = "x";
    url.protocol = "mailto";
    expect(url.href).toBe("https://[::1]/a%20b");
    url.href = "http://other/";
    expect(url.host).toBe("other");
    expect(() => { url.href = "bad"; }).toThrow(TypeError);
    expect(url.href).toBe("http://other/");
  });

  test("searchParams is one object, linked both ways", () => {
    const url = new URL("http://h/?a=1#f");
    const params = url.searchParams;
    expect(url.searchParams).toBe(params);
    params.append("b", "ä &");
    expect(url.href).toBe("http://h/?a=1&b=%C3%A4+%26#f");
    expect(url.hash).toBe("#f");
    url.search = "?c=3";
    expect([...params]).toEqual([["c", "3"]]);
    params.delete("c");
    expect(url.href).toBe("http://h/#f");
    url.href = "http://h/?d";
    expect(params.get("d")).toBe("");
    url.search = "";
    expect(params.size).toBe(0);
  });

  test("searchParams sees what was set, not what the URL kept", () => {
    const url = new URL("http://h/");
    url.search = "a\tb=c";
    expect(url.search).toBe("?ab=c");
    expect(url.searchParams.get("a\tb")).toBe("c");
  });

  test("checks its receiver", () => {
    const { get, set } = Object.getOwnPropertyDescriptor(URL.prototype, "host");
    expect(() => get.call({})).toThrow(TypeError);
    expect(() => set.call({}, "x")).toThrow(TypeError);
    expect(() => URL.prototype.toString.call({})).toThrow(TypeError);
  });

  test("survives a changed environment", () => {
    const { slice } = String.prototype;
    String.prototype.slice = () => "broken";
    try {
      expect(new URL("http://h/p?q").pathname).toBe("/p");
    } finally {
      String.prototype.slice = slice;
    }
  });
});
