// SPDX-License-Identifier: Apache-2.0
// Web IDL's JavaScript binding (https://webidl.spec.whatwg.org/#javascript-binding): conversions of
// arguments, shapes of interfaces, pair iterators. Every builtin converts its input here and nowhere else. A
// converter is (value, context, options?) => converted and throws TypeError(`${context} ...`).
"use strict";

const {
  ArrayBufferIsView, ArrayBufferPrototypeGetByteLength, ArrayIsArray,
  ArrayIterator, ArrayPrototypePush, DataViewPrototypeGetBuffer, FunctionPrototypeCall, IteratorPrototype,
  MathAbs, MathFloor, MathFround, MathTrunc, ObjectCreate, ObjectDefineProperties, ObjectDefineProperty,
  ObjectFreeze, ObjectSetPrototypeOf, ReflectGetOwnPropertyDescriptor, ReflectOwnKeys, RegExpPrototypeExec,
  SafeSet, SetPrototypeHas, StringPrototypeCharCodeAt,
  StringPrototypeSlice, StringPrototypeToWellFormed, SymbolIterator, SymbolToStringTag, TypeError,
  TypedArrayPrototypeGetBuffer, TypedArrayPrototypeGetSymbolToStringTag, Symbol, globalThis: globalObject,
  Array: { prototype: { values: originalArrayValues } },
} = primordials;

const { isResizable } = require("script/late_intrinsics");
const kinds = require("script/value_kind");

const ArrayIteratorPrototype = ArrayIterator.prototype;
const originalArrayIteratorNext = ArrayIteratorPrototype.next;

function fail(context, problem) {
  throw new TypeError(context === undefined ? `Value ${problem}` : `${context} ${problem}`);
}

// ---------------------------------------------------------------------------------------------- numbers

function toNumber(V, context) {
  if (typeof V === "bigint") fail(context, "is a BigInt and cannot be converted to a number.");
  if (typeof V === "symbol") fail(context, "is a symbol and cannot be converted to a number.");
  return +V;
}

// Rounds to the nearest integer, ties to the even one: what [Clamp] asks for.
function roundTiesToEven(x) {
  const floor = MathFloor(x);
  const rest = x - floor;
  if (rest < 0.5) return floor;
  if (rest > 0.5) return floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}

function integerConverter(type, bits, signed) {
  // 64-bit types have the bounds of the integers that a double holds exactly.
  const upper = bits === 64 ? 2 ** 53 - 1 : 2 ** (signed ? bits - 1 : bits) - 1;
  const lower = !signed ? 0 : bits === 64 ? -(2 ** 53) + 1 : -(2 ** (bits - 1));
  const modulus = 2 ** bits;
  const half = 2 ** (bits - 1);
  return (V, context, options) => {
    let x = typeof V === "number" ? V : toNumber(V, context);
    if (x >= lower && x <= upper && MathTrunc(x) === x) return x + 0; // + 0: no negative zero
    if (options !== undefined) {
      if (options.enforceRange) {
        if (x !== x || x === Infinity || x === -Infinity) fail(context, "is not a finite number.");
        x = MathTrunc(x);
        if (x < lower || x > upper) {
          fail(context, `is outside the range of ${type}: ${lower} to ${upper}, inclusive.`);
        }
        return x + 0;
      }
      if (options.clamp && x === x) {
        return roundTiesToEven(x < lower ? lower : x > upper ? upper : x) + 0;
      }
    }
    if (x !== x || x === Infinity || x === -Infinity) return 0;
    x = MathTrunc(x) % modulus;
    if (signed) {
      if (x >= half) x -= modulus;
      else if (x < -half) x += modulus;
    } else if (x < 0) {
      x += modulus;
    }
    return x + 0;
  };
}

function double(V, context) {
  const x = typeof V === "number" ? V : toNumber(V, context);
  if (x - x !== 0) fail(context, "is not a finite number."); // NaN and the infinities
  return x;
}

