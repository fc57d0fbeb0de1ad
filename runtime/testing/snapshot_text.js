// SPDX-License-Identifier: Apache-2.0
// Values as inline snapshots have them: the text that jest (29 and later) and vitest write into test files with their
// default settings, so that what those wrote can be compared here.
"use strict";

const {
  ArrayIsArray, ArrayPrototypePush, ArrayPrototypeSort, ArrayPrototypeUnshift, DatePrototypeGetTime,
  DatePrototypeToISOString, Error, ErrorPrototypeToString, MapPrototypeForEach, ObjectIs, ObjectKeys,
  ReflectGetOwnPropertyDescriptor, ReflectOwnKeys, RegExpPrototypeToString, SetPrototypeForEach, String,
  StringPrototypeIncludes, StringPrototypeSplit, TypeError,
} = primordials;

const kinds = require("script/value_kind");
const { isAsymmetric } = require("testing/equal");
const { AsymmetricMatcher } = require("testing/asymmetric");
const mocks = require("testing/mock");

const kIndent = "  ";
const kEscaped = "\\^$*+?.()|[]{}"; // of regular expressions
// What serializers are given as the settings.
const kConfig = { indent: kIndent, spacingInner: "\n", spacingOuter: "\n", min: false, escapeString: false,
  printBasicPrototype: false, printFunctionName: false, callToJSON: true };

const serializers = []; // of expect.addSnapshotSerializer(): the last one first

function join(parts, separator) {
  let text = parts[0];
  for (let i = 1; i < parts.length; ++i) text += separator + parts[i];
  return text;
}

function classOf(value) {
  const { constructor } = value;
  return (typeof constructor === "function" && constructor.name) || "Object";
}

function escapeExpression(text) {
  let result = "";
  for (let i = 0; i < text.length; ++i) result += StringPrototypeIncludes(kEscaped, text[i]) ? `\\${text[i]}` : text[i];
  return result;
}

function byCodeUnits(a, b) {
  return a < b ? -1 : a > b ? 1 : 0;
}

class SnapshotPrinter {
  #ancestors = [];

  print(value, pad, isOfToJSON = false) {
    for (let i = 0; i < serializers.length; ++i) {
      if (serializers[i].test(value)) return this.custom(serializers[i], value, pad);
    }
    switch (typeof value) {
      case "string": return `"${value}"`;
      case "number": return ObjectIs(value, -0) ? "-0" : `${value}`;
      case "bigint": return `${value}n`;
      case "function": return mocks.isMock(value) ? this.mock(value, pad) : "[Function]";
      case "object": return value === null ? "null" : this.object(value, pad, isOfToJSON);
      default: return String(value); // also a symbol
    }
  }

