// SPDX-License-Identifier: Apache-2.0
// Which platform objects can be cloned or transferred, and how: the [Serializable] and [Transferable] of
// https://html.spec.whatwg.org/#structured-data. Interfaces register here; html/structured_* look them up.
"use strict";

const { ArrayPrototypePush, ObjectGetPrototypeOf, SafeSet } = primordials;

const serializables = [];
const transferables = [];
const uncloneable = []; // prototypes
let uncloneableSet;     // the same, made when it is first needed

// handler.serialize(value, forStorage, sub) -> data, handler.deserialize(data, sub) -> value. `sub`
// serializes a value inside of this one, or brings it back.
function registerSerializable(isInstance, handler) {
  ArrayPrototypePush(serializables, { isInstance, handler });
}

// handler.transfer(value) -> data leaves the value detached; handler.receive(data) -> a new value.
// handler.isDetached(value) is optional.
function registerTransferable(isInstance, handler) {
  ArrayPrototypePush(transferables, { isInstance, handler: { __proto__: null, ...handler } });
}

// Objects that inherit from this prototype have internal slots, or are platform objects: unless they are
// registered as serializable they cannot be cloned.
function markUncloneable(prototype) {
  ArrayPrototypePush(uncloneable, prototype);
  uncloneableSet = undefined;
}

function find(list, value) {
  for (let i = 0; i < list.length; ++i) {
    if (list[i].isInstance(value)) return list[i].handler;
  }
  return undefined;
}

// WebAssembly is made when an isolate starts, after the builtins are evaluated.
function makeUncloneableSet() {
  const set = new SafeSet();
  for (let i = 0; i < uncloneable.length; ++i) set.add(uncloneable[i]);
  const names = ["Exception", "Global", "Instance", "Memory", "Module", "Table", "Tag"];
  for (let i = 0; i < names.length; ++i) {
    const prototype = globalObject.WebAssembly?.[names[i]]?.prototype;
    if (typeof prototype === "object") set.add(prototype);
  }
  return set;
}

function isUncloneable(value) {
  let o = ObjectGetPrototypeOf(value);
  if (o === null || o === primordials.Object.prototype) return false;
  uncloneableSet ??= makeUncloneableSet();
  for (; o !== null; o = ObjectGetPrototypeOf(o)) {
    if (uncloneableSet.has(o)) return true;
  }
  return false;
}

const {
  ArrayIterator, AsyncGeneratorPrototype, FinalizationRegistry, StringIterator, WeakRef, globalThis:
  globalObject,
} = primordials;
const builtinPrototypes = [
  WeakRef?.prototype, FinalizationRegistry?.prototype, ArrayIterator.prototype, StringIterator.prototype,
  AsyncGeneratorPrototype,
];
for (let i = 0; i < builtinPrototypes.length; ++i) {
  if (builtinPrototypes[i] !== undefined) markUncloneable(builtinPrototypes[i]);
}

exports.registerSerializable = registerSerializable;
exports.registerTransferable = registerTransferable;
exports.markUncloneable = markUncloneable;
exports.findSerializable = (value) => find(serializables, value);
exports.findTransferable = (value) => find(transferables, value);
exports.isUncloneable = isUncloneable;
