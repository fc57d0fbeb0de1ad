// SPDX-License-Identifier: Apache-2.0
// console.table: rows and columns in box-drawing characters.
"use strict";

const {
  ArrayIsArray, ArrayPrototypeIncludes, ArrayPrototypePush, MapPrototypeForEach, MathMax,
  ReflectGetOwnPropertyDescriptor, ReflectOwnKeys, SetPrototypeForEach, StringPrototypeCodePointAt,
  StringPrototypeRepeat,
} = primordials;

const { inspect } = require("console/inspect");
const kinds = require("script/value_kind");

const kIndex = "(index)";
const kIterationIndex = "(iteration index)";
const kKey = "Key";
const kValues = "Values";

// Columns on a terminal: wide East Asian characters and emoji take two.
function width(text) {
  let result = 0;
  for (let i = 0; i < text.length; ++i) {
    const c = StringPrototypeCodePointAt(text, i);
    if (c > 0xFFFF) ++i;
    const isCombining =
      (c >= 0x300 && c <= 0x36F) || c === 0x200B || c === 0x200D || (c >= 0xFE00 && c <= 0xFE0F);
    const isWide =
      (c >= 0x1100 && c <= 0x115F) || (c >= 0x2E80 && c <= 0xA4CF) || (c >= 0xAC00 && c <= 0xD7A3) ||
      (c >= 0xF900 && c <= 0xFAFF) || (c >= 0xFE30 && c <= 0xFE6F) || (c >= 0xFF00 && c <= 0xFF60) ||
      (c >= 0xFFE0 && c <= 0xFFE6) || (c >= 0x1F300 && c <= 0x1FAFF) || (c >= 0x20000 && c <= 0x3FFFD);
    if (!isCombining) result += isWide ? 2 : 1;
  }
  return result;
}

// Box-drawing characters: rules, and the left, middle and right ends of the upper, inner and lower one.
const kRule = "\u2500";
const kBar = "\u2502";
const kTop = ["\u250c", "\u252c", "\u2510"];
const kInner = ["\u251c", "\u253c", "\u2524"];
const kBottom = ["\u2514", "\u2534", "\u2518"];

function line(ends, widths) {
  let result = ends[0];
  for (let i = 0; i < widths.length; ++i) {
    result += (i === 0 ? "" : ends[1]) + StringPrototypeRepeat(kRule, widths[i] + 2);
  }
  return result + ends[2];
}

function row(cells, widths) {
  let result = kBar;
  for (let i = 0; i < widths.length; ++i) {
    result += ` ${cells[i]}${StringPrototypeRepeat(" ", widths[i] - width(cells[i]))} ${kBar}`;
  }
  return result;
}

function draw(head, rows) {
  const widths = [];
  for (let i = 0; i < head.length; ++i) {
    let widest = width(head[i]);
    for (let j = 0; j < rows.length; ++j) widest = MathMax(widest, width(rows[j][i]));
    ArrayPrototypePush(widths, widest);
  }
  let result = `${line(kTop, widths)}
${row(head, widths)}
${line(kInner, widths)}
`;
  for (let j = 0; j < rows.length; ++j) result += `${row(rows[j], widths)}\n`;
  return result + line(kBottom, widths);
}

function cell(value) {
  const depth = typeof value === "object" && value !== null && !ArrayIsArray(value) ? -1 : 0;
  return inspect(value, { __proto__: null, depth, maxArrayLength: 3, breakLength: Infinity });
}

// [[label, value] ...]: the rows of a table on `data`.
function rowsOf(data) {
  const rows = [];
  const kind = kinds.valueKind(data);
  if (kind === kinds.kMap) {
    let index = 0;
    MapPrototypeForEach(data, (value, key) => ArrayPrototypePush(rows, { label: `${index++}`, key, value }));
    return { rows, head: kIterationIndex, hasKeys: true };
  }
  if (kind === kinds.kSet) {
    let index = 0;
    SetPrototypeForEach(data, (value) => ArrayPrototypePush(rows, { label: `${index++}`, key: undefined, value }));
    return { rows, head: kIterationIndex, hasKeys: false };
  }
  const keys = ReflectOwnKeys(data);
  for (let i = 0; i < keys.length; ++i) {
    const descriptor = ReflectGetOwnPropertyDescriptor(data, keys[i]);
    if (typeof keys[i] === "symbol" || descriptor === undefined || !descriptor.enumerable) continue;
    ArrayPrototypePush(rows, { label: keys[i], key: undefined, value: data[keys[i]] });
  }
  return { rows, head: kIndex, hasKeys: false };
}

function isObject(value) {
  return typeof value === "object" && value !== null;
}

// The names of the columns: the own enumerable keys of every row, or what the caller asks for.
function columnsOf(rows, asked) {
  if (asked !== undefined) return asked;
  const columns = [];
  for (let i = 0; i < rows.length; ++i) {
    const { value } = rows[i];
    if (!isObject(value)) continue;
    const keys = ReflectOwnKeys(value);
    for (let j = 0; j < keys.length; ++j) {
      if (typeof keys[j] === "symbol" || ArrayPrototypeIncludes(columns, keys[j])) continue;
      if (ReflectGetOwnPropertyDescriptor(value, keys[j])?.enumerable) ArrayPrototypePush(columns, keys[j]);
    }
  }
  return columns;
}

// The table as text, or undefined when the data has no rows to tabulate. `asked` is a list of column names.
function table(data, asked) {
  if (!isObject(data)) return undefined;
  const { rows, head, hasKeys } = rowsOf(data);
  const columns = columnsOf(rows, asked);
  let hasPrimitives = false;
  for (let i = 0; i < rows.length; ++i) hasPrimitives ||= !isObject(rows[i].value);
  const titles = [head];
  if (hasKeys) ArrayPrototypePush(titles, kKey);
  for (let i = 0; i < columns.length; ++i) ArrayPrototypePush(titles, columns[i]);
  if (hasPrimitives) ArrayPrototypePush(titles, kValues);
  const cells = [];
  for (let i = 0; i < rows.length; ++i) {
    const { label, key, value } = rows[i];
    const line = [label];
    if (hasKeys) ArrayPrototypePush(line, cell(key));
    for (let j = 0; j < columns.length; ++j) {
      const has = isObject(value) && ReflectGetOwnPropertyDescriptor(value, columns[j]) !== undefined;
      ArrayPrototypePush(line, has ? cell(value[columns[j]]) : "");
    }
    if (hasPrimitives) ArrayPrototypePush(line, isObject(value) ? "" : cell(value));
    ArrayPrototypePush(cells, line);
  }
  return draw(titles, cells);
}

exports.table = table;