function float(V, context) {
  const x = MathFround(double(V, context));
  if (MathAbs(x) === Infinity) fail(context, "is outside the range of a single-precision number.");
  return x;
}

// ---------------------------------------------------------------------------------------------- strings

function DOMString(V, context, options) {
  if (typeof V === "string") return V;
  if (V === null && options !== undefined && options.treatNullAsEmptyString) return "";
  if (typeof V === "symbol") fail(context, "is a symbol and cannot be converted to a string.");
  return `${V}`;
}

const surrogate = /[\uD800-\uDFFF]/;
const aboveLatin1 = /[^\x00-\xFF]/;

// Replaces lone surrogates by U+FFFD.
function toUSVString(s) {
  if (RegExpPrototypeExec(surrogate, s) === null) return s;
  if (StringPrototypeToWellFormed !== undefined) return StringPrototypeToWellFormed(s);
  let result = "";
  let from = 0;
  for (let i = 0; i < s.length; ++i) {
    const unit = StringPrototypeCharCodeAt(s, i);
    if ((unit & 0xF800) !== 0xD800) continue;
    if (unit < 0xDC00 && i + 1 < s.length && (StringPrototypeCharCodeAt(s, i + 1) & 0xFC00) === 0xDC00) {
      ++i;
      continue;
    }
    result += `${StringPrototypeSlice(s, from, i)}\uFFFD`;
    from = i + 1;
  }
  return result + StringPrototypeSlice(s, from);
}

function USVString(V, context) {
  return toUSVString(typeof V === "string" ? V : DOMString(V, context));
}

function ByteString(V, context) {
  const s = typeof V === "string" ? V : DOMString(V, context);
  if (RegExpPrototypeExec(aboveLatin1, s) !== null) {
    fail(context, "is not a byte string: it has a character above U+00FF.");
  }
  return s;
}

// ---------------------------------------------------------------------------------------------- objects

function isObject(V) {
  return (typeof V === "object" && V !== null) || typeof V === "function";
}

function isArrayBuffer(V) {
  if (typeof V !== "object" || V === null) return false;
  try {
    ArrayBufferPrototypeGetByteLength(V);
    return true;
  } catch {
    return false;
  }
}

// V8 10.2 makes SharedArrayBuffer only when an isolate starts: there is no primordial to ask.
function isSharedArrayBuffer(V) {
  return kinds.valueKind(V) === kinds.kSharedArrayBuffer;
}

function isUint8Array(V) {
  return TypedArrayPrototypeGetSymbolToStringTag(V) === "Uint8Array";
}

// The buffer below any ArrayBufferView.
function bufferOf(view) {
  return TypedArrayPrototypeGetSymbolToStringTag(view) === undefined
    ? DataViewPrototypeGetBuffer(view) : TypedArrayPrototypeGetBuffer(view);
}

function checkViewBuffer(view, context, options) {
  const buffer = bufferOf(view);
  if (!isArrayBuffer(buffer)) {
    if (options === undefined || !options.allowShared) {
      fail(context, "must not be backed by a SharedArrayBuffer.");
    }
    return;
  }
  if ((options === undefined || !options.allowResizable) && isResizable(buffer)) {
    fail(context, "must not be backed by a resizable ArrayBuffer.");
  }
}

function convertArrayBuffer(V, context, options) {
  if (!isArrayBuffer(V)) {
    if (options !== undefined && options.allowShared && isSharedArrayBuffer(V)) return V;
    fail(context, "is not an ArrayBuffer.");
  }
  if ((options === undefined || !options.allowResizable) && isResizable(V)) {
    fail(context, "must not be a resizable ArrayBuffer.");
  }
  return V;
}

function convertArrayBufferView(V, context, options) {
  if (!ArrayBufferIsView(V)) fail(context, "is not an ArrayBufferView.");
  checkViewBuffer(V, context, options);
  return V;
}

