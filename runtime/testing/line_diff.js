// SPDX-License-Identifier: Apache-2.0
// The shortest list of removed and added lines between two texts: the greedy algorithm of E. Myers, "An O(ND)
// Difference Algorithm and Its Variations", 1986.
"use strict";

const { ArrayPrototypePush, Int32Array } = primordials;

const kMaxEdits = 1000; // texts that differ in more are shown one after the other; memory grows with the square

// The furthest points of each number of edits, until both ends are reached; null when that takes too many.
function search(a, b, from, endA, endB) {
  const n = endA - from;
  const m = endB - from;
  const limit = n + m < kMaxEdits ? n + m : kMaxEdits;
  const middle = limit + 1;
  const furthest = new Int32Array(2 * limit + 3);
  const trace = [];
  for (let edits = 0; edits <= limit; ++edits) {
    const row = new Int32Array(2 * edits + 3); // what was reached with fewer edits, around the middle
    for (let k = -edits - 1; k <= edits + 1; ++k) row[k + edits + 1] = furthest[middle + k];
    ArrayPrototypePush(trace, row);
    for (let k = -edits; k <= edits; k += 2) {
      const isDown = k === -edits || (k !== edits && furthest[middle + k - 1] < furthest[middle + k + 1]);
      let x = isDown ? furthest[middle + k + 1] : furthest[middle + k - 1] + 1;
      while (x < n && x - k < m && a[from + x] === b[from + x - k]) ++x;
      furthest[middle + k] = x;
      if (x >= n && x - k >= m) return trace;
    }
  }
  return null;
}

// The way back through the trace, as a list of steps from the end to the start.
function walkBack(trace, n, m) {
  const steps = [];
  let x = n;
  let y = m;
  for (let edits = trace.length - 1; edits >= 0; --edits) {
    const row = trace[edits];
    const at = (k) => row[k + edits + 1];
    const k = x - y;
    const isDown = k === -edits || (k !== edits && at(k - 1) < at(k + 1));
    const startX = edits === 0 ? 0 : isDown ? at(k + 1) : at(k - 1) + 1;
    while (x > startX) {
      ArrayPrototypePush(steps, " ");
      --x;
      --y;
    }
    if (edits === 0) break;
    ArrayPrototypePush(steps, isDown ? "+" : "-");
    if (isDown) --y;
    else --x;
  }
  return steps;
}

// [[" " | "-" | "+", line] ...]: lines of `a` alone are "-", those of `b` alone "+".
function diffLines(a, b) {
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) ++start;
  let endA = a.length;
  let endB = b.length;
  while (endA > start && endB > start && a[endA - 1] === b[endB - 1]) {
    --endA;
    --endB;
  }
  const result = [];
  const add = (mark, line) => ArrayPrototypePush(result, [mark, line]);
  for (let i = 0; i < start; ++i) add(" ", a[i]);
  const trace = search(a, b, start, endA, endB);
  if (trace === null) {
    for (let i = start; i < endA; ++i) add("-", a[i]);
    for (let i = start; i < endB; ++i) add("+", b[i]);
  } else {
    const steps = walkBack(trace, endA - start, endB - start);
    let i = start;
    let j = start;
    for (let s = steps.length - 1; s >= 0; --s) {
      if (steps[s] === "+") add("+", b[j++]);
      else add(steps[s], a[i++]);
      if (steps[s] === " ") ++j;
    }
  }
  for (let i = endA; i < a.length; ++i) add(" ", a[i]);
  return result;
}

exports.diffLines = diffLines;
