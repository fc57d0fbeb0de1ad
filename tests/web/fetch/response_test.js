// SPDX-License-Identifier: Apache-2.0
import { test, describe, expect } from "sedge:test";

describe("Response", () => {
  test("defaults", () => {
    const response = new Response();
    expect(response.status).toBe(200);
    expect(response.statusText).toBe("");
    expect(response.ok).toBe(true);
    expect(response.type).toBe("default");
    expect(response.url).toBe("");
    expect(response.redirected).toBe(false);
    expect(response.webSocket).toBeNull();
    expect([...response.headers]).toEqual([]);
    expect(response.headers).toBe(response.headers);
  });

  test("content-type comes from the body unless it is given", () => {
    const type = (body, headers) => new Response(body, { headers }).headers.get("content-type");
    expect(type("x")).toBe("text/plain;charset=UTF-8");
    expect(type("x", { "Content-Type": "text/html" })).toBe("text/html");
    expect(type("x", { other: "1" })).toBe("text/plain;charset=UTF-8");
    expect(type(new Uint8Array(1))).toBeNull();
    expect(type(new Blob(["x"], { type: "a/b" }))).toBe("a/b");
    expect(type(new Blob(["x"]))).toBeNull();
    expect(type(null)).toBeNull();
    const bare = new Response("x");
    bare.headers.delete("content-type");
    expect(bare.headers.has("content-type")).toBe(false);
    expect(bare.clone().headers.has("content-type")).toBe(false);
  });

  test("a body that is another's stream is passed on whole", async () => {
    for (const content of ["h\u00e9llo", new Uint8Array([0x68, 0x69]), new Blob(["a", "b"]), ""]) {
      const first = new Response(content);
      const stream = first.body;
      const second = new Response(stream, first);
      expect(second.body).toBe(stream);
      expect(stream.locked).toBe(false);
      expect(first.bodyUsed).toBe(false);
      const third = new Response(second.body, { headers: second.headers });
      expect(await third.text()).toBe(await new Response(content).text());
      expect(first.bodyUsed).toBe(true);
      expect(() => new Response(stream)).toThrow("disturbed");
      expect(() => stream.getReader()).toThrow(TypeError);
      await stream.cancel().then(() => expect("cancelled").toBe("locked"), () => {});
    }
    const read = new Response("read").body;
    const reader = read.getReader({ mode: "byob" });
    expect((await reader.read(new Uint8Array(9))).value.byteLength).toBe(4);
    expect(await new Response(new Response("tee").body.tee()[1]).text()).toBe("tee");
    const cancelled = new Response("cancelled").body;
    await cancelled.cancel();
    expect((await cancelled.getReader().read()).done).toBe(true);
  });

  test("headers given as Headers are its own", () => {
    const given = new Headers({ a: "1", "content-type": "x/y" });
    const first = new Response("x", { headers: given });
    const second = new Response("x", { headers: given });
    given.set("a", "2");
    first.headers.append("a", "3");
    second.headers.delete("a");
    expect([given.get("a"), first.headers.get("a"), second.headers.get("a")]).toEqual(["2", "1, 3", null]);
  });

  test("init is checked", () => {
    expect(new Response(null, { status: 299.9 }).status).toBe(299);
    for (const status of [0, 199, 600, 1000]) {
      expect(() => new Response(null, { status })).toThrow(RangeError);
    }
    expect(() => new Response(null, { status: 99 })).toThrow(
      "The status provided (99) is outside the range [200, 599]");
    expect(() => new Response(null, { status: 101 })).toThrow("needs a 'webSocket'");
    expect(new Response(null, { statusText: "Très bon" }).statusText).toBe("Très bon");
    expect(() => new Response(null, { statusText: "a\nb" })).toThrow("Invalid statusText");
    expect(() => new Response(null, { headers: 1 })).toThrow(TypeError);
    expect(() => new Response(null, 1)).toThrow(TypeError);
    expect(() => new Response(null, { encodeBody: "x" })).toThrow("'encodeBody'");
    expect(new Response("x", { encodeBody: "manual" })).toBeInstanceOf(Response);
    expect(new Response(null, null).status).toBe(200);
  });

  test("statuses without a body", () => {
    for (const status of [204, 205, 304]) {
      expect(() => new Response("x", { status })).toThrow("null body status");
      expect(new Response(null, { status }).body).toBeNull();
      expect(new Response("", { status }).body).toBeNull();
    }
  });

  test("a response is an init", () => {
    const first = new Response("x", { status: 404, statusText: "Gone", headers: { a: "1" }, cf: { k: 1 } });
    const second = new Response(first.body, first);
    expect(second.status).toBe(404);
    expect(second.statusText).toBe("Gone");
    expect(second.headers.get("a")).toBe("1");
    expect(second.headers.get("content-type")).toBe("text/plain;charset=UTF-8");
    expect(second.cf).toEqual({ k: 1 });
    second.headers.set("a", "2");
    expect(first.headers.get("a")).toBe("1");
  });

  test("Response.json", async () => {
    const response = Response.json({ a: 1 }, { status: 201, headers: { b: "2" } });
    expect(response.status).toBe(201);
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(response.headers.get("b")).toBe("2");
    expect(await response.json()).toEqual({ a: 1 });
    expect(Response.json(1, { headers: { "content-type": "a/b" } }).headers.get("content-type")).toBe("a/b");
    for (const data of [undefined, () => 1, Symbol("x")]) {
      expect(() => Response.json(data)).toThrow("not JSON serializable");
    }
    expect(() => Response.json({}, { status: 204 })).toThrow(TypeError);
    expect(() => Response.json({ get a() { throw new RangeError("own"); } })).toThrow("own");
  });

  test("Response.redirect", () => {
    const response = Response.redirect("http://example.com/a b");
    expect(response.status).toBe(302);
    expect(response.headers.get("location")).toBe("http://example.com/a%20b");
    expect(() => response.headers.set("a", "b")).toThrow("Can't modify immutable headers.");
    expect(Response.redirect("http://example.com", 308).status).toBe(308);
    expect(() => Response.redirect("http://example.com", 200)).toThrow(RangeError);
    expect(() => Response.redirect("/relative")).toThrow("Unable to parse URL: /relative");
  });

  test("Response.error", () => {
    const response = Response.error();
    expect(response.type).toBe("error");
    expect(response.status).toBe(0);
    expect(response.ok).toBe(false);
    expect(() => response.headers.append("a", "b")).toThrow(TypeError);
  });

  test("clone", async () => {
    const response = new Response("x", { status: 201, headers: { a: "1" } });
    const clone = response.clone();
    clone.headers.set("a", "2");
    expect(response.headers.get("a")).toBe("1");
    expect(clone.status).toBe(201);
    expect(await clone.text()).toBe("x");
    expect(response.bodyUsed).toBe(false);
  });

  test("has the shape of an interface", () => {
    expect(Response.length).toBe(0);
    expect(Object.prototype.toString.call(new Response())).toBe("[object Response]");
    for (const name of ["status", "body", "text", "bytes", "clone"]) {
      expect(Object.keys(Response.prototype)).toContain(name);
    }
    expect(Object.keys(Response)).toContain("json");
    expect(() => Object.getOwnPropertyDescriptor(Response.prototype, "status").get.call({})).toThrow(
      "Illegal invocation");
  });
});
