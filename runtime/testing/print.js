// SPDX-License-Identifier: Apache-2.0
// Values as the messages of failed tests show them: on one line, or each entry on a line of its own, in an order that
// does not depend on how the value was made, so that two prints can be compared line by line.
"use strict";

const {
  ArrayPrototypePush, ArrayPrototypeSort, DataViewPrototypeGetBuffer, DataViewPrototypeGetByteLength,
  DataViewPrototypeGetByteOffset, JSONStringify, MapPrototypeForEach, MapPrototypeGetSize, NumberPrototypeToString,
  ObjectHasOwn, RangeError, ReflectGetOwnPropertyDescriptor, ReflectOwnKeys,
  RegExpPrototypeExec, SetPrototypeForEach, SetPrototypeGetSize, StringPrototypeCharCodeAt,
  StringPrototypeIncludes, StringPrototypePadStart, StringPrototypeSlice, StringPrototypeSplit,
  TypedArrayPrototypeGetLength, TypedArrayPrototypeGetSymbolToStringTag, Uint8Array,
} = primordials;

const kinds = require("script/value_kind");
const { inspect } = require("console/inspect");
const text = require("console/inspect_text");
const { isAsymmetric, isPrivate } = require("testing/equal");
const { AsymmetricMatcher } = require("testing/asymmetric");

const kInlineDepth = 6;
const kMaxInline = 2000;       // characters of a value on one line
const kMaxEntries = 100_000;   // of a value in lines; what is beyond is counted
const kItemsPerLine = 16;      // of long typed arrays
const kShortArray = 64;        // typed arrays of so many items have each on a line of its own
const kPrivateWidth = 20;      // columns: makes inspect put each property on a line of its own

function byText(a, b) {
  return a < b ? -1 : a > b ? 1 : 0;
}

const control = /[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]/;

// A string in double quotes. JSON escapes what JavaScript does, and lone surrogates.
function quote(string) {
  const quoted = JSONStringify(string);
  return RegExpPrototypeExec(control, quoted) === null ? quoted : visible(quoted);
}

function isPaired(string, i, unit) {
  const at = unit < 0xDC00 ? i + 1 : i - 1;
  if (at < 0 || at >= string.length) return false;
  return (StringPrototypeCharCodeAt(string, at) & 0xFC00) === (unit < 0xDC00 ? 0xDC00 : 0xD800);
}

// Control characters other than tabs and line ends as escapes.
function visible(string) {
  if (RegExpPrototypeExec(control, string) === null) return string;
  let result = "";
  for (let i = 0; i < string.length; ++i) {
    const unit = StringPrototypeCharCodeAt(string, i);
    const isSurrogate = (unit & 0xF800) === 0xD800;
    const isHidden = (unit < 0x20 && unit !== 9 && unit !== 10) || (unit >= 0x7F && unit < 0xA0) ||
      (isSurrogate && !isPaired(string, i, unit));
    if (!isHidden) result += string[i];
    else if (unit === 13) result += "\\r";
    else result += `\\u${StringPrototypePadStart(NumberPrototypeToString(unit, 16), 4, "0")}`;
  }
  return result;
}

class Printer {
  constructor(isInline) {
    this.isInline = isInline;
    this.depth = isInline ? kInlineDepth : 200;
    this.left = kMaxEntries;
    this.ancestors = [];
  }

  print(value, pad) {
    if (typeof value === "string") return this.string(value, pad);
    if (typeof value === "function") return isMock(value) ? mockName(value) : text.functionText(value);
    if (typeof value !== "object" || value === null) return text.primitive(value, Infinity);
    if (isAsymmetric(value)) return this.asymmetric(value, pad);
    for (let i = 0; i < this.ancestors.length; ++i) {
      if (this.ancestors[i] === value) return "[Circular]";
    }
    const kind = kinds.valueKind(value);
    if (this.ancestors.length >= this.depth) {
      return kind === kinds.kArray ? "[Array]" : `[${text.constructorName(value) ?? "Object"}]`;
    }
    ArrayPrototypePush(this.ancestors, value);
    const result = this.object(value, kind, pad);
    --this.ancestors.length;
    return result;
  }

