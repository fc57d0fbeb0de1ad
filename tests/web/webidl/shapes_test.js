// SPDX-License-Identifier: Apache-2.0
// Every interface that a worker sees has the shape that Web IDL's JavaScript binding prescribes
// (https://webidl.spec.whatwg.org/#javascript-binding), those of the Workers platform too.
import { test, describe, env, expect } from "sedge:test";

const { KV } = env;

// What ECMAScript and WebAssembly define.
const languageNames = new Set(("AggregateError Array ArrayBuffer AsyncDisposableStack BigInt BigInt64Array " +
  "BigUint64Array Boolean DataView Date DisposableStack Error EvalError FinalizationRegistry Float16Array " +
  "Float32Array Float64Array Function Int16Array Int32Array Int8Array Iterator Map Number Object Promise Proxy " +
  "RangeError ReferenceError RegExp Set SharedArrayBuffer String SuppressedError Symbol SyntaxError TypeError " +
  "URIError Uint16Array Uint32Array Uint8Array Uint8ClampedArray WeakMap WeakRef WeakSet").split(" "));

// Arguments that a constructor needs; none where an interface is not here.
const constructorLengths = {
  ByteLengthQueuingStrategy: 1, CloseEvent: 1, CompressionStream: 1, CountQueuingStrategy: 1, CustomEvent: 1,
  DecompressionStream: 1, DigestStream: 1, ErrorEvent: 1, Event: 1, EventSource: 1, ExtendableEvent: 1,
  File: 2, FixedLengthStream: 1, MessageEvent: 1, PerformanceMark: 1, PerformanceObserver: 1, ProgressEvent: 1,
  PromiseRejectionEvent: 2, ReadableStreamBYOBReader: 1, ReadableStreamDefaultReader: 1, Request: 1, URL: 1,
  WebSocket: 1, WritableStreamDefaultWriter: 1,
};

const operationLengths = {
  atob: 1, btoa: 1, clearInterval: 0, clearTimeout: 0, fetch: 1, queueMicrotask: 1, reportError: 1, setInterval: 1,
  setTimeout: 1, structuredClone: 1,
};

const interfaces = Object.getOwnPropertyNames(globalThis)
  .filter((name) => /^[A-Z]/.test(name) && typeof globalThis[name] === "function" && !languageNames.has(name));

const functionPrototype = Function.prototype;
const fixed = { writable: false, enumerable: false, configurable: true };
const hidden = { writable: true, enumerable: false, configurable: true };
const open = { writable: true, enumerable: true, configurable: true };

function attributesOf(object, key) {
  const { writable, enumerable, configurable } = Object.getOwnPropertyDescriptor(object, key);
  return { writable, enumerable, configurable };
}

function expectFunction(fn, name) {
  expect(typeof fn).toBe("function");
  expect(fn.name).toBe(name);
  expect([name, attributesOf(fn, "name"), attributesOf(fn, "length")]).toEqual([name, fixed, fixed]);
}

// A function that is no constructor.
function expectOperation(fn, name) {
  expectFunction(fn, name);
  expect([name, Object.hasOwn(fn, "prototype")]).toEqual([name, false]);
  expect(() => new fn()).toThrow("is not a constructor");
}

// What it throws, or the promise that it gives is rejected with.
async function errorOf(what, fn, receiver, args) {
  let result;
  try {
    result = fn.apply(receiver, args);
  } catch (error) {
    return error;
  }
  expect([what, result instanceof Promise]).toEqual([what, true]);
  return result.then(() => undefined, (reason) => reason);
}

// A receiver that is no instance, be it an object or not, is told in the same words.
async function expectRefusal(what, fn, receiver, args = []) {
  const error = await errorOf(what, fn, receiver, args);
  expect([what, error?.name]).toEqual([what, "TypeError"]);
  expect([what, error.message]).toEqual([what, "Illegal invocation"]);
}

async function expectBrandCheck(what, fn, prototype, args) {
  const receivers = [{}, prototype, Object.create(prototype), 5, new Proxy({}, {})];
  // Those of the global object are also called without a receiver.
  if (!Object.prototype.isPrototypeOf.call(prototype, globalThis)) receivers.push(null, undefined, globalThis);
  for (const receiver of receivers) await expectRefusal(what, fn, receiver, args);
}

function expectConstant(object, key, what) {
  const { value, ...attributes } = Object.getOwnPropertyDescriptor(object, key);
  expect([what, typeof value, attributes]).toEqual(
    [what, "number", { writable: false, enumerable: true, configurable: false }]);
}

