// SPDX-License-Identifier: Apache-2.0
// Mock functions: mock.fn(), mock.method() and what they remember of their calls, by the names of jest, vitest and
// node:test.
"use strict";

const {
  ArrayPrototypePush, ArrayPrototypeShift, ArrayPrototypeSlice, Error, ObjectDefineProperty, ObjectGetPrototypeOf,
  PromisePrototypeThen, PromiseReject, PromiseResolve, ReflectApply, ReflectConstruct,
  ReflectDeleteProperty, ReflectGetOwnPropertyDescriptor, SafeSet, SetPrototypeForEach, String, TypeError,
} = primordials;

const kinds = require("script/value_kind");

let order = 0; // of the calls of all mocks
const all = new SafeSet();      // mock -> its state, for reset
const states = new primordials.SafeWeakMap();

class MockState {
  constructor(original) {
    this.original = original;       // what it is after a reset
    this.implementation = original;
    this.once = [];
    this.name = "mock";
    this.restore = undefined;       // puts back what a spy replaced
    this.clear();
  }

  clear() {
    this.calls = [];
    this.results = [];
    this.settledResults = [];
    this.instances = [];
    this.contexts = [];
    this.invocationCallOrder = [];
  }
}

function hide(object, key, value) {
  ObjectDefineProperty(object, key, { __proto__: null, value, writable: true, enumerable: false, configurable: true });
}

// A call is its arguments, and also the object that node:test makes of it.
function recordCall(state, self, args, target) {
  const call = ArrayPrototypeSlice(args);
  hide(call, "arguments", call);
  hide(call, "this", self);
  hide(call, "target", target);
  hide(call, "result", undefined);
  hide(call, "error", undefined);
  hide(call, "stack", new Error());
  ArrayPrototypePush(state.calls, call);
  ArrayPrototypePush(state.contexts, self);
  ArrayPrototypePush(state.invocationCallOrder, ++order);
  return call;
}

// What a promise that a mock returned becomes, when it is known.
function recordSettled(state, index, value) {
  const settled = { type: "incomplete", value: undefined };
  state.settledResults[index] = settled;
  if (kinds.valueKind(value) !== kinds.kPromise) {
    settled.type = "fulfilled";
    settled.value = value;
    return;
  }
  PromisePrototypeThen(value, (result) => {
    settled.type = "fulfilled";
    settled.value = result;
  }, (error) => {
    settled.type = "rejected";
    settled.value = error;
  });
}

function invoke(state, self, args, target) {
  const call = recordCall(state, self, args, target);
  const index = state.calls.length - 1;
  const results = state.results;
  results[index] = { type: "incomplete", value: undefined };
  ArrayPrototypePush(state.instances, self);
  const implementation = state.once.length > 0 ? ArrayPrototypeShift(state.once) : state.implementation;
  try {
    let value;
    if (implementation === undefined) {
      value = target === undefined ? undefined : self;
    } else if (target === undefined) {
      value = ReflectApply(implementation, self, args);
    } else {
      value = constructWith(implementation, self, args, target);
    }
    if (target !== undefined) state.instances[index] = value;
    results[index] = { type: "return", value };
    call.result = value;
    recordSettled(state, index, value);
    return value;
  } catch (error) {
    results[index] = { type: "throw", value: error };
    state.settledResults[index] = { type: "rejected", value: error };
    call.error = error;
    throw error;
  }
}

// new mock(): an implementation that is no constructor is called with the new object as `this`.
function constructWith(implementation, self, args, target) {
  if (isConstructor(implementation)) {
    return ReflectConstruct(implementation, args, implementation.prototype === undefined ? target : implementation);
  }
  const value = ReflectApply(implementation, self, args);
  return (typeof value === "object" && value !== null) || typeof value === "function" ? value : self;
}

function isConstructor(value) {
  try {
    ReflectConstruct(primordials.Object, [], value);
    return true;
  } catch {
    return false;
  }
}

