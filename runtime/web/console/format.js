// SPDX-License-Identifier: Apache-2.0
// The Formatter of the Console Standard (https://console.spec.whatwg.org/#formatter): %s %d %i %f %j %o %O %c
// %%.
"use strict";

const {
  JSONStringify, StringPrototypeCharCodeAt, StringPrototypeIncludes, StringPrototypeSlice, String, parseFloat,
  parseInt,
} = primordials;

const { inspect } = require("console/inspect");
const text = require("console/inspect_text");

const kOptimalDepth = 4; // of %o

function isObject(value) {
  return typeof value === "object" && value !== null;
}

// Objects that do not say how they want to be a string are inspected: "[object Object]" helps nobody.
function toText(value) {
  if (typeof value === "string") return value;
  if (typeof value === "number") return text.number(value);
  if (typeof value === "bigint") return `${value}n`;
  if (!isObject(value)) return String(value);
  const toString = text.read(value, "toString");
  if (typeof toString !== "function" || isBuiltinToString(toString)) {
    return inspect(value, { __proto__: null, depth: 0 });
  }
  return String(value);
}

const {
  Array: { prototype: { toString: arrayToString } }, Error: { prototype: { toString: errorToString } },
  Object: { prototype: { toString: objectToString } }, Date: { prototype: { toString: dateToString } },
} = primordials;

function isBuiltinToString(method) {
  return method === objectToString || method === arrayToString || method === errorToString ||
    method === dateToString;
}

function toInteger(value) {
  if (typeof value === "symbol") return "NaN";
  if (typeof value === "bigint") return `${value}n`;
  if (isObject(value)) return "NaN";
  return text.number(parseInt(value, 10));
}

function toFloat(value) {
  if (typeof value === "symbol" || isObject(value)) return "NaN";
  return text.number(parseFloat(value));
}

function toJSON(value) {
  try {
    return `${JSONStringify(value)}`;
  } catch (error) {
    if (StringPrototypeIncludes(`${text.read(error, "message")}`, "circular")) return "[Circular]";
    throw error;
  }
}

// The text for a specifier (the unit after "%"), or undefined when it is none.
function convert(unit, value) {
  switch (unit) {
    case 0x73: return toText(value); // s
    case 0x64: // d
    case 0x69: return toInteger(value); // i
    case 0x66: return toFloat(value); // f
    case 0x6A: return toJSON(value); // j
    case 0x6F: return inspect(value, { __proto__: null, depth: kOptimalDepth }); // o
    case 0x4F: return inspect(value); // O
    case 0x63: return ""; // c: styling has no place in a log
    default: return undefined;
  }
}

// Arguments that no specifier has taken follow after spaces.
function format(args) {
  const count = args.length;
  if (count === 0) return "";
  let result;
  let next = 1;
  if (typeof args[0] !== "string") {
    result = inspect(args[0]);
  } else if (count === 1 || !StringPrototypeIncludes(args[0], "%")) {
    result = args[0];
  } else {
    const template = args[0];
    result = "";
    let from = 0;
    for (let i = 0; i < template.length - 1; ++i) {
      if (StringPrototypeCharCodeAt(template, i) !== 0x25) continue;
      const unit = StringPrototypeCharCodeAt(template, i + 1);
      let piece;
      if (unit === 0x25) piece = "%";
      else if (next < count) piece = convert(unit, args[next]);
      if (piece === undefined) continue;
      if (unit !== 0x25) ++next;
      result += StringPrototypeSlice(template, from, i) + piece;
      from = i + 2;
      ++i;
    }
    result += StringPrototypeSlice(template, from);
  }
  for (; next < count; ++next) {
    const value = args[next];
    result += typeof value === "string" ? ` ${value}` : ` ${inspect(value)}`;
  }
  return result;
}

exports.format = format;
