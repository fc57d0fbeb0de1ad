// SPDX-License-Identifier: Apache-2.0
// The lines in which two texts differ, for the messages of failed tests.
"use strict";

const {
  ArrayPrototypePush, MathMax, StringPrototypeSplit, StringPrototypeTrimEnd, Uint16Array,
} = primordials;

const { inspect } = require("console/inspect");

const kMaxLines = 400; // of each side; longer texts are shown one after the other
const kContext = 3;    // equal lines shown around a difference
const kNarrow = 20;    // columns: makes inspect put each property on a line of its own

// table[i * (m + 1) + j]: the length of the longest common sequence of a[i...] and b[j...].
function commonLengths(a, b) {
  const width = b.length + 1;
  const table = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; --i) {
    for (let j = b.length - 1; j >= 0; --j) {
      table[i * width + j] = a[i] === b[j] ? table[(i + 1) * width + j + 1] + 1
        : MathMax(table[(i + 1) * width + j], table[i * width + j + 1]);
    }
  }
  return table;
}

// [[" " | "-" | "+", line] ...]
function diffLines(a, b) {
  const table = commonLengths(a, b);
  const width = b.length + 1;
  const result = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      ArrayPrototypePush(result, [" ", a[i++]]);
      ++j;
    } else if (j >= b.length || (i < a.length && table[(i + 1) * width + j] >= table[i * width + j + 1])) {
      ArrayPrototypePush(result, ["-", a[i++]]);
    } else {
      ArrayPrototypePush(result, ["+", b[j++]]);
    }
  }
  return result;
}

function isNearChange(lines, at) {
  for (let i = at - kContext; i <= at + kContext; ++i) {
    if (i >= 0 && i < lines.length && lines[i][0] !== " ") return true;
  }
  return false;
}

function show(value) {
  return typeof value === "string" ? value
    : inspect(value, { __proto__: null, depth: null, breakLength: kNarrow, maxArrayLength: 1000 });
}

// "- " lines are expected, "+ " lines are what came.
function diff(expected, actual) {
  const a = StringPrototypeSplit(show(expected), "\n");
  const b = StringPrototypeSplit(show(actual), "\n");
  const isShort = a.length === 1 && b.length === 1;
  if (isShort || a.length > kMaxLines || b.length > kMaxLines) {
    const options = { __proto__: null, depth: null };
    return `  expected: ${inspect(expected, options)}\n  received: ${inspect(actual, options)}`;
  }
  const lines = diffLines(a, b);
  let text = "  - expected, + received\n";
  let isGap = false;
  for (let i = 0; i < lines.length; ++i) {
    if (isNearChange(lines, i)) {
      text += `  ${lines[i][0]} ${lines[i][1]}\n`;
      isGap = false;
    } else if (!isGap) {
      text += "    ...\n";
      isGap = true;
    }
  }
  return StringPrototypeTrimEnd(text);
}

exports.diff = diff;
