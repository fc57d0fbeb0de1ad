// SPDX-License-Identifier: Apache-2.0
// The names of the tests that test.each() makes: a template with %s, %d and the like, or $name, and the row's values.
"use strict";

const {
  ArrayIsArray, JSONStringify, MathTrunc, Number, RegExpPrototypeExec, String, StringPrototypeIncludes,
  StringPrototypeSlice, StringPrototypeSplit,
} = primordials;

const { print } = require("testing/print");

const kLetters = "sdifjoOpc";

// What one of "%s" and the like makes of a value.
function convert(letter, value) {
  switch (letter) {
    case "s": return typeof value === "string" ? value : typeof value === "object" ? print(value) : String(value);
    case "d": return typeof value === "bigint" ? `${value}n` : String(Number(value));
    case "i": return typeof value === "bigint" ? `${value}n` : String(MathTrunc(Number(value)));
    case "f": return String(Number(value));
    case "j": return JSONStringify(value) ?? "undefined";
    case "o": case "O": case "p": return print(value);
    default: return ""; // %c
  }
}

function formatPrintf(template, values, index) {
  let result = "";
  let next = 0;
  for (let i = 0; i < template.length; ++i) {
    const letter = template[i] === "%" ? template[i + 1] : undefined;
    if (letter === undefined) {
      result += template[i];
      continue;
    }
    ++i;
    if (letter === "%") result += "%";
    else if (letter === "#") result += index;
    else if (letter === "$") result += index + 1;
    else if (next >= values.length || !StringPrototypeIncludes(kLetters, letter)) result += `%${letter}`;
    else result += convert(letter, values[next++]);
  }
  return result;
}

// $name, $name.of.member, $# (the row's number)
const variable = /\$(#|[a-zA-Z_$][\w$]*(?:\.[a-zA-Z_$][\w$]*)*)/;

function formatVariables(template, row, index) {
  let result = "";
  let rest = template;
  for (let match; (match = RegExpPrototypeExec(variable, rest)) !== null;) {
    result += StringPrototypeSlice(rest, 0, match.index);
    rest = StringPrototypeSlice(rest, match.index + match[0].length);
    result += match[1] === "#" ? index : valueOf(row, match[1], match[0]);
  }
  return result + rest;
}

function valueOf(row, path, original) {
  const keys = StringPrototypeSplit(path, ".");
  let value = row;
  for (let i = 0; i < keys.length; ++i) {
    if (value === null || value === undefined || !(keys[i] in primordials.Object(value))) return original;
    value = value[keys[i]];
  }
  return typeof value === "string" ? value : print(value);
}

// The name of the test for a row, which is a list of arguments.
function format(template, values, index) {
  const first = values[0];
  const isRecord = typeof first === "object" && first !== null && !ArrayIsArray(first);
  const hasNames = isRecord && StringPrototypeIncludes(template, "$");
  const named = hasNames ? formatVariables(template, first, index) : template;
  return StringPrototypeIncludes(named, "%") ? formatPrintf(named, values, index) : named;
}

exports.format = format;
