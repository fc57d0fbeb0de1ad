// SPDX-License-Identifier: Apache-2.0
// Header lists (https://fetch.spec.whatwg.org/#concept-header-list): one flat array [name, value, name, value ...]
// whose names are lower-case. On their way from native code and to it they are header blocks: "name\0value\0" for
// each.
"use strict";

const {
  Array, ArrayPrototypeJoin, ArrayPrototypeSort, StringPrototypeIndexOf, StringPrototypeSlice,
  StringPrototypeStartsWith,
} = primordials;

const kMaxInserted = 64; // headers

function listFind(list, name) {
  for (let i = 0; i < list.length; i += 2) {
    if (list[i] === name) return i;
  }
  return -1;
}

// The combined value of `name` (lower-case), or null. `given` may be a header block.
function listGet(given, name) {
  let list = given;
  if (typeof given === "string") {
    const isThere =
      StringPrototypeIndexOf(given, `\0${name}\0`) >= 0 || StringPrototypeStartsWith(given, `${name}\0`);
    if (!isThere) return null;
    list = blockToList(given);
  }
  const { length } = list;
  for (let i = 0; i < length; i += 2) {
    if (list[i] !== name) continue;
    let value = list[i + 1];
    for (i += 2; i < length; i += 2) {
      if (list[i] === name) value = `${value}, ${list[i + 1]}`;
    }
    return value;
  }
  return null;
}

function listDelete(list, name, from) {
  let to = from;
  for (let i = from; i < list.length; i += 2) {
    if (list[i] === name) continue;
    list[to] = list[i];
    list[to + 1] = list[i + 1];
    to += 2;
  }
  list.length = to;
}

function comparePairs(a, b) {
  return a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0;
}

// Few headers are put where they belong one by one, behind those of the same name.
function sortFew(list) {
  const { length } = list;
  const sorted = new Array(length);
  for (let i = 0; i < length; i += 2) {
    const name = list[i];
    let at = i;
    for (; at > 0 && name < sorted[at - 2]; at -= 2) {
      sorted[at] = sorted[at - 2];
      sorted[at + 1] = sorted[at - 1];
    }
    sorted[at] = name;
    sorted[at + 1] = list[i + 1];
  }
  return sorted;
}

// For many that would be the square of the work.
function sortMany(list) {
  const count = list.length / 2;
  const pairs = new Array(count);
  for (let i = 0; i < count; ++i) pairs[i] = [list[2 * i], list[2 * i + 1]];
  ArrayPrototypeSort(pairs, comparePairs);
  const sorted = new Array(2 * count);
  for (let i = 0; i < count; ++i) {
    sorted[2 * i] = pairs[i][0];
    sorted[2 * i + 1] = pairs[i][1];
  }
  return sorted;
}

// By names as native code gives them (HeaderShapes), with how they sort behind them: for each, where in a list it is.
// Names and order are shared between requests and only read here: what a script does to prototypes meanwhile must not
// stay in them.
function sortByShape(list, names) {
  const count = names.length - 1;
  const order = names[count];
  const sorted = new Array(2 * count);
  for (let i = 0; i < count; ++i) {
    const from = order[i];
    sorted[2 * i] = list[from];
    sorted[2 * i + 1] = list[from + 1];
  }
  return sorted;
}

// Makes one of neighbours with the same name, in place; most lists have none.
function joinEqualNames(sorted) {
  const { length } = sorted;
  let to = 2;
  while (to < length && sorted[to] !== sorted[to - 2]) to += 2;
  if (to >= length) return sorted;
  for (let i = to; i < length; i += 2) {
    const name = sorted[i];
    if (name === sorted[to - 2] && name !== "set-cookie") {
      sorted[to - 1] = `${sorted[to - 1]}, ${sorted[i + 1]}`;
      continue;
    }
    sorted[to] = name;
    sorted[to + 1] = sorted[i + 1];
    to += 2;
  }
  sorted.length = to;
  return sorted;
}

// https://fetch.spec.whatwg.org/#concept-header-list-sort-and-combine, flat. `names`: those of an incoming request as
// native code gave them, or null.
function sortAndCombine(list, names) {
  if (names !== null) return joinEqualNames(sortByShape(list, names));
  return joinEqualNames(list.length <= 2 * kMaxInserted ? sortFew(list) : sortMany(list));
}

// A list of its values, and its names as native code gives them.
function listOfShape(values, names) {
  const count = names.length - 1;
  const list = new Array(2 * count);
  for (let i = 0; i < count; ++i) {
    list[2 * i] = names[i];
    list[2 * i + 1] = values[i];
  }
  return list;
}

// The header block that native code takes: "name\0value\0" for each header.
function listToBlock(list) {
  if (list.length === 2) return `${list[0]}\0${list[1]}\0`;
  return list.length === 0 ? "" : `${ArrayPrototypeJoin(list, "\0")}\0`;
}

function blockToList(block) {
  const list = [];
  for (let at = 0; at < block.length;) {
    const end = StringPrototypeIndexOf(block, "\0", at);
    list[list.length] = StringPrototypeSlice(block, at, end);
    at = end + 1;
  }
  return list;
}

exports.blockToList = blockToList;
exports.listDelete = listDelete;
exports.listFind = listFind;
exports.listGet = listGet;
exports.listOfShape = listOfShape;
exports.listToBlock = listToBlock;
exports.sortAndCombine = sortAndCombine;
