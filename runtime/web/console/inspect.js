// SPDX-License-Identifier: Apache-2.0
// A readable form of any value, in the manner of Node's util.inspect: what console prints and tests compare.
// It runs no getter and no proxy trap. Other builtins say how their objects look with registerInspect.
"use strict";

const {
  ArrayPrototypePop, ArrayPrototypePush, BooleanPrototypeValueOf, BigIntPrototypeValueOf,
  DatePrototypeGetTime, DatePrototypeToISOString, FunctionPrototypeCall, MapPrototypeForEach, MathFloor,
  MathMax, MathMin, NumberPrototypeValueOf, ObjectGetPrototypeOf, ObjectHasOwn, RangeError,
  ReflectGetOwnPropertyDescriptor, ReflectOwnKeys, SafeMap, SetPrototypeForEach, StringPrototypeIncludes,
  StringPrototypePadEnd, StringPrototypePadStart, StringPrototypeValueOf, SymbolFor, SymbolPrototypeToString,
  SymbolPrototypeValueOf, isNaN, MapPrototypeGetSize, SetPrototypeGetSize,
} = primordials;

const kinds = require("script/value_kind");
const { detachRecord } = require("webidl/webidl");
const text = require("console/inspect_text");
const { isIndex } = text;
const buffers = require("console/inspect_buffers");

const kDefaultDepth = 2;
const kMaxItems = 100;          // of arrays, maps, sets
const kMaxStringLength = 10_000;
const kMaxHoles = 100_000;      // looked at in a row, in a sparse array
const kLineWidth = 80;
const kMaxLevelsOnOneLine = 3;
const kMaxColumns = 16;
const kNoOptions = { __proto__: null };

// Node's well-known symbol: classes that print themselves are found in the wild.
const customInspect = SymbolFor("nodejs.util.inspect.custom");

const registry = []; // { prototype, isInstance, present }

// Objects whose class is Class or inherits from it, and for which isInstance(value) holds, print as
// present(value): a string is printed as it is, an object or a Map by its entries after the name of the
// value's class.
function registerInspect(Class, isInstance, present) {
  ArrayPrototypePush(registry, { prototype: Class.prototype, isInstance, present });
}

function findRegistered(value) {
  for (let o = ObjectGetPrototypeOf(value); o !== null; o = ObjectGetPrototypeOf(o)) {
    for (let i = 0; i < registry.length; ++i) {
      if (registry[i].prototype === o) return registry[i].isInstance(value) ? registry[i] : undefined;
    }
  }
  return undefined;
}

function join(entries, separator) {
  let result = entries[0];
  for (let i = 1; i < entries.length; ++i) result += separator + entries[i];
  return result;
}

class Printer {
  constructor(options) {
    const limit = (value, standard) => value === null ? Infinity : value ?? standard;
    this.depth = limit(options.depth, kDefaultDepth);
    this.maxItems = limit(options.maxArrayLength, kMaxItems);
    this.maxStringLength = limit(options.maxStringLength, kMaxStringLength);
    this.lineWidth = options.breakLength ?? kLineWidth;
    this.showHidden = !!options.showHidden;
    this.custom = options.customInspect ?? true;
    this.ancestors = [];
    this.circular = undefined; // object -> number of its <ref *n>
    this.indent = 0;
    this.height = 0; // levels of objects inside the value printed last
  }

  print(value, level) {
    if ((typeof value !== "object" || value === null) && typeof value !== "function") {
      this.height = 0;
      return text.primitive(value, this.maxStringLength);
    }
    let kind = kinds.valueKind(value);
    while (kind === kinds.kProxy) {
      const target = ops.proxyDetails(value)[0];
      if (target === null) return "<Revoked Proxy>";
      value = target;
      kind = kinds.valueKind(value);
    }
    if (this.custom) {
      const own = this.printCustom(value, level);
      if (own !== undefined) return own;
    }
    for (let i = 0; i < this.ancestors.length; ++i) {
      if (this.ancestors[i] === value) return this.reference(value);
    }
    return this.printObject(value, kind, level);
  }

  printCustom(value, level) {
    const method = text.read(value, customInspect);
    if (typeof method !== "function" || method === inspect) return undefined;
    const depth = this.depth - level;
    const options =
      { depth, showHidden: this.showHidden, breakLength: this.lineWidth, stylize: (s) => `${s}` };
    const result = FunctionPrototypeCall(method, value, depth, options, inspect);
    if (result === value) return undefined;
    if (typeof result === "string") return text.indentLines(result, this.indent);
    return this.print(result, level);
  }

