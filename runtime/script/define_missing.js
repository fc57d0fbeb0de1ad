// SPDX-License-Identifier: Apache-2.0
// Adds to a built-in object what this V8 lacks: methods and getters written in an object literal, so that
// they have the names and lengths of the standard and are no constructors. What is there already stays.
//
// Nothing is added before installMissing(): V8 adds some of its own methods only when an isolate starts from
// the snapshot, so what is missing cannot be told while the snapshot is made.
"use strict";

const {
  ArrayPrototypePush, ObjectDefineProperty, ObjectHasOwn, ReflectGetOwnPropertyDescriptor, ReflectOwnKeys,
} = primordials;

const steps = []; // for what takes more than a method
const targets = [];
const keysOf = [];
const descriptors = [];

function defineMissing(target, source) {
  const keys = ReflectOwnKeys(source);
  for (let i = 0; i < keys.length; ++i) {
    const { get, set, value } = ReflectGetOwnPropertyDescriptor(source, keys[i]);
    ArrayPrototypePush(targets, target);
    ArrayPrototypePush(keysOf, keys[i]);
    ArrayPrototypePush(descriptors, get !== undefined || set !== undefined
      ? { __proto__: null, get, set, enumerable: false, configurable: true }
      : { __proto__: null, value, writable: true, enumerable: false, configurable: true });
  }
}

// fn runs first of all in installMissing(), and may call defineMissing.
function whenInstalling(fn) {
  ArrayPrototypePush(steps, fn);
}

function installMissing() {
  for (let i = 0; i < steps.length; ++i) steps[i]();
  for (let i = 0; i < targets.length; ++i) {
    if (!ObjectHasOwn(targets[i], keysOf[i])) ObjectDefineProperty(targets[i], keysOf[i], descriptors[i]);
  }
}

exports.defineMissing = defineMissing;
exports.installMissing = installMissing;
exports.whenInstalling = whenInstalling;
