// SPDX-License-Identifier: Apache-2.0
// What https://webassembly.github.io/spec/js-api/ prescribes of WebAssembly's interfaces and V8 has otherwise: the
// lengths of functions, and a constructor.
"use strict";

const { ObjectDefineProperty, globalThis: globalObject } = primordials;
const { whenInstalling } = require("script/define_missing");

function setLength(fn, value) {
  ObjectDefineProperty(fn, "length", { __proto__: null, value });
}

whenInstalling(() => {
  const { WebAssembly } = globalObject;
  if (WebAssembly === undefined) return;
  const { Exception, Table } = WebAssembly;
  setLength(Table.prototype.set, 1);
  if (Exception === undefined) return; // V8 may be told to leave exceptions out
  setLength(Exception, 2);
  setLength(Exception.prototype.getArg, 1);
  ObjectDefineProperty(Exception.prototype, "constructor", { __proto__: null, value: Exception });
});
