// SPDX-License-Identifier: Apache-2.0
// Words for console/inspect: primitives, property keys, names of constructors, functions, errors.
"use strict";

const {
  ErrorPrototypeToString, FunctionPrototypeToString, NumberPrototypeToString, ObjectGetPrototypeOf, ObjectHasOwn,
  ReflectGetOwnPropertyDescriptor, RegExpPrototypeExec, RegExpPrototypeGetSource, StringPrototypeCharCodeAt,
  StringPrototypeIncludes, StringPrototypeIndexOf, StringPrototypePadStart, StringPrototypeSlice,
  StringPrototypeStartsWith, SymbolPrototypeToString, SymbolToStringTag,
} = primordials;

const identifier = /^[a-zA-Z_$][a-zA-Z_$0-9]*$/;
const needsEscape = /[\x00-\x1f\x7f-\x9f\\'\ud800-\udfff]/;

function escapeUnit(unit) {
  switch (unit) {
    case 8: return "\\b";
    case 9: return "\\t";
    case 10: return "\\n";
    case 12: return "\\f";
    case 13: return "\\r";
    case 92: return "\\\\";
  }
  const hex = NumberPrototypeToString(unit, 16);
  return unit > 0xFF ? `\\u${hex}` : `\\x${StringPrototypePadStart(hex, 2, "0")}`;
}

// In single quotes, or those that need no backslash; control characters and lone surrogates are escaped.
function quote(text) {
  if (RegExpPrototypeExec(needsEscape, text) === null) return `'${text}'`;
  let mark = "'";
  if (StringPrototypeIncludes(text, "'")) {
    if (!StringPrototypeIncludes(text, "\"")) mark = "\"";
    else if (!StringPrototypeIncludes(text, "`") && !StringPrototypeIncludes(text, "${")) mark = "`";
  }
  const markUnit = StringPrototypeCharCodeAt(mark, 0);
  let result = "";
  let from = 0;
  for (let i = 0; i < text.length; ++i) {
    const unit = StringPrototypeCharCodeAt(text, i);
    let escaped;
    if (unit === markUnit) {
      escaped = `\\${mark}`;
    } else if (unit < 0x20 || unit === 0x5C || (unit > 0x7E && unit < 0xA0)) {
      escaped = escapeUnit(unit);
    } else if ((unit & 0xF800) === 0xD800) {
      if (unit < 0xDC00 && i + 1 < text.length &&
          (StringPrototypeCharCodeAt(text, i + 1) & 0xFC00) === 0xDC00) {
        ++i;
        continue;
      }
      escaped = escapeUnit(unit);
    } else {
      continue;
    }
    result += StringPrototypeSlice(text, from, i) + escaped;
    from = i + 1;
  }
  return mark + result + StringPrototypeSlice(text, from) + mark;
}

function number(value) {
  return value === 0 && 1 / value < 0 ? "-0" : `${value}`;
}

function primitive(value, maxStringLength) {
  switch (typeof value) {
    case "string":
      if (value.length > maxStringLength) {
        const rest = value.length - maxStringLength;
        const start = quote(StringPrototypeSlice(value, 0, maxStringLength));
        return `${start}... ${rest} more character${rest > 1 ? "s" : ""}`;
      }
      return quote(value);
    case "number": return number(value);
    case "bigint": return `${value}n`;
    case "symbol": return SymbolPrototypeToString(value);
    default: return `${value}`;
  }
}

function propertyKey(key) {
  if (typeof key === "symbol") return `[${SymbolPrototypeToString(key)}]`;
  return RegExpPrototypeExec(identifier, key) !== null ? key : quote(key);
}

// An own data property's value; accessors are not run.
function ownValue(object, key) {
  const descriptor = ReflectGetOwnPropertyDescriptor(object, key);
  return descriptor !== undefined && ObjectHasOwn(descriptor, "value") ? descriptor.value : undefined;
}

// The name of the nearest constructor on the prototype chain; null when there is none.
function constructorName(object) {
  for (let o = object; o !== null; o = ObjectGetPrototypeOf(o)) {
    const constructor = ownValue(o, "constructor");
    if (typeof constructor !== "function") continue;
    const name = ownValue(constructor, "name");
    if (typeof name !== "string" || name === "") continue;
    // `constructor` may be a plain field of the object itself: only a prototype speaks for its class.
    if (o !== object || ownValue(constructor, "prototype") === o) return name;
  }
  return null;
}

// Symbol.toStringTag when it says something that the constructor's name does not.
function toStringTag(object, name) {
  let tag;
  try {
    tag = object[SymbolToStringTag];
  } catch {
    return "";
  }
  return typeof tag === "string" && tag !== "" && tag !== name ? tag : "";
}

function prefix(name, tag, fallback, size) {
  const count = size === undefined ? "" : `(${size})`;
  const label = name === null ? `[${fallback}${count}: null prototype] ` : `${name}${count} `;
  return tag === "" ? label : `${label}[${tag}] `;
}

const classSource = /^class[\s{]/;
const asyncSource = /^async\b/;
const generatorSource = /^(?:async\s+)?(?:function\s*)?\*/;

function functionText(value) {
  const source = FunctionPrototypeToString(value);
  const ownName = ownValue(value, "name");
  const name = typeof ownName === "string" ? ownName : "";
  if (RegExpPrototypeExec(classSource, source) !== null) {
    const parent = ObjectGetPrototypeOf(value);
    const parentName = typeof parent === "function" ? ownValue(parent, "name") : undefined;
    const heritage = parent === null ? " extends null"
      : typeof parentName === "string" && parentName !== "" ? ` extends ${parentName}` : "";
    return `[class ${name === "" ? "(anonymous)" : name}${heritage}]`;
  }
  const type = `${RegExpPrototypeExec(asyncSource, source) !== null ? "Async" : ""}${
    RegExpPrototypeExec(generatorSource, source) !== null ? "Generator" : ""}Function`;
  const orphan = ObjectGetPrototypeOf(value) === null ? " (null prototype)" : "";
  return `[${type}${orphan}${name === "" ? " (anonymous)" : `: ${name}`}]`;
}

function read(object, key) {
  try {
    return object[key];
  } catch {
    return undefined;
  }
}

const leadingName = /^(?:Uncaught )?([A-Za-z_$][A-Za-z0-9_$]*)(?=:|\n|$)/;

// The stack, its first line corrected when the class or `name` says more than V8 knew at the time.
function errorText(error) {
  const stack = read(error, "stack");
  if (typeof stack !== "string" || stack === "") {
    let summary;
    try {
      summary = ErrorPrototypeToString(error);
    } catch {
      summary = constructorName(error) ?? "Error";
    }
    return `[${summary}]`;
  }
  const name = read(error, "name");
  const className = constructorName(error);
  const shown = typeof name === "string" && name !== "" && name !== "Error" ? name : className;
  const match = RegExpPrototypeExec(leadingName, stack);
  if (shown === null || match === null || match[1] === shown) return stack;
  const end = StringPrototypeIndexOf(stack, "\n");
  const firstLine = end < 0 ? stack : StringPrototypeSlice(stack, 0, end);
  if (StringPrototypeIncludes(firstLine, shown)) return stack;
  return StringPrototypeStartsWith(stack, match[1])
    ? shown + StringPrototypeSlice(stack, match[1].length) : stack;
}

// Every line but the first moved right by `width` columns. (String.prototype.replaceAll would ask the line end
// for its Symbol.replace.)
function indentLines(text, width) {
  if (width === 0) return text;
  const lineStart = `\n${StringPrototypePadStart("", width)}`;
  let result = "";
  let from = 0;
  for (;;) {
    const end = StringPrototypeIndexOf(text, "\n", from);
    if (end < 0) return from === 0 ? text : result + StringPrototypeSlice(text, from);
    result += StringPrototypeSlice(text, from, end) + lineStart;
    from = end + 1;
  }
}

function regExpText(value) {
  return `/${RegExpPrototypeGetSource(value)}/${ops.regExpFlags(value)}`;
}

// A key of an array's items, or its length.
function isIndex(key) {
  if (typeof key !== "string") return false;
  return key === "length" || (key[0] >= "0" && key[0] <= "9" && `${key >>> 0}` === key);
}

exports.quote = quote;
exports.number = number;
exports.primitive = primitive;
exports.propertyKey = propertyKey;
exports.constructorName = constructorName;
exports.toStringTag = toStringTag;
exports.prefix = prefix;
exports.functionText = functionText;
exports.errorText = errorText;
exports.indentLines = indentLines;
exports.isIndex = isIndex;
exports.regExpText = regExpText;
exports.ownValue = ownValue;
exports.read = read;
