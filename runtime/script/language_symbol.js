// SPDX-License-Identifier: Apache-2.0
// Symbol.dispose and Symbol.asyncDispose: https://tc39.es/proposal-explicit-resource-management/. The exports
// are there once installMissing() runs: steps registered later may use them.
"use strict";

const { ObjectDefineProperty, ObjectHasOwn, Symbol } = primordials;

const { whenInstalling } = require("script/define_missing");

function symbol(name) {
  if (!ObjectHasOwn(Symbol, name)) {
    ObjectDefineProperty(Symbol, name, { __proto__: null, value: Symbol(`Symbol.${name}`), writable: false,
      enumerable: false, configurable: false });
  }
  return Symbol[name];
}

whenInstalling(() => {
  exports.dispose = symbol("dispose");
  exports.asyncDispose = symbol("asyncDispose");
});
