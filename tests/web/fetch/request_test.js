// SPDX-License-Identifier: Apache-2.0
import { test, describe, expect } from "sedge:test";

const url = "http://example.com/";

describe("Request", () => {
  test("defaults", () => {
    const request = new Request("HTTP://Example.com/a b?c#d");
    expect(request.url).toBe("http://example.com/a%20b?c#d");
    expect(request.method).toBe("GET");
    expect(request.redirect).toBe("follow");
    expect(request.body).toBeNull();
    expect(request.keepalive).toBe(false);
    expect(request.integrity).toBe("");
    expect(request.cache).toBe("default");
    expect(request.mode).toBe("cors");
    expect(request.credentials).toBe("same-origin");
    expect(request.destination).toBe("");
    expect(request.referrer).toBe("about:client");
    expect(request.referrerPolicy).toBe("");
    expect(request.duplex).toBe("half");
    expect(request.isReloadNavigation).toBe(false);
    expect(request.isHistoryNavigation).toBe(false);
    expect(request.cf).toBeUndefined();
    expect(request.signal.aborted).toBe(false);
    expect(request.signal).toBe(request.signal);
    expect(new Request(new URL(url)).url).toBe(url);
  });

  test("refuses bad URLs", () => {
    expect(() => new Request("/relative")).toThrow("Invalid URL: /relative");
    expect(() => new Request("")).toThrow(TypeError);
    expect(() => new Request("http://user:secret@example.com/")).toThrow("includes credentials");
    expect(() => new Request()).toThrow("1 argument required, but only 0 present");
  });

  test("methods", () => {
    const method = (given) => new Request(url, { method: given }).method;
    expect(method("post")).toBe("POST");
    expect(method("Delete")).toBe("DELETE");
    expect(method("patch")).toBe("patch");
    expect(method("PATCH")).toBe("PATCH");
    expect(method("MKCOL")).toBe("MKCOL");
    for (const given of ["CONNECT", "trace", "Track"]) {
      expect(() => method(given)).toThrow(`'${given}' HTTP method is unsupported`);
    }
    for (const given of ["", "a b", "é"]) expect(() => method(given)).toThrow("is not a valid HTTP method");
  });

  test("GET and HEAD have no body", () => {
    const message = "Request with a GET or HEAD method cannot have a body.";
    expect(() => new Request(url, { body: "x" })).toThrow(message);
    expect(() => new Request(url, { method: "HEAD", body: "" })).toThrow(message);
    const post = new Request(url, { method: "POST", body: "x" });
    expect(() => new Request(post, { method: "GET" })).toThrow(message);
    expect(post.bodyUsed).toBe(false);
  });

  test("headers and content-type", () => {
    const body = "x";
    const implied = new Request(url, { method: "POST", body });
    expect(implied.headers.get("content-type")).toBe("text/plain;charset=UTF-8");
    const given = new Request(url, { method: "POST", body, headers: { "content-type": "a/b" } });
    expect(given.headers.get("content-type")).toBe("a/b");
    const first = new Request(url, { headers: { a: "1", cookie: "c", host: "h" } });
    expect([...first.headers.keys()]).toEqual(["a", "cookie", "host"]);
    const second = new Request(first);
    second.headers.set("a", "2");
    expect(first.headers.get("a")).toBe("1");
    expect(new Request(first, { headers: { b: "1" } }).headers.has("a")).toBe(false);
    const third = new Request(first, { method: "POST", body });
    expect(third.headers.get("content-type")).toBe("text/plain;charset=UTF-8");
    expect(third.headers.get("a")).toBe("1");
  });

  test("enumerations are checked", () => {
    expect(new Request(url, { redirect: "manual" }).redirect).toBe("manual");
    expect(() => new Request(url, { redirect: "never" })).toThrow(
      "'never' is not a valid value of RequestRedirect");
    expect(() => new Request("http://a.test/", { encodeResponseBody: "never" })).toThrow(
      "'never' is not a valid value of EncodeResponseBody");
    expect(new Request(url, { cache: "no-store" }).cache).toBe("no-store");
    expect(() => new Request(url, { cache: "sometimes" })).toThrow(TypeError);
    expect(() => new Request(url, { signal: {} })).toThrow("not of type AbortSignal");
    expect(() => new Request(url, 1)).toThrow(TypeError);
  });

  test("a request made from a request takes its body", async () => {
    const first = new Request(url, { method: "POST", body: "x" });
    const second = new Request(first);
    expect(first.bodyUsed).toBe(true);
    expect(second.bodyUsed).toBe(false);
    expect(await second.text()).toBe("x");
    expect(() => new Request(first)).toThrow("Body has already been used");
    expect(new Request(first, { body: "y" }).method).toBe("POST");
    const stream = new Request(url, { method: "POST", body: new Blob(["abc"]).stream() });
    const moved = new Request(stream);
    expect(stream.bodyUsed).toBe(true);
    expect(stream.body.locked).toBe(true);
    expect(await moved.text()).toBe("abc");
  });

  test("a request is an init", async () => {
    const first = new Request(
      url, { method: "PUT", body: "x", headers: { a: "1" }, redirect: "manual", cf: { b: 2 } });
    const second = new Request("http://other.example/", first);
    expect(second.url).toBe("http://other.example/");
    expect(second.method).toBe("PUT");
    expect(second.redirect).toBe("manual");
    expect(second.headers.get("a")).toBe("1");
    expect(second.cf).toEqual({ b: 2 });
    expect(await second.text()).toBe("x");
    expect(first.bodyUsed).toBe(true);
  });

  test("clone", async () => {
    const request = new Request(url, { method: "POST", body: "x", headers: { a: "1" } });
    const clone = request.clone();
    expect(clone.method).toBe("POST");
    expect(clone.headers.get("a")).toBe("1");
    expect(await request.text()).toBe("x");
    expect(await clone.text()).toBe("x");
    expect(() => request.clone()).toThrow("Body has already been used");
  });

  test("members of browsers are kept, and copied", () => {
    const init = { mode: "same-origin", credentials: "include", cache: "only-if-cached", redirect: "error",
      referrer: "http://example.com/page#part", referrerPolicy: "origin", integrity: "sha256-x", keepalive: true,
      duplex: "half", priority: "high", window: null };
    const request = new Request(url, init);
    for (const copy of [request, request.clone(), new Request(request), new Request(request, {}),
      new Request(url, request)]) {
      for (const name of ["mode", "credentials", "cache", "redirect", "referrer", "referrerPolicy", "integrity",
        "keepalive"]) {
        expect(copy[name]).toBe(init[name]);
      }
    }
    for (const [name, values] of Object.entries({ mode: ["cors", "no-cors"], credentials: ["omit", "same-origin"],
      cache: ["default", "no-store", "reload", "no-cache", "force-cache"], redirect: ["follow", "manual"] })) {
      for (const value of values) expect(new Request(url, { [name]: value })[name]).toBe(value);
    }
  });

  test("wrong values of members throw", () => {
    for (const name of ["mode", "credentials", "cache", "redirect", "referrerPolicy", "duplex", "priority"]) {
      expect(() => new Request(url, { [name]: "BAD" })).toThrow(`'${name}' 'BAD' is not a valid value`);
    }
    expect(() => new Request(url, { window: {} })).toThrow("'window' can only be null");
    expect(() => new Request(url, { signal: {} })).toThrow("'signal' is not of type AbortSignal");
    expect(() => new Request(url, { mode: "navigate" })).toThrow("is for navigation");
    expect(() => new Request(url, { cache: "only-if-cached" })).toThrow("needs the mode \"same-origin\"");
    expect(() => new Request(url, { mode: "no-cors", method: "PUT" })).toThrow("unsupported in the mode");
    expect(new Request(url, { mode: "no-cors", method: "POST" }).method).toBe("POST");
    expect(() => new Request(url, { method: "POST", keepalive: true, body: new ReadableStream() }))
      .toThrow("a stream cannot be the body of a request with keepalive");
    // Workers do not ask for `duplex`.
    expect(new Request(url, { method: "POST", body: new ReadableStream() }).duplex).toBe("half");
  });

  test("the mode no-cors lets few headers in", () => {
    const body = new Blob(["x"], { type: "text/html" });
    const { headers } = new Request(url, { mode: "no-cors", method: "POST", body, headers: {
      Accept: "a/b", "X-Own": "1", Authorization: "x", Range: "bytes=0-1", "Accept-Language": "de;q=1" } });
    expect([...headers]).toEqual([["accept", "a/b"], ["accept-language", "de;q=1"]]);
    headers.append("accept", `c/${"d".repeat(130)}`); // too long together
    headers.append("accept", "c/d");
    headers.append("x-own", "1");
    headers.set("accept-language", "a:b");
    headers.set("content-type", "text/html");
    expect([...headers]).toEqual([["accept", "a/b, c/d"], ["accept-language", "de;q=1"]]);
    headers.set("content-type", " Text/Plain;charset=x");
    headers.set("content-language", "de");
    headers.delete("accept");
    headers.delete("accept-language");
    expect([...headers]).toEqual([["content-language", "de"], ["content-type", "Text/Plain;charset=x"]]);
    expect(() => headers.append("bad name", "1")).toThrow(TypeError);

    const full = new Request(url, { headers: { "x-own": "1", accept: "a/b" } });
    const less = new Request(full, { mode: "no-cors" });
    expect([...less.headers]).toEqual([["accept", "a/b"]]);
    const bare = new Request(url, { mode: "no-cors" });
    for (const copy of [bare, less.clone(), new Request(less), new Request(url, less)]) {
      copy.headers.append("x-own", "2");
      expect(copy.headers.get("x-own")).toBeNull();
    }
    const implied = new Request(url, { mode: "no-cors", method: "POST", body: "x" });
    expect(implied.headers.get("content-type")).toBe("text/plain;charset=UTF-8");
  });

  test("referrers", () => {
    const referrer = (given) => new Request(url, { referrer: given }).referrer;
    expect(referrer("")).toBe("");
    expect(referrer("about:client")).toBe("about:client");
    expect(referrer("HTTP://Else.test")).toBe("http://else.test/");
    expect(() => referrer("/page")).toThrow("the referrer is not a valid URL: \"/page\"");
    // Any member takes the referrer away.
    const from = new Request(url, { referrer: "http://a.test/", referrerPolicy: "origin" });
    const changed = new Request(from, { method: "POST" });
    expect(changed.referrer).toBe("about:client");
    expect(changed.referrerPolicy).toBe("");
    expect(from.referrer).toBe("http://a.test/");
  });

  test("the members of init are read in the order of their names", () => {
    const seen = [];
    new Request(url, new Proxy({}, { get: (target, name) => void seen.push(name) }));
    expect(seen).toEqual(["body", "cache", "cf", "credentials", "duplex", "encodeResponseBody", "headers", "integrity",
      "keepalive", "method", "mode", "priority", "redirect", "referrer", "referrerPolicy", "signal", "window"]);
  });

  test("signals follow", () => {
    const controller = new AbortController();
    const first = new Request(url, { signal: controller.signal });
    const second = new Request(first);
    const third = second.clone();
    const apart = new Request(first, { signal: null });
    expect(first.signal).not.toBe(controller.signal);
    let events = 0;
    third.signal.addEventListener("abort", () => ++events);
    controller.abort("why");
    expect(first.signal.reason).toBe("why");
    expect(second.signal.aborted).toBe(true);
    expect(events).toBe(1);
    expect(apart.signal.aborted).toBe(false);
  });

  test("a signal is followed along a line of any length", () => {
    const controller = new AbortController();
    for (const first of [new Request(url), new Request(url, { signal: controller.signal })]) {
      for (const derive of [(request) => new Request(request), (request) => request.clone()]) {
        let last = first;
        for (let i = 0; i < 20_000; ++i) last = derive(last);
        expect(last.signal.aborted).toBe(false);
      }
    }
    const last = new Request(url, { signal: controller.signal }).clone().clone();
    controller.abort();
    expect(last.signal.aborted).toBe(true);
  });

  test("getters need a request", () => {
    for (const name of ["url", "method", "headers", "signal", "cf", "body", "mode", "credentials", "destination",
      "referrer", "referrerPolicy", "duplex", "isReloadNavigation", "isHistoryNavigation"]) {
      const { get } = Object.getOwnPropertyDescriptor(Request.prototype, name);
      expect(() => get.call({})).toThrow("Illegal invocation");
    }
    expect(Request.length).toBe(1);
  });
});
