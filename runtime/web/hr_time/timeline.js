// SPDX-License-Identifier: Apache-2.0
// The performance timeline: https://w3c.github.io/performance-timeline/#performance-timeline. One list of entries,
// ordered by their start, and those who watch what is added to it.
"use strict";

const { assignId, idOf, nameOf, startTimeOf, typeOf } = require("hr_time/performance_entry");
const { insertAt } = require("script/lists");
const { ArrayPrototypePush, Float64Array, TypedArrayPrototypeSort } = primordials;

const kMaxEntries = 10_000; // that are kept
const kBatch = 1000; // of the oldest, that go together when there is no room for one more

const entries = [];
const dropped = { __proto__: null, mark: 0, measure: 0 }; // how many went for want of room
let watcher; // (entry) => told of each new entry, once somebody observes
let lastId = 0;

// Inserts into a list that is ordered by start times, equal ones in the order of their making.
function insert(list, entry) {
  let at = list.length;
  const start = startTimeOf(entry);
  while (at > 0 && startTimeOf(list[at - 1]) > start) --at;
  if (at === list.length) ArrayPrototypePush(list, entry);
  else insertAt(list, at, entry);
}

function add(entry) {
  assignId(entry, ++lastId);
  if (watcher !== undefined) watcher(entry);
  if (entries.length === kMaxEntries) dropOldest();
  insert(entries, entry);
  return entry;
}

// Those that were added first, whatever start times they say.
function dropOldest() {
  const ids = new Float64Array(kMaxEntries);
  for (let i = 0; i < kMaxEntries; ++i) ids[i] = idOf(entries[i]);
  TypedArrayPrototypeSort(ids);
  const last = ids[kBatch - 1];
  let kept = 0;
  for (let i = 0; i < kMaxEntries; ++i) {
    const entry = entries[i];
    if (idOf(entry) <= last) ++dropped[typeOf(entry)];
    else entries[kept++] = entry;
  }
  entries.length = kept;
}

// Those of a list that have this name and this type; undefined stands for any.
function select(list, name, type) {
  const result = [];
  for (let i = 0; i < list.length; ++i) {
    const entry = list[i];
    if (name !== undefined && nameOf(entry) !== name) continue;
    if (type !== undefined && typeOf(entry) !== type) continue;
    ArrayPrototypePush(result, entry);
  }
  return result;
}

function clear(type, name) {
  let kept = 0;
  for (let i = 0; i < entries.length; ++i) {
    const entry = entries[i];
    if (typeOf(entry) === type && (name === undefined || nameOf(entry) === name)) continue;
    entries[kept++] = entry;
  }
  entries.length = kept;
}

// The newest mark of that name, or undefined.
function findMark(name) {
  for (let i = entries.length - 1; i >= 0; --i) {
    if (typeOf(entries[i]) === "mark" && nameOf(entries[i]) === name) return entries[i];
  }
  return undefined;
}

exports.add = add;
exports.insert = insert;
exports.select = select;
exports.clear = clear;
exports.findMark = findMark;
exports.selectAll = (name, type) => select(entries, name, type);
exports.droppedCount = (type) => dropped[type] ?? 0;
exports.watch = (fn) => {
  watcher = fn;
};
