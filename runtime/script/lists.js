// SPDX-License-Identifier: Apache-2.0
// Arrays as lists, without what slice(), splice() and concat() do: those ask the class of the array what to make
// (Symbol.species), which scripts can answer.
"use strict";

const { Array } = primordials;

function copyList(list) {
  const { length } = list;
  const copy = new Array(length);
  for (let i = 0; i < length; ++i) copy[i] = list[i];
  return copy;
}

function insertAt(list, at, item) {
  for (let i = list.length; i > at; --i) list[i] = list[i - 1];
  list[at] = item;
}

// Removes `count` items from `at` on.
function removeAt(list, at, count = 1) {
  const length = list.length - count;
  for (let i = at; i < length; ++i) list[i] = list[i + count];
  list.length = length;
}

exports.copyList = copyList;
exports.insertAt = insertAt;
exports.removeAt = removeAt;