function convertBufferSource(V, context, options) {
  if (ArrayBufferIsView(V)) {
    checkViewBuffer(V, context, options);
    return V;
  }
  if (isArrayBuffer(V) || isSharedArrayBuffer(V)) return convertArrayBuffer(V, context, options);
  return fail(context, "is not an ArrayBuffer or a view on one.");
}

function convertUint8Array(V, context, options) {
  if (!isUint8Array(V)) fail(context, "is not a Uint8Array.");
  checkViewBuffer(V, context, options);
  return V;
}

exports.converters = {
  __proto__: null,
  any: (V) => V,
  undefined: () => undefined,
  boolean: (V) => !!V,
  byte: integerConverter("byte", 8, true),
  octet: integerConverter("octet", 8, false),
  short: integerConverter("short", 16, true),
  "unsigned short": integerConverter("unsigned short", 16, false),
  long: integerConverter("long", 32, true),
  "unsigned long": integerConverter("unsigned long", 32, false),
  "long long": integerConverter("long long", 64, true),
  "unsigned long long": integerConverter("unsigned long long", 64, false),
  double,
  "unrestricted double": toNumber,
  float,
  "unrestricted float": (V, context) => MathFround(toNumber(V, context)),
  DOMString,
  USVString,
  ByteString,
  object: (V, context) => isObject(V) ? V : fail(context, "is not an object."),
  ArrayBuffer: convertArrayBuffer,
  ArrayBufferView: convertArrayBufferView,
  BufferSource: convertBufferSource,
  Uint8Array: convertUint8Array,
  Function: (V, context) => typeof V === "function" ? V : fail(context, "is not a function."),
};

function requiredArguments(actual, required, prefix) {
  if (actual >= required) return;
  throw new TypeError(
    `${prefix}: ${required} argument${required === 1 ? "" : "s"} required, but only ${actual} present.`);
}

// -------------------------------------------------------------------------- composed types

// A member of a dictionary, out of reach of what a worker puts on Object.prototype.
class Member {
  constructor(description) {
    const { key, converter, required, defaultValue } = { __proto__: null, ...description };
    this.key = key;
    this.converter = converter;
    this.required = !!required;
    this.defaultValue = defaultValue;
  }
}
ObjectSetPrototypeOf(Member.prototype, null);

// The result inherits from an empty frozen object without a prototype: nothing of Object.prototype shows
// through, and unlike objects made with a null prototype it keeps fast properties. An absent member is no
// property at all.
function dictionary(name, memberList) {
  function Dictionary() {}
  Dictionary.prototype = ObjectFreeze(ObjectCreate(null));
  const count = memberList.length;
  const members = [];
  let hasRequired = false;
  for (let i = 0; i < count; ++i) {
    members[i] = new Member(memberList[i]);
    hasRequired ||= members[i].required;
  }
  return (V, context) => {
    const result = new Dictionary();
    if (V === undefined || V === null) {
      if (hasRequired) fail(context, `lacks a required member of ${name}: it is ${V}.`);
    } else if (!isObject(V)) {
      fail(context, `cannot be converted to ${name}: it is not an object.`);
    }
    const isEmpty = V === undefined || V === null;
    for (let i = 0; i < count; ++i) {
      const { key, converter, required, defaultValue } = members[i];
      const value = isEmpty ? undefined : V[key];
      if (value !== undefined) {
        result[key] =
          converter(value, context === undefined ? `'${key}' of '${name}'` : `${context}: '${key}'`);
      } else if (required) {
        fail(context, `lacks the required member '${key}' of ${name}.`);
      } else if (defaultValue !== undefined) {
        result[key] = defaultValue();
      }
    }
    return result;
  };
}

function enumeration(name, values) {
  const allowed = new SafeSet();
  for (let i = 0; i < values.length; ++i) allowed.add(values[i]);
  return (V, context) => {
    const s = DOMString(V, context);
    if (!SetPrototypeHas(allowed, s)) fail(context, `'${s}' is not a valid value of ${name}.`);
    return s;
  };
}