// The object that `f.mock` is.
function viewOf(mocked, state) {
  const view = {
    get calls() { return state.calls; },
    get results() { return state.results; },
    get settledResults() { return state.settledResults; },
    get instances() { return state.instances; },
    get contexts() { return state.contexts; },
    get invocationCallOrder() { return state.invocationCallOrder; },
    get lastCall() { return state.calls.length === 0 ? undefined : state.calls[state.calls.length - 1]; },
  };
  hide(view, "callCount", () => state.calls.length);
  hide(view, "resetCalls", () => state.clear());
  hide(view, "restore", () => mocked.mockRestore());
  hide(view, "mockImplementation", (implementation) => {
    mocked.mockImplementation(implementation);
  });
  hide(view, "mockImplementationOnce", (implementation, onCall) => {
    if (onCall !== undefined && onCall !== state.calls.length + state.once.length) {
      throw new Error("mock.mockImplementationOnce(): implementations are taken in order; onCall cannot name another");
    }
    mocked.mockImplementationOnce(implementation);
  });
  return view;
}

function checkFunction(value, what) {
  if (value !== undefined && typeof value !== "function") {
    throw new TypeError(`${what}: the implementation is no function`);
  }
  return value;
}

const methods = {
  mockImplementation: (mocked, state, implementation) => {
    state.implementation = checkFunction(implementation, "mockImplementation");
  },
  mockImplementationOnce: (mocked, state, implementation) => {
    ArrayPrototypePush(state.once, checkFunction(implementation, "mockImplementationOnce"));
  },
  mockReturnValue: (mocked, state, value) => {
    state.implementation = () => value;
  },
  mockReturnValueOnce: (mocked, state, value) => {
    ArrayPrototypePush(state.once, () => value);
  },
  mockResolvedValue: (mocked, state, value) => {
    state.implementation = () => PromiseResolve(value);
  },
  mockResolvedValueOnce: (mocked, state, value) => {
    ArrayPrototypePush(state.once, () => PromiseResolve(value));
  },
  mockRejectedValue: (mocked, state, error) => {
    state.implementation = () => PromiseReject(error);
  },
  mockRejectedValueOnce: (mocked, state, error) => {
    ArrayPrototypePush(state.once, () => PromiseReject(error));
  },
  mockThrow: (mocked, state, error) => {
    state.implementation = () => { throw error; };
  },
  mockThrowOnce: (mocked, state, error) => {
    ArrayPrototypePush(state.once, () => { throw error; });
  },
  mockReturnThis: (mocked, state) => {
    state.implementation = function () {
      return this;
    };
  },
  mockName: (mocked, state, name) => {
    state.name = String(name);
  },
  mockClear: (mocked, state) => state.clear(),
  mockReset: (mocked, state) => {
    state.clear();
    state.once = [];
    state.implementation = state.original;
  },
  mockRestore: (mocked, state) => {
    methods.mockReset(mocked, state);
    if (state.restore !== undefined) {
      const { restore } = state;
      state.restore = undefined;
      restore();
    }
  },
};

// While fn runs, the mock has another implementation; a promise that fn returns is waited for.
function withImplementation(mocked, state, implementation, fn) {
  const { implementation: before, once } = state;
  state.implementation = checkFunction(implementation, "withImplementation");
  state.once = [];
  const after = () => {
    state.implementation = before;
    state.once = once;
  };
  let result;
  try {
    result = fn();
  } catch (error) {
    after();
    throw error;
  }
  if (kinds.valueKind(result) !== kinds.kPromise) {
    after();
    return mocked;
  }
  return PromisePrototypeThen(result, () => {
    after();
    return mocked;
  }, (error) => {
    after();
    throw error;
  });
}

function fn(implementation = undefined, replacement = undefined) {
  // node:test's fn(original, implementation): the second one is what runs
  const state = new MockState(checkFunction(implementation, "mock.fn"));
  if (typeof replacement === "function") state.implementation = replacement;
  const mocked = function (...args) {
    return invoke(state, this, args, new.target);
  };
  if (implementation !== undefined) {
    ObjectDefineProperty(mocked, "length", { __proto__: null, value: implementation.length, configurable: true });
  }
  const name = implementation?.name || "mock";
  ObjectDefineProperty(mocked, "name", { __proto__: null, value: name, configurable: true });
  hide(mocked, "mock", viewOf(mocked, state));
  const names = primordials.ReflectOwnKeys(methods);
  for (let i = 0; i < names.length; ++i) {
    hide(mocked, names[i], (value) => {
      methods[names[i]](mocked, state, value);
      return mocked;
    });
  }
  hide(mocked, "getMockName", () => state.name);
  hide(mocked, "getMockImplementation", () => state.implementation);
  hide(mocked, "withImplementation", (other, body) => withImplementation(mocked, state, other, body));
  states.set(mocked, state);
  all.add(mocked);
  return mocked;
}

