// SPDX-License-Identifier: Apache-2.0
// Scripts that break the language around them. Each gives a function that mends what it broke.
//
// What stays whole is what the language itself looks up whenever a promise is waited for or given on:
// Promise.prototype.constructor, Promise[Symbol.species], and `then` of the objects that a promise is resolved
// with. No builtin of any platform can do without them.

const { defineProperty, getOwnPropertyDescriptor, getPrototypeOf } = Object;
const { ownKeys } = Reflect;
const { species, iterator, hasInstance } = Symbol;
const promises = Promise;

const iterators = [
  [][iterator](), new Map()[iterator](), new Set()[iterator](), ""[iterator](), "a".matchAll(/a/g),
  (function* () {})(), (async function* () {})(),
];

// [name, object] of every intrinsic whose properties a script can change.
function intrinsics() {
  const found = [];
  const add = (name, object) => {
    for (const [, known] of found) {
      if (known === object) return;
    }
    found.push([name, object]);
  };
  for (const name of [
    "Object", "Function", "Array", "String", "Number", "Boolean", "Symbol", "BigInt", "Promise", "Map", "Set",
    "WeakMap", "WeakSet", "WeakRef", "FinalizationRegistry", "RegExp", "Date", "ArrayBuffer", "SharedArrayBuffer",
    "DataView", "Uint8Array", "Uint8ClampedArray", "Int8Array", "Uint16Array", "Int16Array", "Uint32Array",
    "Int32Array", "BigInt64Array", "BigUint64Array", "Float32Array", "Float64Array", "Error", "TypeError",
    "RangeError", "SyntaxError", "EvalError", "AggregateError", "Proxy", "Iterator",
  ]) {
    const Class = globalThis[name];
    if (Class === undefined) continue;
    add(name, Class);
    if (Class.prototype !== undefined && name !== "Object") add(`${name}.prototype`, Class.prototype);
  }
  for (const name of ["Global", "Instance", "Memory", "Module", "Table"]) {
    add(`WebAssembly.${name}`, WebAssembly[name]);
    add(`WebAssembly.${name}.prototype`, WebAssembly[name].prototype);
  }
  add("TypedArray", getPrototypeOf(Uint8Array));
  add("TypedArray.prototype", getPrototypeOf(Uint8Array.prototype));
  for (const [i, it] of iterators.entries()) {
    for (let o = getPrototypeOf(it); o !== Object.prototype; o = getPrototypeOf(o)) add(`iterator ${i}`, o);
  }
  for (const f of [async () => {}, function* () {}, async function* () {}]) add("functions", getPrototypeOf(f));
  for (const name of ["JSON", "Math", "Reflect", "Atomics", "WebAssembly"]) add(name, globalThis[name]);
  return found;
}

function isKept(object, key) {
  if (object === promises || object === promises.prototype) return key === "constructor" || key === species;
  return false;
}

// Changes properties and gives the function that puts them back. replace(name, descriptor) gives the new
// descriptor, or undefined to leave the property alone.
function change(targets, replace) {
  const jobs = [];
  for (const [name, object] of targets) {
    for (const key of ownKeys(object)) {
      const descriptor = getOwnPropertyDescriptor(object, key);
      if (!descriptor.configurable || key === "prototype" || isKept(object, key)) continue;
      const changed = replace(`${name}.${key.toString()}`, descriptor, key);
      if (changed !== undefined) jobs.push([object, key, changed, descriptor]);
    }
  }
  for (let i = 0; i < jobs.length; ++i) defineProperty(jobs[i][0], jobs[i][1], jobs[i][2]);
  return () => {
    for (let i = jobs.length - 1; i >= 0; --i) defineProperty(jobs[i][0], jobs[i][1], jobs[i][3]);
  };
}

// Object.prototype has methods that every object inherits: `{}` and `function` go through none of them.
const withObjectPrototype = () => [...intrinsics(), ["Object.prototype", Object.prototype]];

function replaceFunctions(make) {
  return (name, descriptor, key) => {
    if (key === "__proto__") return undefined; // syntax for literals, and nothing that a builtin may use
    const made = make(name);
    // The console prints the name of a value's class, whoever made it.
    if (key === "constructor" && descriptor.value) {
      defineProperty(made, "name", { __proto__: null, value: descriptor.value.name });
    }
    if (typeof descriptor.value === "function") {
      return { __proto__: null, value: made, writable: true, enumerable: false, configurable: true };
    }
    if (descriptor.get !== undefined) {
      return { __proto__: null, get: made, set: made, enumerable: false, configurable: true };
    }
    return undefined;
  };
}

// Everything throws.
export function throwing() {
  return change(withObjectPrototype(), replaceFunctions((name) => function poisoned() {
    throw new ReferenceError(`tampered: ${name} was called`);
  }));
}

// Everything gives something that is wrong.
export function lying() {
  const lies = [undefined, 42, "lie", true, null];
  let next = 0;
  return change(withObjectPrototype(), replaceFunctions(() => {
    const lie = lies[next++ % lies.length];
    return function liar() { return lie; };
  }));
}

// `instanceof` asks the class.
export function strangeClasses() {
  const descriptor = { __proto__: null, configurable: true, value() { return true; } };
  const classes = [];
  for (const [, object] of intrinsics()) {
    if (typeof object !== "function" || getOwnPropertyDescriptor(object, hasInstance) !== undefined) continue;
    classes.push(object);
  }
  for (let i = 0; i < classes.length; ++i) defineProperty(classes[i], hasInstance, descriptor);
  return () => {
    for (let i = 0; i < classes.length; ++i) delete classes[i][hasInstance];
  };
}