function convertIterable(V, method, converter, context, options) {
  const result = [];
  const iterator = FunctionPrototypeCall(method, V);
  if (!isObject(iterator)) fail(context, "is not iterable: its iterator is not an object.");
  const { next } = iterator;
  if (typeof next !== "function") fail(context, "is not iterable: its iterator has no next().");
  for (let i = 0; ; ++i) {
    const step = FunctionPrototypeCall(next, iterator);
    if (!isObject(step)) fail(context, "is not iterable: its iterator gave a result that is not an object.");
    if (step.done) return result;
    ArrayPrototypePush(result, converter(step.value, `${context}, index ${i}`, options));
  }
}

function sequence(converter) {
  return (V, context, options) => {
    if (!isObject(V)) fail(context, "is not iterable.");
    const method = V[SymbolIterator];
    if (method === originalArrayValues && ArrayIsArray(V) &&
        ArrayIteratorPrototype.next === originalArrayIteratorNext) {
      const result = [];
      for (let i = 0; i < V.length; ++i) {
        ArrayPrototypePush(result, converter(V[i], `${context}, index ${i}`, options));
      }
      return result;
    }
    if (typeof method !== "function") fail(context, "is not iterable.");
    return convertIterable(V, method, converter, context, options);
  };
}

// The union's test "has an @@iterator method", for (sequence or record) arguments.
function isIterable(V) {
  return isObject(V) && V[SymbolIterator] !== undefined && V[SymbolIterator] !== null;
}

// The result is an object without a prototype, keys in insertion order.
function record(keyConverter, valueConverter) {
  return (V, context, options) => {
    if (!isObject(V)) fail(context, "cannot be converted to a record: it is not an object.");
    const result = { __proto__: null };
    const keys = ReflectOwnKeys(V);
    for (let i = 0; i < keys.length; ++i) {
      const key = keys[i];
      const descriptor = ReflectGetOwnPropertyDescriptor(V, key);
      if (descriptor === undefined || !descriptor.enumerable) continue;
      const typedKey = keyConverter(key, `${context}: key`, options);
      result[typedKey] = valueConverter(V[key], `${context}: value of '${typedKey}'`, options);
    }
    return result;
  };
}

function nullable(converter) {
  return (V, context, options) => V === null || V === undefined ? null : converter(V, context, options);
}

function iface(name, isInstance) {
  return (V, context) => isInstance(V) ? V : fail(context, `is not of type '${name}'.`);
}

// ---------------------------------------------------------------------------------------------- interfaces

function makeMembersEnumerable(target) {
  const keys = ReflectOwnKeys(target);
  const isClass = typeof target === "function";
  for (let i = 0; i < keys.length; ++i) {
    const key = keys[i];
    if (typeof key === "symbol") continue;
    if (isClass ? key === "prototype" || key === "name" || key === "length" : key === "constructor") continue;
    const descriptor = ReflectGetOwnPropertyDescriptor(target, key);
    if (!descriptor.configurable) continue;
    ObjectDefineProperty(target, key, { __proto__: null, enumerable: true });
  }
}

function defineInterface(Class, options) {
  const { prototype } = Class;
  const name = options?.name ?? Class.name;
  if (options?.enumerable !== false) {
    makeMembersEnumerable(prototype);
    makeMembersEnumerable(Class);
  }
  if (Class.name !== name) {
    ObjectDefineProperty(Class, "name",
      { __proto__: null, value: name, writable: false, enumerable: false, configurable: true });
  }
  ObjectDefineProperty(prototype, SymbolToStringTag,
    { __proto__: null, value: name, writable: false, enumerable: false, configurable: true });
}

// Constants sit on the interface object and on its prototype, read-only.
function defineConstants(Class, constants) {
  const keys = ReflectOwnKeys(constants);
  for (let i = 0; i < keys.length; ++i) {
    const descriptor =
      { __proto__: null, value: constants[keys[i]], writable: false, enumerable: true, configurable: false };
    ObjectDefineProperty(Class, keys[i], descriptor);
    ObjectDefineProperty(Class.prototype, keys[i], descriptor);
  }
}