function stateOf(value) {
  return typeof value === "function" ? states.get(value) : undefined;
}

function findDescriptor(object, key) {
  for (let o = object; o !== null; o = ObjectGetPrototypeOf(o)) {
    const descriptor = ReflectGetOwnPropertyDescriptor(o, key);
    if (descriptor !== undefined) return descriptor;
  }
  return undefined;
}

// Puts a mock in the place of a method, or of an accessor's "get" or "set". It calls what it replaced until it is
// given an implementation.
function replace(object, key, access, implementation) {
  if ((typeof object !== "object" && typeof object !== "function") || object === null) {
    throw new TypeError(`mock.method(): ${String(object)} is no object`);
  }
  const descriptor = findDescriptor(object, key);
  const field = access === undefined ? "value" : access;
  let original = descriptor?.[field];
  if (access === undefined && descriptor?.get !== undefined) original = object[key];
  if (typeof original !== "function") {
    throw new TypeError(access === undefined ? `mock.method(): the object has no method ${String(key)}`
      : `mock.method(): the property ${String(key)} has no ${access === "get" ? "getter" : "setter"}`);
  }
  if (stateOf(original)?.restore !== undefined) { // a spy already
    if (implementation !== undefined) original.mockImplementation(implementation);
    return original;
  }
  const own = ReflectGetOwnPropertyDescriptor(object, key);
  if (own !== undefined && !own.configurable && !own.writable) {
    throw new TypeError(`mock.method(): the property ${String(key)} cannot be replaced`);
  }
  const spy = fn(original);
  if (implementation !== undefined) spy.mockImplementation(implementation);
  const { enumerable } = descriptor;
  const next = access === undefined ? { __proto__: null, value: spy, writable: true, enumerable, configurable: true }
    : { __proto__: null, get: descriptor.get, set: descriptor.set, enumerable, configurable: true, [access]: spy };
  if (own !== undefined && !own.configurable) object[key] = spy;
  else ObjectDefineProperty(object, key, next);
  const state = states.get(spy);
  state.name = String(key);
  state.restore = () => {
    if (own === undefined) ReflectDeleteProperty(object, key);
    else if (!own.configurable) object[key] = original;
    else ObjectDefineProperty(object, key, own);
  };
  return spy;
}

// mock.method(object, name, implementation?, { getter, setter }?), as node:test has it.
function method(object, key, implementation = undefined, options = undefined) {
  if (typeof implementation === "object" && implementation !== null) {
    options = implementation;
    implementation = undefined;
  }
  const access = options?.getter ? "get" : options?.setter ? "set" : undefined;
  return replace(object, key, access, checkFunction(implementation, "mock.method"));
}

function forAll(action) {
  SetPrototypeForEach(all, (mocked) => action(mocked));
}

const mock = {
  fn,
  method,
  getter: (object, key, implementation) => replace(object, key, "get", checkFunction(implementation, "mock.getter")),
  setter: (object, key, implementation) => replace(object, key, "set", checkFunction(implementation, "mock.setter")),
  clearAll: () => forAll((mocked) => mocked.mockClear()),
  resetAll: () => forAll((mocked) => mocked.mockReset()),
  restoreAll: () => forAll((mocked) => mocked.mockRestore()),
};
mock.reset = mock.restoreAll;

// A mock of its own, as test functions get it: reset() undoes what was made through it.
function scopedMock() {
  const made = [];
  const keep = (make) => (...args) => {
    const mocked = ReflectApply(make, undefined, args);
    ArrayPrototypePush(made, mocked);
    return mocked;
  };
  const restoreAll = () => {
    for (let i = made.length - 1; i >= 0; --i) made[i].mockRestore();
  };
  return { fn: keep(fn), method: keep(mock.method), getter: keep(mock.getter), setter: keep(mock.setter), restoreAll,
    reset: restoreAll };
}

exports.mock = mock;
exports.scopedMock = scopedMock;
exports.spyOn = (object, key, access = undefined) => replace(object, key, access, undefined);
exports.isMock = (value) => stateOf(value) !== undefined;
// { calls, results, ... } of a mock function; of others' spies (sinon's shape is another) undefined.
exports.stateOf = stateOf;
