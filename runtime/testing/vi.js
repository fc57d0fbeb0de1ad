// SPDX-License-Identifier: Apache-2.0
// `vi` and `jest`: the helpers of those runners that have a meaning here, over our mocks and our clock.
"use strict";

const {
  ArrayPrototypePush, Error, ObjectDefineProperty, ReflectDeleteProperty, ReflectGetOwnPropertyDescriptor,
  globalThis: globalObject,
} = primordials;

const { makeFakeTimers } = require("testing/fake_timers");
const { isMock, mock, spyOn } = require("testing/mock");
const { waitFor, waitUntil } = require("testing/wait");

const globalStubs = []; // [object, key, descriptor]
const envStubs = [];

// A value of undefined: without it.
function stub(stubs, object, key, value) {
  ArrayPrototypePush(stubs, [object, key, ReflectGetOwnPropertyDescriptor(object, key)]);
  if (value === undefined && stubs === envStubs) {
    ReflectDeleteProperty(object, key);
    return;
  }
  ObjectDefineProperty(object, key, { __proto__: null, value, writable: true, enumerable: true, configurable: true });
}

function unstubAll(stubs) {
  while (stubs.length > 0) {
    const last = stubs[stubs.length - 1];
    --stubs.length;
    if (last[2] === undefined) ReflectDeleteProperty(last[0], last[1]);
    else ObjectDefineProperty(last[0], last[1], last[2]);
  }
}

function refuse(what, instead) {
  return () => {
    throw new Error(`${what}() is not supported: ${instead}`);
  };
}

const noModules = "modules cannot be replaced; mock.fetch() answers outbound requests, mock.method() replaces methods";

function makeHelpers(name) {
  const say = (method) => `${name}.${method}`;
  const helpers = {
    fn: mock.fn,
    spyOn,
    isMockFunction: isMock,
    mocked: (value) => value,
    clearAllMocks() { mock.clearAll(); return helpers; },
    resetAllMocks() { mock.resetAll(); return helpers; },
    restoreAllMocks() { mock.restoreAll(); return helpers; },
    stubGlobal(key, value) { stub(globalStubs, globalObject, key, value); return helpers; },
    unstubAllGlobals() { unstubAll(globalStubs); return helpers; },
    // Workers have their variables in `env`.
    stubEnv(key, value) { stub(envStubs, require("worker/environment").env, key, value); return helpers; },
    unstubAllEnvs() { unstubAll(envStubs); return helpers; },
    waitFor,
    waitUntil,
    hoisted: (make) => make(),
    mock: refuse(say("mock"), noModules),
    doMock: refuse(say("doMock"), noModules),
    unmock: refuse(say("unmock"), noModules),
    importActual: refuse(say("importActual"), noModules),
    resetModules() { return helpers; },
    setConfig() {},
    setTimeout: refuse(say("setTimeout"), "give the time as test(name, fn, milliseconds)"),
    ...makeFakeTimers(() => helpers),
  };
  return helpers;
}

exports.vi = makeHelpers("vi");
exports.jest = makeHelpers("jest");
