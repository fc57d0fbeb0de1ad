// SPDX-License-Identifier: Apache-2.0
// What a worker puts over a Request's attributes is its own: clone(), fetch() and new Request() work on the request.

import { test, expect } from "sedge:test";

const kUrl = "http://a.test/";

class Lowered extends Request {
  get headers() {
    return Object.fromEntries(super.headers);
  }
  get signal() {
    throw new Error("signal is not for all");
  }
}

test("clone() of a request whose class has other headers", async () => {
  const request = new Lowered(kUrl, { method: "POST", headers: { a: "b" }, body: "x" });
  expect(request.headers.a).toBe("b");
  const clone = request.clone();
  expect(clone.headers.get("a")).toBe("b");
  expect(clone.headers.get("content-type")).toBe("text/plain;charset=UTF-8");
  expect([await request.text(), await clone.text()]).toEqual(["x", "x"]);
});

test("clone() and new Request() of a request with an own property", () => {
  const request = new Request(kUrl, { headers: { a: "b" } });
  Object.defineProperty(request, "headers", { value: new Headers({ a: "other" }) });
  expect(request.clone().headers.get("a")).toBe("b");
  expect(new Request(request).headers.get("a")).toBe("b");
});

test("The signal of a clone does not ask for the first one's attribute", () => {
  const controller = new AbortController();
  for (const init of [{}, { signal: controller.signal }]) {
    const request = new Lowered(kUrl, init);
    expect(request.clone().signal.aborted).toBe(false);
    expect(new Request(request).clone().signal.aborted).toBe(false);
  }
  const followed = new Lowered(kUrl, { signal: controller.signal }).clone().signal;
  controller.abort("enough");
  expect(followed.reason).toBe("enough");
});

test("Attributes of the prototype that throw do not break clone()", () => {
  const request = new Request(kUrl, { headers: { a: "b" } });
  const names = ["headers", "signal", "method", "url"];
  const before = names.map((name) => Object.getOwnPropertyDescriptor(Request.prototype, name));
  for (const name of names) Object.defineProperty(Request.prototype, name, { get() { throw new Error(name); } });
  const clone = request.clone();
  names.forEach((name, i) => Object.defineProperty(Request.prototype, name, before[i]));
  expect([clone.headers.get("a"), clone.url]).toEqual(["b", kUrl]);
});
