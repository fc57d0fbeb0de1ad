// SPDX-License-Identifier: Apache-2.0
// Symbol.dispose and Symbol.asyncDispose: https://tc39.es/proposal-explicit-resource-management/
"use strict";

const { ObjectDefineProperty, ObjectHasOwn, Symbol } = primordials;

function symbol(name) {
  if (!ObjectHasOwn(Symbol, name)) {
    ObjectDefineProperty(Symbol, name, { __proto__: null, value: Symbol(`Symbol.${name}`), writable: false,
      enumerable: false, configurable: false });
  }
  return Symbol[name];
}

exports.dispose = symbol("dispose");
exports.asyncDispose = symbol("asyncDispose");