  // Lines of a longer text come one below the other.
  string(value, pad) {
    if (this.isInline || !StringPrototypeIncludes(value, "\n")) return quote(value);
    const lines = StringPrototypeSplit(value, "\n");
    let result = "";
    for (let i = 0; i < lines.length; ++i) {
      const isLast = i === lines.length - 1;
      if (isLast && lines[i] === "") break;
      if (i > 0) result += ` +\n${pad}  `;
      result += quote(isLast ? lines[i] : `${lines[i]}\n`);
    }
    return result;
  }

  asymmetric(matcher, pad) {
    if (!(matcher instanceof AsymmetricMatcher)) {
      return typeof matcher.toAsymmetricMatcher === "function" ? `${matcher.toAsymmetricMatcher()}` : `${matcher}`;
    }
    if (matcher.sample === undefined) return matcher.title;
    return `${matcher.title} ${this.print(matcher.sample, pad)}`;
  }

  object(value, kind, pad) {
    const name = text.constructorName(value);
    switch (kind) {
      case kinds.kArray: return this.list(name === "Array" ? "" : `${name ?? "Array"} `, this.items(value, pad), pad);
      case kinds.kArguments: return this.list("[Arguments] ", this.items(value, pad), pad);
      case kinds.kTypedArray: return this.typedArray(value, pad);
      case kinds.kArrayBuffer: return this.bytes("ArrayBuffer", new Uint8Array(value), pad);
      case kinds.kDataView:
        return this.bytes("DataView", new Uint8Array(DataViewPrototypeGetBuffer(value),
          DataViewPrototypeGetByteOffset(value), DataViewPrototypeGetByteLength(value)), pad);
      case kinds.kMap:
        return this.braces(`${name ?? "Map"}(${MapPrototypeGetSize(value)}) `, this.pairs(value, pad), pad);
      case kinds.kSet:
        return this.braces(`${name ?? "Set"}(${SetPrototypeGetSize(value)}) `, this.members(value, pad), pad);
      case kinds.kError: return this.error(value, name, pad);
      case kinds.kOrdinary:
        if (isPrivate(value)) return this.hidden(value, pad);
        return this.braces(name === "Object" ? "" : `${name ?? "[Object: null prototype]"} `,
          this.properties(value, pad, undefined), pad);
      default: return this.hidden(value, pad);
    }
  }

  // What shows itself to inspect alone.
  hidden(value, pad) {
    const options = { __proto__: null, depth: this.isInline ? 2 : null, breakLength: this.isInline ? Infinity
      : kPrivateWidth, maxArrayLength: 1000 };
    return text.indentLines(inspect(value, options), pad.length);
  }

  braces(head, entries, pad) {
    return this.enclose(`${head}{`, entries, "}", pad, " ");
  }

  list(head, entries, pad) {
    return this.enclose(`${head}[`, entries, "]", pad, "");
  }

  enclose(open, entries, close, pad, space) {
    if (entries.length === 0) return open + close;
    let result = open;
    for (let i = 0; i < entries.length; ++i) {
      if (this.isInline) result += (i > 0 ? ", " : space) + entries[i];
      else result += `\n${pad}  ${entries[i]},`;
    }
    return this.isInline ? result + space + close : `${result}\n${pad}${close}`;
  }

  // Adds an entry, if there is room.
  add(entries, make) {
    if (--this.left >= 0) ArrayPrototypePush(entries, make());
    else if (this.left === -1) ArrayPrototypePush(entries, "... more");
  }

  items(array, pad) {
    const entries = [];
    for (let i = 0; i < array.length && this.left >= 0; ++i) {
      this.add(entries, () => ObjectHasOwn(array, i) ? this.print(array[i], `${pad}  `) : "<empty>");
    }
    const named = this.properties(array, pad, text.isIndex);
    for (let i = 0; i < named.length; ++i) ArrayPrototypePush(entries, named[i]);
    return entries;
  }