  reference(value) {
    this.circular ??= new SafeMap();
    let number = this.circular.get(value);
    if (number === undefined) {
      number = this.circular.size + 1;
      this.circular.set(value, number);
    }
    this.height = 0;
    return `[Circular *${number}]`;
  }

  printObject(value, kind, level) {
    const name = text.constructorName(value);
    if (level > this.depth) {
      this.height = 0;
      if (kind === kinds.kArray) return "[Array]";
      if (kind === kinds.kFunction) return text.functionText(value);
      return `[${name ?? "Object: null prototype"}]`;
    }
    ArrayPrototypePush(this.ancestors, value);
    // head: all there is when nothing is to be said in braces
    const shape = { head: "", open: "{", close: "}", entries: [], height: 0, hasBraces: true, cells: 0 };
    const skip = this.describe(shape, value, kind, name, level);
    if (skip !== null) this.addKeys(shape, value, skip, level);
    ArrayPrototypePop(this.ancestors);
    const number = this.circular?.get(value);
    const mark = number === undefined ? "" : `<ref *${number}> `;
    this.height = shape.height + 1;
    return this.layOut(shape, mark);
  }

  // Fills in the shape; returns the predicate of the keys that addKeys leaves out, or null: no keys at all.
  describe(shape, value, kind, name, level) {
    const tag = text.toStringTag(value, name ?? "Object");
    switch (kind) {
      case kinds.kArray:
        shape.open = "[";
        if (name !== "Array" || tag !== "") shape.open = `${text.prefix(name, tag, "Array", value.length)}[`;
        return this.addItems(shape, value, value.length, level);
      case kinds.kArguments:
        shape.open = "[Arguments] [";
        return this.addItems(shape, value, text.ownValue(value, "length"), level);
      case kinds.kTypedArray:
        return buffers.addTypedArray(this, shape, value, name, tag);
      case kinds.kArrayBuffer:
      case kinds.kSharedArrayBuffer:
        return buffers.addBuffer(this, shape, value, kind, name, tag);
      case kinds.kDataView:
        return buffers.addDataView(this, shape, value, name, tag, level);
      case kinds.kMap:
        shape.open = `${text.prefix(name, tag, "Map", MapPrototypeGetSize(value))}{`;
        this.addMap(shape, value, level);
        return noKeys;
      case kinds.kSet:
        shape.open = `${text.prefix(name, tag, "Set", SetPrototypeGetSize(value))}{`;
        this.addSet(shape, value, level);
        return noKeys;
      case kinds.kError:
        shape.head = text.indentLines(text.errorText(value), this.indent);
        shape.hasBraces = false;
        this.addErrorDetails(shape, value, level);
        return (key) => isSaidByStack(value, key, shape.head);
      case kinds.kPromise:
        shape.open = `${text.prefix(name, tag === "Promise" ? "" : tag, "Promise")}{`;
        this.addPromise(shape, value, level);
        return noKeys;
      case kinds.kModuleNamespace:
        shape.open = "[Module: null prototype] {";
        return noKeys;
      default:
        return this.describeOther(shape, value, kind, name, tag, level);
    }
  }

  describeOther(shape, value, kind, name, tag, level) {
    const head = headOf(value, kind, name, tag);
    if (head !== undefined) {
      shape.head = head;
      shape.hasBraces = false;
      return kind === kinds.kStringObject ? isIndex : noKeys;
    }
    if (kind === kinds.kWeakMap || kind === kinds.kWeakSet) {
      shape.open = `${text.prefix(name, "", kind === kinds.kWeakMap ? "WeakMap" : "WeakSet")}{`;
      ArrayPrototypePush(shape.entries, "<items unknown>");
      return noKeys;
    }
    const registered = findRegistered(value);
    if (registered !== undefined) {
      const presented = registered.present(value);
      if (typeof presented === "string") {
        shape.head = text.indentLines(presented, this.indent);
        shape.hasBraces = false;
        return noKeys;
      }
      if (presented !== undefined) {
        shape.open = `${text.prefix(name, tag, "Object")}{`;
        if (kinds.valueKind(presented) === kinds.kMap) this.addMap(shape, presented, level);
        else this.addKeys(shape, presented, noKeys, level);
        return noKeys;
      }
    }
    if (name !== "Object" || tag !== "") shape.open = `${text.prefix(name, tag, "Object")}{`;
    return noKeys;
  }

