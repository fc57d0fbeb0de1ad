// SPDX-License-Identifier: Apache-2.0
import { test, describe, expect } from "sedge:test";

function dataCloneError(fn) {
  try {
    fn();
  } catch (error) {
    return error instanceof DOMException && error.name === "DataCloneError" && error.code === 25;
  }
  return false;
}

describe("values", () => {
  test("primitives come back", () => {
    for (const value of [undefined, null, true, 0, -0, NaN, "x\ud800", 10n ** 30n]) {
      expect(structuredClone(value)).toBe(value);
    }
  });

  test("wrapper objects", () => {
    const copy = structuredClone([Object(true), Object(1), Object("s"), Object(5n)]);
    expect(copy.map((box) => typeof box)).toEqual(["object", "object", "object", "object"]);
    expect(copy.map((box) => box.valueOf())).toEqual([true, 1, "s", 5n]);
    expect(dataCloneError(() => structuredClone(Object(Symbol("x"))))).toBe(true);
  });

  test("dates and regular expressions", () => {
    const copy = structuredClone({ date: new Date(5), invalid: new Date(NaN),
      re: Object.assign(/a\/b/gi, { lastIndex: 3 }) });
    expect(copy.date.getTime()).toBe(5);
    expect(copy.invalid.getTime()).toBe(NaN);
    expect([copy.re.source, copy.re.flags, copy.re.lastIndex]).toEqual(["a\\/b", "gi", 0]);
  });

  test("plain objects lose prototype, accessors and what is not enumerable", () => {
    class Point {
      x = 1;
      #secret = 2;
      get y() { return 2; }
    }
    const source = Object.defineProperty(Object.assign(new Point(),
      { get z() { return 3; }, [Symbol("s")]: 1 }), "hidden",
      { value: 1 });
    const copy = structuredClone(source);
    expect(Object.getPrototypeOf(copy)).toBe(Object.prototype);
    expect(Reflect.ownKeys(copy)).toEqual(["x", "z"]);
    expect(Object.getOwnPropertyDescriptor(structuredClone({ get a() { return 1; } }), "a").value).toBe(1);
  });

  test("a key named __proto__ is a key", () => {
    const copy = structuredClone(JSON.parse("{\"__proto__\": {\"a\": 1}}"));
    expect(Object.getPrototypeOf(copy)).toBe(Object.prototype);
    expect(Object.keys(copy)).toEqual(["__proto__"]);
  });

  test("arrays keep holes, length and further properties", () => {
    const source = [1, , 3];
    source.extra = { a: 1 };
    source.length = 5;
    const copy = structuredClone(source);
    expect(Array.isArray(copy)).toBe(true);
    expect(copy.length).toBe(5);
    expect(1 in copy).toBe(false);
    expect(copy.extra).toEqual({ a: 1 });
  });

  test("maps and sets, nested", () => {
    const copy = structuredClone(new Map([[{ k: 1 }, new Set([1, new Map()])]]));
    const [[key, value]] = copy;
    expect(key).toEqual({ k: 1 });
    expect([...value]).toEqual([1, new Map()]);
  });

  test("identity and cycles are kept", () => {
    const shared = {};
    const source = { a: shared, b: shared, list: [] };
    source.self = source;
    source.list.push(source.list, new Map([[source, source]]));
    const copy = structuredClone(source);
    expect(copy.a).toBe(copy.b);
    expect(copy.a).not.toBe(shared);
    expect(copy.self).toBe(copy);
    expect(copy.list[0]).toBe(copy.list);
    expect(copy.list[1].get(copy)).toBe(copy);
  });
});

describe("errors", () => {
  test("keep type, message, stack and cause", () => {
    const source = new RangeError("r", { cause: { deep: new Error("c") } });
    const copy = structuredClone(source);
    expect(copy).toBeInstanceOf(RangeError);
    expect(copy.message).toBe("r");
    expect(copy.stack).toBe(source.stack);
    expect(copy.cause.deep).toBeInstanceOf(Error);
    expect(Object.getOwnPropertyDescriptor(copy, "message").enumerable).toBe(false);
  });

  test("unknown names become Error, accessors for the message are ignored", () => {
    class Custom extends Error { name = "Custom"; }
    expect(Object.getPrototypeOf(structuredClone(new Custom("x")))).toBe(Error.prototype);
    const odd = Object.defineProperty(new Error("x"), "message", { get: () => "computed" });
    expect(Object.hasOwn(structuredClone(odd), "message")).toBe(false);
  });

  test("DOMException", () => {
    const copy = structuredClone(new DOMException("m", "AbortError"));
    expect(copy).toBeInstanceOf(DOMException);
    expect([copy.name, copy.message, copy.code]).toEqual(["AbortError", "m", 20]);
  });
});

