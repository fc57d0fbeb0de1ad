// SPDX-License-Identifier: Apache-2.0
// Mock functions and spies, by the words of jest, vitest and node:test.
import { test, describe, expect, mock, vi, jest, afterEach, env } from "sedge:test";

describe("mock.fn", () => {
  test("remembers calls, results, this and instances", () => {
    const f = mock.fn((a) => a * 2);
    const self = { f };
    expect(self.f(2)).toBe(4);
    expect(f(3)).toBe(6);
    expect(f.mock.calls).toEqual([[2], [3]]);
    expect(f.mock.lastCall).toEqual([3]);
    expect(f.mock.contexts[0]).toBe(self);
    expect(f.mock.results).toEqual([{ type: "return", value: 4 }, { type: "return", value: 6 }]);
    expect(f.mock.invocationCallOrder[1]).toBeGreaterThan(f.mock.invocationCallOrder[0]);
    expect(f.mock.callCount()).toBe(2);
    expect(f.mock.calls[0].arguments).toEqual([2]);
    expect(f.mock.calls[0].result).toBe(4);
    expect(f.mock.calls[0].this).toBe(self);
  });

  test("remembers what is thrown and what promises become", async () => {
    const f = mock.fn(() => { throw new Error("no"); });
    expect(() => f()).toThrow("no");
    expect(f.mock.results[0]).toMatchObject({ type: "throw", value: new Error("no") });
    expect(f.mock.calls[0].error.message).toBe("no");
    const g = mock.fn(async (x) => x);
    await g(1);
    expect(g.mock.settledResults).toEqual([{ type: "fulfilled", value: 1 }]);
  });

  test("without an implementation gives undefined", () => {
    expect(mock.fn()()).toBeUndefined();
    expect(vi.fn()()).toBeUndefined();
    expect(jest.fn()(1, 2)).toBeUndefined();
  });

  test("implementations, values and once", async () => {
    const f = vi.fn(() => "default").mockImplementationOnce(() => "first").mockReturnValueOnce("second");
    expect([f(), f(), f()]).toEqual(["first", "second", "default"]);
    f.mockReturnValue("new");
    expect(f()).toBe("new");
    f.mockResolvedValueOnce(1).mockRejectedValueOnce(new Error("later"));
    await expect(f()).resolves.toBe(1);
    await expect(f()).rejects.toThrow("later");
    f.mockReturnThis();
    const o = { f };
    expect(o.f()).toBe(o);
    expect(f.withImplementation(() => 9, () => { expect(f()).toBe(9); })).toBe(f);
    expect(o.f()).toBe(o);
    expect(f.mockName("named").getMockName()).toBe("named");
  });

  test("clear forgets calls, reset implementations", () => {
    const f = vi.fn(() => 1);
    f.mockReturnValue(2);
    f();
    f.mockClear();
    expect(f).not.toHaveBeenCalled();
    expect(f()).toBe(2);
    f.mockReset();
    expect(f).not.toHaveBeenCalled();
    expect(f()).toBe(1);
  });

  test("with new", () => {
    class Point { constructor(x) { this.x = x; } }
    const Mocked = mock.fn(Point);
    const point = new Mocked(3);
    expect(point).toBeInstanceOf(Point);
    expect(point.x).toBe(3);
    expect(Mocked.mock.instances).toEqual([point]);
    const Plain = mock.fn(function (x) { this.x = x; });
    expect(new Plain(4).x).toBe(4);
    expect(new (mock.fn())()).toBeInstanceOf(Object);
  });

  test("keeps name and length of the function", () => {
    const f = mock.fn(function named(a, b) { return a + b; });
    expect([f.name, f.length]).toEqual(["named", 2]);
    expect(Object.keys(f)).toEqual([]);
  });
});

