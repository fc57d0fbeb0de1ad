// SPDX-License-Identifier: Apache-2.0
// Adds to a built-in object what this V8 lacks: methods and getters written in an object literal, so that
// they have the names and lengths of the standard and are no constructors. What is there already stays.
"use strict";

const { ObjectDefineProperty, ObjectHasOwn, ReflectGetOwnPropertyDescriptor, ReflectOwnKeys } = primordials;

function defineMissing(target, source) {
  const keys = ReflectOwnKeys(source);
  for (let i = 0; i < keys.length; ++i) {
    if (ObjectHasOwn(target, keys[i])) continue;
    const { get, set, value } = ReflectGetOwnPropertyDescriptor(source, keys[i]);
    ObjectDefineProperty(target, keys[i], get !== undefined || set !== undefined
      ? { __proto__: null, get, set, enumerable: false, configurable: true }
      : { __proto__: null, value, writable: true, enumerable: false, configurable: true });
  }
}

exports.defineMissing = defineMissing;
