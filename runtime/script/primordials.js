// SPDX-License-Identifier: Apache-2.0
// The ECMAScript intrinsics as they are before any worker runs: captured once, named as in Node
// (`ArrayPrototypePush(array, x)`), so that builtins do not depend on what a worker overwrites later.
// Body of a function (primordials); it is evaluated before every other builtin.
"use strict";

const { apply, bind, call } = Function.prototype;
// uncurryThis(f)(self, ...args) is f.call(self, ...args), without looking anything up at call time.
const uncurryThis = bind.bind(call);
primordials.uncurryThis = uncurryThis;
primordials.applyBind = bind.bind(apply);

const { defineProperty, getOwnPropertyDescriptor, setPrototypeOf, freeze } = Object;
const { ownKeys } = Reflect;

function capitalized(key) {
  return typeof key === "symbol"
    ? `Symbol${key.description[7].toUpperCase()}${key.description.slice(8)}` // "Symbol.iterator"
    : `${key[0].toUpperCase()}${key.slice(1)}`;
}

function copyStatics(source, prefix, boundTo) {
  for (const key of ownKeys(source)) {
    const name = `${prefix}${capitalized(key)}`;
    if (name in primordials) continue;
    const { get, set, value } = getOwnPropertyDescriptor(source, key);
    if (get) {
      primordials[`${prefix}Get${capitalized(key)}`] = uncurryThis(get);
      if (set) primordials[`${prefix}Set${capitalized(key)}`] = uncurryThis(set);
    } else {
      primordials[name] = boundTo && typeof value === "function" ? value.bind(boundTo) : value;
    }
  }
}

function copyPrototype(prototype, prefix) {
  for (const key of ownKeys(prototype)) {
    const { get, set, value } = getOwnPropertyDescriptor(prototype, key);
    if (get) {
      primordials[`${prefix}Get${capitalized(key)}`] = uncurryThis(get);
      if (set) primordials[`${prefix}Set${capitalized(key)}`] = uncurryThis(set);
    } else if (typeof value === "function") {
      primordials[`${prefix}${capitalized(key)}`] = uncurryThis(value);
    }
  }
}

// Atomics and WebAssembly are made after the snapshot is loaded: they cannot be captured here.
for (const name of ["JSON", "Math", "Reflect"]) copyStatics(globalThis[name], name);

for (const name of [
  "AggregateError", "Array", "ArrayBuffer", "BigInt", "BigInt64Array", "BigUint64Array", "Boolean", "DataView",
  "Date", "Error", "EvalError", "FinalizationRegistry", "Float32Array", "Float64Array", "Function",
  "Int16Array", "Int32Array", "Int8Array", "Map", "Number", "Object", "Proxy", "RangeError",
  "ReferenceError", "RegExp", "Set", "SharedArrayBuffer", "String", "Symbol", "SyntaxError", "TypeError",
  "URIError", "Uint16Array", "Uint32Array", "Uint8Array", "Uint8ClampedArray", "WeakMap", "WeakRef", "WeakSet",
]) {
  const original = globalThis[name];
  if (original === undefined) continue;
  primordials[name] = original;
  copyStatics(original, name, name === "Object" || name === "Symbol" ? undefined : original);
  if (original.prototype) copyPrototype(original.prototype, `${name}Prototype`);
}

primordials.Promise = Promise;
copyPrototype(Promise.prototype, "PromisePrototype");
for (const name of ["all", "allSettled", "any", "race", "reject", "resolve"]) {
  primordials[`Promise${capitalized(name)}`] = Promise[name].bind(Promise);
}

for (const [name, original] of [
  ["TypedArray", Reflect.getPrototypeOf(Uint8Array)],
  ["ArrayIterator", { prototype: Reflect.getPrototypeOf(Array.prototype[Symbol.iterator]()) }],
  ["StringIterator", { prototype: Reflect.getPrototypeOf(String.prototype[Symbol.iterator]()) }],
  ["MapIterator", { prototype: Reflect.getPrototypeOf(new Map().entries()) }],
  ["SetIterator", { prototype: Reflect.getPrototypeOf(new Set().values()) }],
]) {
  primordials[name] = original;
  copyStatics(original, name);
  copyPrototype(original.prototype, `${name}Prototype`);
}

primordials.IteratorPrototype = Reflect.getPrototypeOf(primordials.ArrayIterator.prototype);
primordials.AsyncIteratorPrototype = Reflect.getPrototypeOf(
  Reflect.getPrototypeOf(async function* () {}).prototype);
primordials.AsyncGeneratorPrototype = Reflect.getPrototypeOf(async function* () {}).prototype;
primordials.GeneratorPrototype = Reflect.getPrototypeOf(function* () {}).prototype;
primordials.AsyncFunctionPrototype = Reflect.getPrototypeOf(async function () {});

for (const name of ["decodeURI", "decodeURIComponent", "encodeURI", "encodeURIComponent", "isFinite", "isNaN",
  "parseInt", "parseFloat"]) {
  primordials[name] = globalThis[name];
}
primordials.globalThis = globalThis;
// V8 10.2 adds Object.hasOwn only when an isolate starts.
const hasOwnProperty = uncurryThis(Object.prototype.hasOwnProperty);
primordials.ObjectHasOwn = (object, key) => hasOwnProperty(object, key);

// Subclasses whose methods are their own properties: a worker that changes Map.prototype changes nothing
// here.
function makeSafe(Unsafe, Safe) {
  for (const key of ownKeys(Unsafe.prototype)) {
    if (key === "constructor") continue;
    const descriptor = getOwnPropertyDescriptor(Unsafe.prototype, key);
    defineProperty(Safe.prototype, key, { ...descriptor, enumerable: false });
  }
  setPrototypeOf(Safe.prototype, null);
  freeze(Safe.prototype);
  freeze(Safe);
  return Safe;
}
primordials.SafeMap = makeSafe(Map, class SafeMap extends Map { constructor(i) { super(i); } });
primordials.SafeSet = makeSafe(Set, class SafeSet extends Set { constructor(i) { super(i); } });
primordials.SafeWeakMap = makeSafe(WeakMap, class SafeWeakMap extends WeakMap { constructor(i) { super(i); } });
primordials.SafeWeakSet = makeSafe(WeakSet, class SafeWeakSet extends WeakSet { constructor(i) { super(i); } });
freeze(primordials);