  child(shape, value, level) {
    this.indent += 2;
    const result = this.print(value, level + 1);
    this.indent -= 2;
    shape.height = MathMax(shape.height, this.height);
    return result;
  }

  addItems(shape, array, length, level) {
    shape.close = "]";
    const { entries } = shape;
    let holes = 0;
    let shown = 0;
    let i = 0;
    for (; i < length && shown < this.maxItems; ++i) {
      const descriptor = ReflectGetOwnPropertyDescriptor(array, i);
      if (descriptor === undefined) {
        ++holes;
        if (i + 1 < length && holes < kMaxHoles) continue;
      }
      if (holes > 0) {
        ArrayPrototypePush(entries, `<${holes} empty item${holes > 1 ? "s" : ""}>`);
        ++shown;
        holes = 0;
        if (descriptor === undefined || shown >= this.maxItems) {
          if (descriptor === undefined) ++i;
          break;
        }
      }
      ArrayPrototypePush(entries, this.property(shape, descriptor, level));
      ++shown;
    }
    shape.cells = entries.length;
    this.addRest(entries, length - i);
    return isIndex;
  }

  addRest(entries, count) {
    if (count > 0) ArrayPrototypePush(entries, `... ${count} more item${count > 1 ? "s" : ""}`);
  }

  addMap(shape, map, level) {
    let shown = 0;
    MapPrototypeForEach(map, (value, key) => {
      if (shown++ >= this.maxItems) return;
      const left = this.child(shape, key, level);
      ArrayPrototypePush(shape.entries, `${left} => ${this.child(shape, value, level)}`);
    });
    this.addRest(shape.entries, shown - this.maxItems);
  }

  addSet(shape, set, level) {
    let shown = 0;
    SetPrototypeForEach(set, (value) => {
      if (shown++ < this.maxItems) ArrayPrototypePush(shape.entries, this.child(shape, value, level));
    });
    this.addRest(shape.entries, shown - this.maxItems);
  }

  addPromise(shape, promise, level) {
    const result = ops.promiseState(promise);
    let entry = "<pending>";
    if (result[0] === 1) entry = this.child(shape, result[1], level);
    else if (result[0] === 2) entry = `<rejected> ${this.child(shape, result[1], level)}`;
    ArrayPrototypePush(shape.entries, entry);
  }

  // `cause` and an AggregateError's `errors` are not enumerable, and yet what one wants to see.
  addErrorDetails(shape, error, level) {
    for (let i = 0; i < errorDetails.length; ++i) {
      const key = errorDetails[i];
      const descriptor = ReflectGetOwnPropertyDescriptor(error, key);
      if (descriptor === undefined || descriptor.enumerable) continue;
      ArrayPrototypePush(shape.entries, `[${key}]: ${this.property(shape, descriptor, level)}`);
    }
  }

  property(shape, descriptor, level) {
    if (ObjectHasOwn(descriptor, "value")) return this.child(shape, descriptor.value, level);
    if (descriptor.get === undefined) return "[Setter]";
    return descriptor.set === undefined ? "[Getter]" : "[Getter/Setter]";
  }

  addKeys(shape, object, skip, level) {
    const keys = skip === isIndex ? ops.namedKeys(object) : ReflectOwnKeys(object);
    for (let i = 0; i < keys.length; ++i) {
      const key = keys[i];
      if (skip(key)) continue;
      let descriptor;
      try {
        descriptor = ReflectGetOwnPropertyDescriptor(object, key);
      } catch { // a module's binding that is not initialised
        ArrayPrototypePush(shape.entries, `${text.propertyKey(key)}: <uninitialized>`);
        continue;
      }
      if (descriptor === undefined || (!descriptor.enumerable && !this.showHidden)) continue;
      const shown = descriptor.enumerable || typeof key === "symbol" ? text.propertyKey(key) : `[${key}]`;
      ArrayPrototypePush(shape.entries, `${shown}: ${this.property(shape, descriptor, level)}`);
    }
  }

