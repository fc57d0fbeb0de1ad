// SPDX-License-Identifier: Apache-2.0
// Object.groupBy and Map.groupBy: https://tc39.es/ecma262/#sec-object.groupby
"use strict";

const {
  ArrayPrototypePush, Map, MapPrototypeGet, MapPrototypeSet, Object, ReflectOwnKeys, TypeError,
} = primordials;

const { defineMissing } = require("script/define_missing");
const { forEachOf, requireCallable } = require("script/language_support");

// GroupBy, with put(key, value) as the choice between property keys and any keys.
function groupBy(items, callback, put) {
  if (items === undefined || items === null) throw new TypeError(`${items} is not iterable`);
  requireCallable(callback, "The callback");
  forEachOf(items, (value, index) => put(callback(value, index), value));
}

defineMissing(Object, {
  groupBy(items, callback) {
    const groups = { __proto__: null };
    groupBy(items, callback, (key, value) => {
      // ToPropertyKey, once: an object's toString() may have effects.
      const name = ReflectOwnKeys({ [key]: undefined })[0];
      const group = groups[name];
      if (group === undefined) groups[name] = [value];
      else ArrayPrototypePush(group, value);
    });
    return groups;
  },
});

defineMissing(Map, {
  groupBy(items, callback) {
    const groups = new Map();
    groupBy(items, callback, (key, value) => {
      const group = MapPrototypeGet(groups, key); // Map itself makes +0 of -0
      if (group === undefined) MapPrototypeSet(groups, key, [value]);
      else ArrayPrototypePush(group, value);
    });
    return groups;
  },
});