describe("binary data", () => {
  test("buffers and views are copied", () => {
    const buffer = new Uint8Array([1, 2, 3, 4]).buffer;
    const copy = structuredClone({ buffer, bytes: new Uint8Array(buffer, 1, 2),
      view: new DataView(buffer, 2) });
    expect(copy.bytes.buffer).toBe(copy.buffer);
    expect(copy.buffer).not.toBe(buffer);
    expect([...copy.bytes]).toEqual([2, 3]);
    expect([copy.view.byteOffset, copy.view.byteLength, copy.view.getUint8(0)]).toEqual([2, 2, 3]);
    new Uint8Array(buffer)[1] = 9;
    expect(copy.bytes[0]).toBe(2);
  });

  test("every type of array", () => {
    const types = [Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array,
      Float32Array, Float64Array];
    for (const Type of types) expect(structuredClone(Type.of(1, 2))).toStrictEqual(Type.of(1, 2));
    expect(structuredClone(BigInt64Array.of(-1n))).toStrictEqual(BigInt64Array.of(-1n));
  });

  test("transfer moves the buffer", () => {
    const buffer = new Uint8Array([1, 2, 3]).buffer;
    const bytes = new Uint8Array(buffer, 1);
    const copy = structuredClone({ buffer, bytes }, { transfer: [buffer] });
    expect(buffer.byteLength).toBe(0);
    expect(bytes.length).toBe(0);
    expect([...copy.bytes]).toEqual([2, 3]);
    expect(copy.bytes.buffer).toBe(copy.buffer);
  });

  test("detached and shared buffers cannot be cloned", () => {
    const buffer = new ArrayBuffer(8);
    const bytes = new Uint8Array(buffer);
    structuredClone(null, { transfer: [buffer] });
    expect(dataCloneError(() => structuredClone(buffer))).toBe(true);
    expect(dataCloneError(() => structuredClone(bytes))).toBe(true);
    expect(dataCloneError(() => structuredClone(1, { transfer: [buffer] }))).toBe(true);
    expect(dataCloneError(() => structuredClone(new SharedArrayBuffer(1)))).toBe(true);
  });

  test("resizable buffers, and views that grow with them, where V8 has them", () => {
    const buffer = new ArrayBuffer(16, { maxByteLength: 64 });
    if (buffer.resizable === undefined) return;
    const views = { all: new Uint8Array(buffer), rest: new DataView(buffer, 4), some: new Uint8Array(buffer, 0, 16) };
    const copy = structuredClone(views);
    expect([copy.all.buffer.resizable, copy.all.buffer.maxByteLength]).toEqual([true, 64]);
    copy.all.buffer.resize(32);
    expect([copy.all.length, copy.rest.byteLength, copy.some.length]).toEqual([32, 28, 16]);
    const late = [new Uint8Array(buffer, 8), new DataView(buffer, 8, 8)];
    buffer.resize(4);
    for (const view of late) expect(dataCloneError(() => structuredClone(view))).toBe(true);
    const moved = structuredClone(new Uint8Array(buffer), { transfer: [buffer] });
    expect(moved.buffer.resizable).toBe(true);
    moved.buffer.resize(9);
    expect(moved.length).toBe(9);
    expect(() => crypto.getRandomValues(moved)).toThrow("resizable");
  });

  test("a failed clone transfers nothing", () => {
    const buffer = new ArrayBuffer(8);
    expect(dataCloneError(() => structuredClone({ f() {} }, { transfer: [buffer] }))).toBe(true);
    expect(buffer.byteLength).toBe(8);
  });

  test("the transfer list takes each transferable object once", () => {
    const buffer = new ArrayBuffer(1);
    expect(dataCloneError(() => structuredClone(1, { transfer: [buffer, buffer] }))).toBe(true);
    expect(dataCloneError(() => structuredClone(1, { transfer: [{}] }))).toBe(true);
    expect(() => structuredClone(1, { transfer: [5] })).toThrow(TypeError);
    expect(() => structuredClone(1, { transfer: 5 })).toThrow(TypeError);
  });
});

describe("what cannot be cloned", () => {
  test("functions, symbols and objects with hidden state", () => {
    const values = [() => {}, Symbol("x"), new WeakMap(), new WeakSet(), new WeakRef({}), Promise.resolve(1),
      new Proxy({}, {}), (function* () {})(), [].values(), new Map().keys(), new EventTarget(),
      new Event("x"),
      new AbortController().signal, globalThis, class {}];
    for (const value of values) {
      expect(dataCloneError(() => structuredClone(value))).toBe(true);
      expect(dataCloneError(() => structuredClone({ value }))).toBe(true);
    }
  });

  test("the message names the culprit", () => {
    expect(() => structuredClone({ a: [function culprit() {}] })).toThrow("'culprit'");
    expect(() => structuredClone(new WeakMap())).toThrow("WeakMap");
  });

  test("an exception of a getter passes through", () => {
    expect(() => structuredClone({ get a() { throw new RangeError("mine"); } })).toThrow(RangeError);
  });
});

test("blobs and files are shared, not copied", async () => {
  const copy = structuredClone({ blob: new Blob(["ab"], { type: "text/plain" }),
    file: new File(["c"], "n", { lastModified: 7 }) });
  expect(copy.blob).toBeInstanceOf(Blob);
  expect([copy.blob.size, copy.blob.type]).toEqual([2, "text/plain"]);
  expect(await copy.blob.text()).toBe("ab");
  expect([copy.file.name, copy.file.lastModified, copy.file.size]).toEqual(["n", 7, 1]);
});

test("the function's own shape", () => {
  expect(structuredClone.length).toBe(1);
  expect(() => structuredClone()).toThrow(TypeError);
  expect(() => new structuredClone(1)).toThrow(TypeError);
});