  custom(serializer, value, pad) {
    const print = (child, config = undefined, inner = pad) => this.print(child, inner);
    const text = typeof serializer.serialize === "function"
      ? serializer.serialize(value, kConfig, pad, this.#ancestors.length, [], print)
      : serializer.print(value, (child) => this.print(child, pad),
        (lines) => pad + kIndent + join(StringPrototypeSplit(lines, "\n"), `\n${pad}${kIndent}`), kConfig);
    if (typeof text !== "string") throw new TypeError("a snapshot serializer has to give a string");
    return text;
  }

  object(value, pad, isOfToJSON) {
    if (isAsymmetric(value)) return this.asymmetric(value, pad);
    const kind = kinds.valueKind(value);
    switch (kind) {
      case kinds.kDate: return DatePrototypeGetTime(value) === DatePrototypeGetTime(value)
        ? DatePrototypeToISOString(value) : "Date { NaN }";
      case kinds.kRegExp: return escapeExpression(RegExpPrototypeToString(value));
      default: if (kind === kinds.kError || value instanceof Error) return `[${ErrorPrototypeToString(value)}]`;
    }
    for (let i = 0; i < this.#ancestors.length; ++i) {
      if (this.#ancestors[i] === value) return "[Circular]";
    }
    ArrayPrototypePush(this.#ancestors, value);
    const text = !isOfToJSON && typeof value.toJSON === "function" ? this.print(value.toJSON(), pad, true)
      : this.contents(value, kind, pad);
    --this.#ancestors.length;
    return text;
  }

  contents(value, kind, pad) {
    const inner = pad + kIndent;
    const parts = [];
    if (ArrayIsArray(value) || kind === kinds.kArguments || kind === kinds.kTypedArray ||
        kind === kinds.kArrayBuffer || kind === kinds.kDataView) {
      for (let i = 0; i < value.length; ++i) {
        ArrayPrototypePush(parts, i in value ? this.print(value[i], inner) : "");
      }
      const name = kind === kinds.kArguments ? "Arguments" : classOf(value);
      return this.lines(name === "Array" ? "" : `${name} `, "[]", parts, pad);
    }
    if (kind === kinds.kMap) {
      MapPrototypeForEach(value, (item, key) => {
        ArrayPrototypePush(parts, `${this.print(key, inner)} => ${this.print(item, inner)}`);
      });
      return this.lines("Map ", "{}", parts, pad);
    }
    if (kind === kinds.kSet) {
      SetPrototypeForEach(value, (item) => ArrayPrototypePush(parts, this.print(item, inner)));
      return this.lines("Set ", "{}", parts, pad);
    }
    const keys = ArrayPrototypeSort(ObjectKeys(value), byCodeUnits);
    const all = ReflectOwnKeys(value);
    for (let i = 0; i < all.length; ++i) {
      if (typeof all[i] === "symbol" && ReflectGetOwnPropertyDescriptor(value, all[i])?.enumerable) {
        ArrayPrototypePush(keys, all[i]);
      }
    }
    for (let i = 0; i < keys.length; ++i) {
      ArrayPrototypePush(parts, `${this.print(keys[i], inner)}: ${this.print(value[keys[i]], inner)}`);
    }
    const name = classOf(value);
    return this.lines(name === "Object" ? "" : `${name} `, "{}", parts, pad);
  }

  // Each part on a line of its own, in brackets.
  lines(head, brackets, parts, pad) {
    if (parts.length === 0) return head + brackets;
    const start = `\n${pad}${kIndent}`;
    return `${head}${brackets[0]}${start}${join(parts, `,${start}`)},\n${pad}${brackets[1]}`;
  }

  asymmetric(matcher, pad) {
    if (!(matcher instanceof AsymmetricMatcher)) {
      return typeof matcher.toAsymmetricMatcher === "function" ? `${matcher.toAsymmetricMatcher()}` : `${matcher}`;
    }
    return matcher.sample === undefined ? matcher.title : `${matcher.title} ${this.print(matcher.sample, pad)}`;
  }

  mock(value, pad) {
    const { calls, name, results } = mocks.stateOf(value);
    const head = name === "mock" ? "[MockFunction]" : `[MockFunction ${name}]`;
    if (calls.length === 0) return head;
    const inner = pad + kIndent;
    return this.lines(`${head} `, "{}",
      [`"calls": ${this.print(calls, inner)}`, `"results": ${this.print(results, inner)}`], pad);
  }
}

// Line ends as a test file has them.
function normalize(text) {
  return join(StringPrototypeSplit(join(StringPrototypeSplit(text, "\r\n"), "\n"), "\r"), "\n");
}

exports.snapshotText = (value) => normalize(new SnapshotPrinter().print(value, ""));
// { test(value), serialize(value, config, indentation, depth, refs, print) } or { test, print(value, print, indent) }
exports.addSerializer = (serializer) => {
  if (typeof serializer?.test !== "function" ||
      (typeof serializer.serialize !== "function" && typeof serializer.print !== "function")) {
    throw new TypeError("expect.addSnapshotSerializer() takes { test(value), serialize(value, ...) }");
  }
  ArrayPrototypeUnshift(serializers, serializer);
};