  layOut(shape, mark) {
    const { head, entries } = shape;
    if (entries.length === 0) {
      if (!shape.hasBraces) return mark + head;
      return `${mark}${shape.open}${shape.close}`;
    }
    const start = mark + (head === "" ? "" : `${head} `) + shape.open;
    let total = start.length + entries.length + this.indent + 10;
    let isMultiline = StringPrototypeIncludes(head, "\n");
    for (let i = 0; i < entries.length; ++i) {
      total += entries[i].length + 1;
      isMultiline ||= StringPrototypeIncludes(entries[i], "\n");
    }
    if (!isMultiline && total <= this.lineWidth && this.height <= kMaxLevelsOnOneLine) {
      return `${start} ${join(entries, ", ")} ${shape.close}`;
    }
    const lines = shape.cells > 6 && !isMultiline ? this.columns(entries, shape.cells) : entries;
    const pad = `\n${StringPrototypePadStart("", this.indent)}`;
    return `${start}${pad}  ${join(lines, `,${pad}  `)}${pad}${shape.close}`;
  }

  // A long list of short items as a table: numbers to the right, the rest to the left. The entries from
  // `cells` on are not items of the list and stay on lines of their own.
  columns(entries, cells) {
    let widest = 0;
    let isNumeric = true;
    for (let i = 0; i < cells; ++i) {
      widest = MathMax(widest, entries[i].length);
      const first = entries[i][0];
      isNumeric &&= (first >= "0" && first <= "9") || first === "-";
    }
    const count = MathMin(MathFloor((this.lineWidth - 4 - this.indent) / (widest + 2)), kMaxColumns);
    if (count <= 1) return entries;
    const rows = [];
    for (let from = 0; from < cells; from += count) {
      const end = MathMin(from + count, cells);
      let row = "";
      for (let i = from; i < end; ++i) {
        const isLast = i === end - 1;
        if (isNumeric) row += StringPrototypePadStart(entries[i], widest) + (isLast ? "" : ", ");
        else row += isLast ? entries[i] : StringPrototypePadEnd(`${entries[i]},`, widest + 2);
      }
      ArrayPrototypePush(rows, row);
    }
    for (let i = cells; i < entries.length; ++i) ArrayPrototypePush(rows, entries[i]);
    return rows;
  }
}

detachRecord(Printer);

const errorDetails = ["cause", "errors"];

function noKeys() {
  return false;
}

// Own fields of an error that only repeat what its first line says.
function isSaidByStack(error, key, head) {
  if (key !== "name" && key !== "message" && key !== "stack") return false;
  const value = text.ownValue(error, key);
  return typeof value === "string" && (key === "stack" || StringPrototypeIncludes(head, value));
}

function boxed(type, value, inner) {
  return `[${type}: ${text.primitive(inner, kMaxStringLength)}]`;
}

// Values that have a form of their own instead of braces.
function headOf(value, kind, name, tag) {
  switch (kind) {
    case kinds.kFunction: return text.functionText(value);
    case kinds.kRegExp: return text.regExpText(value);
    case kinds.kDate:
      return isNaN(DatePrototypeGetTime(value)) ? "Invalid Date" : DatePrototypeToISOString(value);
    case kinds.kBooleanObject: return boxed("Boolean", value, BooleanPrototypeValueOf(value));
    case kinds.kNumberObject: return boxed("Number", value, NumberPrototypeValueOf(value));
    case kinds.kStringObject: return boxed("String", value, StringPrototypeValueOf(value));
    case kinds.kBigIntObject: return boxed("BigInt", value, BigIntPrototypeValueOf(value));
    case kinds.kSymbolObject: return `[Symbol: ${SymbolPrototypeToString(SymbolPrototypeValueOf(value))}]`;
    default: return undefined;
  }
}

function inspect(value, options) {
  const printer = new Printer(typeof options === "object" && options !== null ? options : kNoOptions);
  try {
    return printer.print(value, 0);
  } catch (error) {
    if (error instanceof RangeError && error.message === "Maximum call stack size exceeded") {
      return "[Object: nested too deeply to be printed]";
    }
    throw error;
  }
}

exports.inspect = inspect;
// Whether a builtin says how the object looks: its state is not in its properties.
exports.isRegistered = (object) => findRegistered(object) !== undefined;
exports.registerInspect = registerInspect;
exports.customInspect = customInspect;