  // The enumerable properties, by name, without those that `skip` holds for.
  properties(object, pad, skip) {
    const names = [];
    const symbols = [];
    const keys = skip === undefined ? ReflectOwnKeys(object) : ops.namedKeys(object);
    for (let i = 0; i < keys.length; ++i) {
      const key = keys[i];
      if (skip !== undefined && skip(key)) continue;
      if (!ReflectGetOwnPropertyDescriptor(object, key)?.enumerable) continue;
      ArrayPrototypePush(typeof key === "symbol" ? symbols : names, key);
    }
    if (!this.isInline) ArrayPrototypeSort(names, byText);
    const entries = [];
    for (let i = 0; i < names.length + symbols.length && this.left >= 0; ++i) {
      const key = i < names.length ? names[i] : symbols[i - names.length];
      this.add(entries, () => `${propertyKey(key)}: ${this.property(object, key, `${pad}  `)}`);
    }
    return entries;
  }

  property(object, key, pad) {
    let value;
    try {
      value = object[key];
    } catch {
      return "[a getter that throws]";
    }
    return this.print(value, pad);
  }

  pairs(map, pad) {
    const entries = [];
    MapPrototypeForEach(map, (value, key) => {
      this.add(entries, () => `${this.print(key, `${pad}  `)} => ${this.print(value, `${pad}  `)}`);
    });
    return this.isInline ? entries : ArrayPrototypeSort(entries, byText);
  }

  members(set, pad) {
    const entries = [];
    SetPrototypeForEach(set, (value) => this.add(entries, () => this.print(value, `${pad}  `)));
    return this.isInline ? entries : ArrayPrototypeSort(entries, byText);
  }

  typedArray(array, pad) {
    const type = TypedArrayPrototypeGetSymbolToStringTag(array);
    return this.numbers(`${type}(${TypedArrayPrototypeGetLength(array)}) `, array, pad);
  }

  bytes(type, array, pad) {
    return this.numbers(`${type}(${TypedArrayPrototypeGetLength(array)}) `, array, pad);
  }

  numbers(head, array, pad) {
    const length = TypedArrayPrototypeGetLength(array);
    const perLine = this.isInline || length <= kShortArray ? 1 : kItemsPerLine;
    const entries = [];
    for (let i = 0; i < length && this.left >= 0; i += perLine) {
      this.add(entries, () => {
        let line = text.primitive(array[i], 0);
        for (let j = i + 1; j < i + perLine && j < length; ++j) line += `, ${text.primitive(array[j], 0)}`;
        return line;
      });
    }
    return this.list(head, entries, pad);
  }

  error(error, name, pad) {
    const title = `[${text.read(error, "name") ?? name ?? "Error"}: ${text.read(error, "message") ?? ""}]`;
    const entries = this.properties(error, pad, undefined);
    for (let i = 0; i < errorDetails.length; ++i) {
      const key = errorDetails[i];
      const descriptor = ReflectGetOwnPropertyDescriptor(error, key);
      if (descriptor === undefined || descriptor.enumerable) continue;
      ArrayPrototypePush(entries, `${key}: ${this.property(error, key, `${pad}  `)}`);
    }
    const head = text.indentLines(title, pad.length);
    return entries.length === 0 ? head : this.braces(`${head} `, entries, pad);
  }
}

const errorDetails = ["cause", "errors"];
const identifier = /^(?:[a-zA-Z_$][a-zA-Z_$0-9]*|\d+)$/;

function propertyKey(key) {
  if (typeof key === "symbol") return text.propertyKey(key);
  return RegExpPrototypeExec(identifier, key) !== null ? key : quote(key);
}

function isMock(value) {
  return ObjectHasOwn(value, "mock") && ObjectHasOwn(value, "getMockName");
}

function mockName(value) {
  return `[MockFunction ${value.getMockName()}]`;
}

function run(isInline, value) {
  try {
    return new Printer(isInline).print(value, "");
  } catch (error) {
    if (error instanceof RangeError) return "[nested too deeply to be printed]";
    throw error;
  }
}

// On one line, cut where it gets too long.
function print(value) {
  const line = run(true, value);
  return line.length <= kMaxInline ? line : `${StringPrototypeSlice(line, 0, kMaxInline)}\u2026`;
}

exports.print = print;
exports.printLines = (value) => run(false, value);
exports.quote = quote;
exports.visible = visible;