function makePairIterator(name, entriesOf) {
  class PairIterator {
    #target;
    #kind; // 0: keys, 1: values, 2: entries
    #index = 0;
    constructor(target, kind) {
      this.#target = target;
      this.#kind = kind;
    }
    next() {
      if (!isObject(this) || !(#target in this)) throw new TypeError("Illegal invocation");
      const list = entriesOf(this.#target);
      const index = this.#index;
      if (index >= list.length) return { value: undefined, done: true };
      this.#index = index + 2;
      const kind = this.#kind;
      return { value: kind === 2 ? [list[index], list[index + 1]] : list[index + kind], done: false };
    }
  }
  const { prototype } = PairIterator;
  delete prototype.constructor; // scripts cannot reach the class
  ObjectSetPrototypeOf(prototype, IteratorPrototype);
  ObjectDefineProperty(prototype, "next", { __proto__: null, enumerable: true });
  ObjectDefineProperty(prototype, SymbolToStringTag,
    { __proto__: null, value: `${name} Iterator`, writable: false, enumerable: false, configurable: true });
  return (target, kind) => {
    entriesOf(target); // the brand check
    return new PairIterator(target, kind);
  };
}

// entriesOf(self) gives the entries as they are now, as a flat list [key, value, key, value ...]; it throws "Illegal
// invocation" for a foreign self. It is asked again at every step, which is what makes iteration live.
function pairIterable(Class, name, entriesOf) {
  const makeIterator = makePairIterator(name, entriesOf);
  const methods = {
    entries() { return makeIterator(this, 2); },
    keys() { return makeIterator(this, 0); },
    values() { return makeIterator(this, 1); },
    forEach(callback, thisArg = undefined) {
      let list = entriesOf(this);
      requiredArguments(arguments.length, 1, `Failed to execute 'forEach' on '${name}'`);
      if (typeof callback !== "function") {
        fail(`Failed to execute 'forEach' on '${name}': parameter 1`, "is not a function.");
      }
      for (let i = 0; i < list.length; i += 2) {
        FunctionPrototypeCall(callback, thisArg, list[i + 1], list[i], this);
        list = entriesOf(this);
      }
    },
  };
  const plain = { __proto__: null, writable: true, enumerable: true, configurable: true };
  ObjectDefineProperties(Class.prototype, {
    entries: { ...plain, value: methods.entries },
    keys: { ...plain, value: methods.keys },
    values: { ...plain, value: methods.values },
    forEach: { ...plain, value: methods.forEach },
    [SymbolIterator]: { ...plain, value: methods.entries, enumerable: false },
  });
}

// Records keep to themselves: an accessor that a worker puts on Object.prototype does not see their fields.
exports.detachRecord = (Class) => {
  ObjectSetPrototypeOf(Class.prototype, null);
};
exports.requiredArguments = requiredArguments;
exports.dictionary = dictionary;
exports.enumeration = enumeration;
exports.sequence = sequence;
exports.record = record;
exports.nullable = nullable;
exports.iface = iface;
exports.defineInterface = defineInterface;
exports.defineConstants = defineConstants;
exports.pairIterable = pairIterable;
exports.isObject = isObject;
exports.isIterable = isIterable;
exports.isArrayBuffer = isArrayBuffer;
exports.isSharedArrayBuffer = isSharedArrayBuffer;
exports.isUint8Array = isUint8Array;
exports.bufferOf = bufferOf;
exports.toUSVString = toUSVString;
exports.fail = fail;
exports.illegalConstructor = () => {
  throw new TypeError("Illegal constructor");
};
exports.illegalInvocation = () => {
  throw new TypeError("Illegal invocation");
};
// The receiver of the global object's operations and attributes, which are called without one too.
exports.checkGlobal = (self) => {
  if (self !== undefined && self !== globalObject && self !== null) throw new TypeError("Illegal invocation");
};
exports.constructKey = Symbol("construct");
