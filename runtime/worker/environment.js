// SPDX-License-Identifier: Apache-2.0
// What a worker finds in `env`, or as globals in the service-worker form: its variables and namespaces.
"use strict";

const { installMissing } = require("script/define_missing");
const { createKvNamespace } = require("bindings/kv_namespace");
const { ArrayPrototypePush, JSONParse, ObjectDefineProperty, ObjectKeys, globalThis: globalObject } = primordials;

const env = {};
let namespaces = []; // as prepare() got them

// Called once per isolate. `text` is JSON: {vars: {NAME: value}, kv: [[binding, namespace id, is eventual] ...]}.
function prepare(text) {
  installMissing();
  const { vars, kv } = JSONParse(text);
  namespaces = kv;
  const names = ObjectKeys(vars);
  for (let i = 0; i < names.length; ++i) env[names[i]] = vars[names[i]];
  for (let i = 0; i < kv.length; ++i) env[kv[i][0]] = createKvNamespace(kv[i][1], kv[i][2] === true);
}

// The service-worker form has no env: the bindings are globals.
function exposeBindings() {
  const names = ObjectKeys(env);
  for (let i = 0; i < names.length; ++i) {
    ObjectDefineProperty(globalObject, names[i],
      { __proto__: null, value: env[names[i]], writable: true, enumerable: true, configurable: true });
  }
}

// The id of a binding's namespace; undefined: there is none.
function namespaceIdOf(binding) {
  for (let i = 0; i < namespaces.length; ++i) {
    if (namespaces[i][0] === binding) return namespaces[i][1];
  }
  return undefined;
}

exports.env = env;
// The names of the bindings that are namespaces.
exports.namespaceBindings = () => {
  const names = [];
  for (let i = 0; i < namespaces.length; ++i) ArrayPrototypePush(names, namespaces[i][0]);
  return names;
};
exports.namespaceIdOf = namespaceIdOf;
exports.prepare = prepare;
exports.exposeBindings = exposeBindings;