describe("mock.method", () => {
  afterEach(() => mock.restoreAll());
  const object = {
    base: 1,
    add(a, b) { return a + b + this.base; },
    get size() { return 5; },
    set size(value) { this.set = value; },
  };

  test("calls through until it has an implementation, and is restored", () => {
    const original = object.add;
    const spy = mock.method(object, "add");
    expect(object.add(1, 2)).toBe(4);
    expect(spy).toHaveBeenCalledWith(1, 2);
    spy.mockImplementation(() => 0);
    expect(object.add(1, 2)).toBe(0);
    mock.restoreAll();
    expect(object.add).toBe(original);
    expect(object.add(1, 2)).toBe(4);
  });

  test("takes an implementation, and an object's inherited methods", () => {
    class A { hello() { return "a"; } }
    const a = new A();
    mock.method(a, "hello", () => "mocked");
    expect(a.hello()).toBe("mocked");
    a.hello.mock.restore();
    expect(a.hello()).toBe("a");
    expect(Object.hasOwn(a, "hello")).toBe(false);
  });

  test("of what is a spy already gives that spy", () => {
    const spy = vi.spyOn(object, "add");
    expect(vi.spyOn(object, "add")).toBe(spy);
    expect(vi.isMockFunction(object.add)).toBe(true);
  });

  test("getters and setters", () => {
    const get = vi.spyOn(object, "size", "get").mockReturnValue(7);
    expect(object.size).toBe(7);
    expect(get).toHaveBeenCalledOnce();
    const set = mock.setter(object, "size", () => {});
    object.size = 3;
    expect(set).toHaveBeenCalledWith(3);
    expect(object.set).toBeUndefined();
    mock.restoreAll();
    expect(object.size).toBe(5);
    mock.getter(object, "size", () => 8);
    expect(object.size).toBe(8);
    mock.restoreAll();
    mock.method(object, "size", () => 9, { getter: true });
    expect(object.size).toBe(9);
  });

  test("globals", () => {
    const spy = vi.spyOn(globalThis, "fetch").mockResolvedValue(new Response("mocked"));
    expect(fetch).toBe(spy);
    mock.restoreAll();
    expect(vi.isMockFunction(fetch)).toBe(false);
    vi.stubGlobal("answer", 42);
    expect(answer).toBe(42);
    vi.unstubAllGlobals();
    expect("answer" in globalThis).toBe(false);
  });

  test("variables of the worker", () => {
    vi.stubEnv("STUBBED", "one").stubEnv("STUBBED", "two");
    vi.stubGlobal("answer", 42);
    expect(env.STUBBED).toBe("two");
    vi.stubEnv("STUBBED", undefined);
    expect("STUBBED" in env).toBe(false);
    vi.unstubAllEnvs();
    expect("STUBBED" in env).toBe(false);
    expect(answer).toBe(42);
    vi.unstubAllGlobals();
  });

  test("says what it cannot replace", () => {
    expect(() => mock.method(object, "none")).toThrow("no method none");
    expect(() => mock.method(null, "x")).toThrow(TypeError);
    expect(() => mock.getter(object, "add")).toThrow("no getter");
    expect(() => mock.method(Object.freeze({ f() {} }), "f")).toThrow("cannot be replaced");
    expect(() => mock.fn(5)).toThrow("no function");
  });
});

test("a test's own mocks end with it", async (t) => {
  const object = { f: () => 1 };
  await t.test("inside", (inner) => {
    inner.mock.method(object, "f", () => 2);
    expect(object.f()).toBe(2);
  });
  expect(object.f()).toBe(1);
});

test("vi.waitFor and vi.waitUntil", async () => {
  let n = 0;
  expect(await vi.waitFor(() => { if (++n < 3) throw new Error("not yet"); return n; }, { interval: 1 })).toBe(3);
  expect(await vi.waitUntil(() => ++n > 5 && n, { interval: 1 })).toBe(6);
  await expect(vi.waitUntil(() => false, { interval: 1, timeout: 5 })).rejects.toThrow("within 5 ms");
});

test("what cannot be done says what can", () => {
  expect(() => vi.mock("./x.js")).toThrow("modules cannot be replaced");
  expect(() => jest.setTimeout(1)).toThrow("test(name, fn, milliseconds)");
});