async function checkMember(prototype, key, what) {
  const { get, set, value } = Object.getOwnPropertyDescriptor(prototype, key);
  if (get !== undefined) {
    expect([what, attributesOf(prototype, key)]).toEqual([what, { ...open, writable: undefined }]);
    expectOperation(get, `get ${key}`);
    expect([what, get.length]).toEqual([what, 0]);
    await expectBrandCheck(what, get, prototype);
    if (set === undefined) return;
    expectOperation(set, `set ${key}`);
    expect([what, set.length]).toEqual([what, 1]);
    await expectBrandCheck(what, set, prototype, [null]);
  } else if (typeof value === "function") {
    expect([what, attributesOf(prototype, key)]).toEqual([what, open]);
    expectOperation(value, key);
    await expectBrandCheck(what, value, prototype, [{}, {}, {}]);
  } else {
    expectConstant(prototype, key, what);
  }
}

async function checkPrototype(Class, name) {
  const { prototype } = Class;
  expect(attributesOf(Class, "prototype")).toEqual({ writable: false, enumerable: false, configurable: false });
  expect(prototype.constructor === Class).toBe(true);
  expect(attributesOf(prototype, "constructor")).toEqual(hidden);
  expect(Object.getOwnPropertyDescriptor(prototype, Symbol.toStringTag)).toEqual({ value: name, ...fixed });
  for (const key of Reflect.ownKeys(prototype)) {
    if (key === "constructor" || key === Symbol.toStringTag) continue;
    const what = `${name}.prototype.${String(key)}`;
    if (typeof key === "symbol") {
      expect([what, attributesOf(prototype, key)]).toEqual([what, hidden]);
      await expectBrandCheck(what, prototype[key], prototype);
    } else {
      await checkMember(prototype, key, what);
    }
  }
}

function checkStatics(Class, name) {
  for (const key of Reflect.ownKeys(Class)) {
    if (key === "prototype" || key === "length" || key === "name") continue;
    const what = `${name}.${String(key)}`;
    const { get, value } = Object.getOwnPropertyDescriptor(Class, key);
    if (get !== undefined) {
      expect([what, attributesOf(Class, key)]).toEqual([what, { ...open, writable: undefined }]);
      expectOperation(get, `get ${key}`);
    } else if (typeof value === "function") {
      expect([what, attributesOf(Class, key)]).toEqual([what, open]);
      expectOperation(value, key);
    } else {
      expectConstant(Class, key, what);
    }
  }
}

// The parent interface of both the class and its prototype, or none.
function checkInheritance(Class, name) {
  const parent = Object.getPrototypeOf(Class);
  if (parent !== functionPrototype) {
    expect([name, interfaces.includes(parent.name)]).toEqual([name, true]);
    expect(Object.getPrototypeOf(Class.prototype) === parent.prototype).toBe(true);
  } else {
    const base = name === "DOMException" ? Error.prototype : Object.prototype;
    expect([name, Object.getPrototypeOf(Class.prototype) === base]).toEqual([name, true]);
  }
}

describe("interfaces", () => {
  for (const name of interfaces) {
    test(name, async () => {
      const Class = globalThis[name];
      expect(attributesOf(globalThis, name)).toEqual(hidden);
      expectFunction(Class, name);
      expect(Class.length).toBe(constructorLengths[name] ?? 0);
      expect(() => Class()).toThrow(TypeError);
      checkInheritance(Class, name);
      checkStatics(Class, name);
      await checkPrototype(Class, name);
    });
  }

  test("there are many", () => {
    expect(interfaces.length).toBeGreaterThan(50);
  });
});

test("operations of the global object", () => {
  const found = Object.keys(globalThis).filter((name) => typeof globalThis[name] === "function");
  for (const name of found) {
    expect([name, attributesOf(globalThis, name)]).toEqual([name, open]);
    expectOperation(globalThis[name], name);
    expect([name, globalThis[name].length]).toEqual([name, operationLengths[name]]);
  }
  for (const name in operationLengths) expect([name, found.includes(name)]).toEqual([name, true]);
});

test("namespaces", () => {
  expect(attributesOf(globalThis, "console")).toEqual(hidden);
  expect(Object.getOwnPropertyDescriptor(console, Symbol.toStringTag)).toEqual({ value: "console", ...fixed });
  for (const key of Object.getOwnPropertyNames(console)) {
    expect([key, attributesOf(console, key)]).toEqual([key, open]);
    expectOperation(console[key], key);
  }
});

test("bindings", async () => {
  const { constructor } = KV;
  await checkPrototype(constructor, constructor.name);
  expect(() => new constructor()).toThrow("Illegal constructor");
});