// Names that descriptors, dictionaries, records and results have.
export const pollutedNames = [
  "get", "set", "value", "writable", "enumerable", "configurable", "done", "next", "return", "throw",
  "highWaterMark", "size", "type", "signal", "start", "pull", "write", "close", "abort", "cancel", "flush",
  "transform", "mode", "min", "preventAbort", "preventCancel", "preventClose", "readable", "autoAllocateChunkSize",
  "method", "headers", "body", "redirect", "cf", "status", "statusText", "encodeBody", "webSocket", "cache",
  "keepalive", "integrity", "bubbles", "cancelable", "composed", "detail", "data", "origin", "lastEventId",
  "ports", "source", "capture", "once", "passive", "handleEvent", "fatal", "ignoreBOM", "stream", "endings",
  "lastModified", "transfer", "message", "name", "code", "cause", "errors", "stack", "startTime", "duration",
  "depth", "showHidden", "customInspect", "colors", "kind", "bytes", "handle", "used", "watch", "pump", "url",
  "list", "key", "keys", "cursor", "limit", "prefix", "metadata", "expiration", "expirationTtl", "cacheTtl",
  "list_complete", "fetch", "fetcher", "withCredentials", "reason", "promise", "error", "filename", "lineno",
  "colno", "isHttp", "essence", "parameters", "target", "listener", "callback", "controller", "branch1", "branch2",
  "required", "converter", "defaultValue", "enforceRange", "clamp", "allowShared", "allowResizable",
  "treatNullAsEmptyString", "isGlobalError", "compare", "index", "input", "groups", "raw", "hash", "iv", "counter",
  "additionalData", "tagLength", "length", "salt", "info", "label", "context", "iterations", "modulusLength",
  "publicExponent", "namedCurve", "public", "kty", "k", "alg", "use", "key_ops", "ext", "oth", "crv", "d", "id",
  "state", "usages", "usageArray", "extractable", "algorithm", "algorithmObject", "entry", "family", "plain",
  "operation", "params", "encrypt", "decrypt", "sign", "verify", "digest", "generateKey", "deriveBits",
  "importKey", "exportKey", "wrapKey", "unwrapKey", "getKeyLength", "suffix", "usage", "blockBits", "bytesWritten",
  "format", "decompresses", "codec", "entryTypes", "buffered", "droppedEntriesCount", "observer", "types",
  "entries", "isMultiple", "tellsDropped", "end", "entryType", "navigationId", "protocol", "username", "password",
  "hostname", "port", "pathname", "search", "baseURL", "ignoreCase", "inputs", "matcher", "patternString",
  "modifier", "delimiter", "strings", "characters", "hasOpaquePath", "connection", "parser", "decoder", "tail",
  "sink", "isStopped", "readyState", "failures", "timer", "request", "init", "module", "instance", "isInstance",
  "isGlobal", "allowed", "first", "second", "offset", "buffer", "view", "runs", "result", "memory", "values",
  "Symbol.iterator", "Symbol.asyncIterator", "Symbol.toPrimitive", "Symbol.isConcatSpreadable", "Symbol.match",
  "Symbol.replace", "Symbol.split", "Symbol.search", "Symbol.species",
];

const symbols = { __proto__: null };
for (const name of ownKeys(Symbol)) {
  if (typeof Symbol[name] === "symbol") symbols[`Symbol.${name}`] = Symbol[name];
}

// What every object inherits: `make(name)` gives the descriptor.
function pollute(names, make) {
  const keys = [];
  for (const name of names) {
    const key = symbols[name] ?? name;
    if (key in Object.prototype) continue;
    defineProperty(Object.prototype, key, { __proto__: null, configurable: true, ...make(name) });
    keys.push(key);
  }
  return () => {
    for (let i = 0; i < keys.length; ++i) delete Object.prototype[keys[i]];
  };
}

export const poisonedObjects = () => pollute(pollutedNames, (name) => {
  const poisoned = () => { throw new ReferenceError(`tampered: ${name} of an object was asked for`); };
  return { get: poisoned, set: poisoned };
});

export const pollutedObjects = () => pollute(
  [...pollutedNames, "0", "1", "2", "3"], () => ({ value: "lie", writable: true }));

// What slice(), splice() and the like make is asked of the class.
export function strangeSpecies() {
  const classes = [Array, ArrayBuffer, getPrototypeOf(Uint8Array), RegExp, Map, Set];
  const descriptors = classes.map((Class) => getOwnPropertyDescriptor(Class, species));
  const get = () => { throw new ReferenceError("tampered: Symbol.species was asked for"); };
  for (let i = 0; i < classes.length; ++i) {
    defineProperty(classes[i], species, { __proto__: null, get, configurable: true });
  }
  return () => {
    for (let i = 0; i < classes.length; ++i) defineProperty(classes[i], species, descriptors[i]);
  };
}

// Arrays and bytes that look like promises, to those who resolve a promise with one.
export function thenables() {
  const targets = [Array.prototype, getPrototypeOf(Uint8Array.prototype)];
  for (let i = 0; i < targets.length; ++i) {
    defineProperty(targets[i], "then", { __proto__: null, value: (resolve) => resolve("lie"), configurable: true });
  }
  return () => {
    for (let i = 0; i < targets.length; ++i) delete targets[i].then;
  };
}
