// SPDX-License-Identifier: Apache-2.0
// Where an expected and a received value differ, as the end of a failed test's message: two labelled lines for what is
// short, else the lines that differ with some of those around them.
"use strict";

const {
  Array, ArrayIsArray, ArrayPrototypePush, Map, MapPrototypeForEach, MapPrototypeGet, MapPrototypeSet, MathMax,
  MathMin, ObjectCreate, ObjectDefineProperty, ObjectGetPrototypeOf, ReflectDeleteProperty,
  ReflectGetOwnPropertyDescriptor, ReflectOwnKeys, RegExpPrototypeExec, SafeMap, StringPrototypeIncludes,
  StringPrototypeRepeat, StringPrototypeSlice, StringPrototypeSplit,
} = primordials;

const kinds = require("script/value_kind");
const { equal, isAsymmetric, isPrivate } = require("testing/equal");
const { diffLines } = require("testing/line_diff");
const { print, printLines, quote, visible } = require("testing/print");

const kContext = 3;       // equal lines that are shown around those that differ
const kLongLine = 120;    // of a pair of longer lines only the part that differs is shown, and
const kAround = 40;       // so many characters before and after it, and
const kHead = 20;         // so many at the line's beginning, where names of properties are
const kShort = 60;        // of values on one line; longer ones are compared line by line

// The first and the last index (counted from the end) at which two texts differ.
function differingPart(a, b) {
  const shorter = MathMin(a.length, b.length);
  let start = 0;
  while (start < shorter && a[start] === b[start]) ++start;
  let end = 0;
  while (end < shorter - start && a[a.length - 1 - end] === b[b.length - 1 - end]) ++end;
  return [start, end];
}

// Where an excerpt of a line that differs from `start` on goes on after its head; 0: it has none.
function cutAt(start) {
  return start > kHead + kAround ? start - kAround : 0;
}

function excerpt(text, start, end) {
  const from = cutAt(start);
  const head = from > 0 ? `${StringPrototypeSlice(text, 0, kHead)}\u2026` : "";
  const to = MathMin(text.length, text.length - end + kAround);
  if (to - from > 4 * kLongLine) { // much of it differs: its beginning does
    return `${head}${StringPrototypeSlice(text, from, from + 2 * kLongLine)}\u2026`;
  }
  return `${head}${StringPrototypeSlice(text, from, to)}${to < text.length ? "\u2026" : ""}`;
}

// Two lines, cut to where they differ when they are long; the third says how far that is from where they now start.
function cutPair(a, b) {
  const part = differingPart(a, b);
  const start = part[0];
  const end = part[1];
  if (a.length <= kLongLine && b.length <= kLongLine) return [a, b, start];
  const from = cutAt(start);
  return [excerpt(a, start, end), excerpt(b, start, end), from > 0 ? kHead + 1 + start - from : start];
}

// "\u00b7" for each space at the end of a line that differs: they would not be seen.
function showTrailing(line) {
  let end = line.length;
  while (end > 0 && line[end - 1] === " ") --end;
  return StringPrototypeSlice(line, 0, end) + StringPrototypeRepeat("\u00b7", line.length - end);
}

// Of lines that were changed together, the removed ones first; pairs of long ones are cut.
function arrange(lines) {
  const result = [];
  for (let i = 0; i < lines.length;) {
    if (lines[i][0] === " ") {
      ArrayPrototypePush(result, lines[i++]);
      continue;
    }
    const removed = [];
    const added = [];
    for (; i < lines.length && lines[i][0] !== " "; ++i) {
      ArrayPrototypePush(lines[i][0] === "-" ? removed : added, visible(lines[i][1]));
    }
    for (let k = 0; k < removed.length && k < added.length; ++k) {
      const cut = cutPair(removed[k], added[k]);
      removed[k] = cut[0];
      added[k] = cut[1];
    }
    for (let k = 0; k < removed.length; ++k) ArrayPrototypePush(result, ["-", showTrailing(removed[k])]);
    for (let k = 0; k < added.length; ++k) ArrayPrototypePush(result, ["+", showTrailing(added[k])]);
  }
  return result;
}

function isNearChange(lines, at) {
  for (let i = at - kContext; i <= at + kContext; ++i) {
    if (i >= 0 && i < lines.length && lines[i][0] !== " ") return true;
  }
  return false;
}

// "@@ -3,7 +3,8 @@": where in both texts the lines are that follow.
function hunkHead(lines, from, lineA, lineB) {
  let countA = 0;
  let countB = 0;
  for (let i = from; i < lines.length && isNearChange(lines, i); ++i) {
    if (lines[i][0] !== "+") ++countA;
    if (lines[i][0] !== "-") ++countB;
  }
  return `@@ -${lineA},${countA} +${lineB},${countB} @@`;
}

function count(lines, mark) {
  let result = 0;
  for (let i = 0; i < lines.length; ++i) result += lines[i][0] === mark ? 1 : 0;
  return result;
}

// The differing lines of two texts; undefined when they are the same.
function diffTexts(expected, received) {
  const lines = arrange(diffLines(StringPrototypeSplit(expected, "\n"), StringPrototypeSplit(received, "\n")));
  const removed = count(lines, "-");
  const added = count(lines, "+");
  if (removed + added === 0) return undefined;
  let result = `- Expected  - ${removed}\n+ Received  + ${added}\n`;
  let lineA = 1;
  let lineB = 1;
  let isShown = false;
  for (let i = 0; i < lines.length; ++i) {
    const mark = lines[i][0];
    const line = lines[i][1];
    const wasShown = isShown;
    isShown = isNearChange(lines, i);
    if (isShown && !wasShown) result += i === 0 ? "\n" : `\n${hunkHead(lines, i, lineA, lineB)}\n`;
    if (isShown) result += line === "" && mark === " " ? "\n" : `${mark} ${line}\n`;
    if (mark !== "+") ++lineA;
    if (mark !== "-") ++lineB;
  }
  return StringPrototypeSlice(result, 0, -1);
}

// Two strings without line ends, and a mark below where they start to differ.
function diffStrings(expected, received) {
  const pair = cutPair(quote(expected), quote(received));
  const at = pair[2];
  const result = `Expected: ${pair[0]}\nReceived: ${pair[1]}`;
  if (at < 8 || MathMin(expected.length, received.length) < 16) return result;
  return `${result}\n${StringPrototypeRepeat(" ", "Expected: ".length + at)}^`;
}

// The expected value with the received one's parts in the place of asymmetric matchers that accept them, so that
// these do not show as differences.
function settleMatchers(expected, received, seen) {
  if (isAsymmetric(expected)) return equal(received, expected) ? received : expected;
  if (typeof expected !== "object" || expected === null || typeof received !== "object" || received === null) {
    return expected;
  }
  if (seen.has(expected)) return seen.get(expected);
  const kind = kinds.valueKind(expected);
  if (kind !== kinds.valueKind(received)) return expected;
  if (kind === kinds.kMap) {
    const copy = new Map();
    seen.set(expected, copy);
    MapPrototypeForEach(expected, (value, key) => {
      MapPrototypeSet(copy, key,
        settleMatchers(value, MapPrototypeGet(received, key), seen));
    });
    return copy;
  }
  if (kind !== kinds.kArray && (kind !== kinds.kOrdinary || isPrivate(expected))) return expected;
  const copy = kind === kinds.kArray ? new Array(expected.length)
    : ObjectCreate(ObjectGetPrototypeOf(expected));
  seen.set(expected, copy);
  copyProperties(copy, expected, (key) => settleMatchers(expected[key], received[key], seen));
  return copy;
}

function copyProperties(copy, from, valueOf) {
  const keys = ReflectOwnKeys(from);
  for (let i = 0; i < keys.length; ++i) {
    if (!ReflectGetOwnPropertyDescriptor(from, keys[i]).enumerable) continue;
    ObjectDefineProperty(copy, keys[i],
      { __proto__: null, value: valueOf(keys[i]), writable: true, enumerable: true, configurable: true });
  }
}

// What of the received value a pattern speaks of: the rest is no difference.
function partOf(received, pattern, seen) {
  if (typeof pattern !== "object" || pattern === null || typeof received !== "object" || received === null ||
      isAsymmetric(pattern) || seen.has(pattern)) {
    return received;
  }
  const kind = kinds.valueKind(pattern);
  const isList = ArrayIsArray(pattern) && ArrayIsArray(received);
  if ((kind !== kinds.kOrdinary && !isList) || (kind === kinds.kOrdinary && ArrayIsArray(received))) return received;
  seen.set(pattern, true);
  const copy = isList ? [] : ObjectCreate(ObjectGetPrototypeOf(received));
  copyProperties(copy, isList ? received : pattern, (key) => partOf(received[key], pattern[key], seen));
  if (!isList) {
    const keys = ReflectOwnKeys(copy);
    for (let i = 0; i < keys.length; ++i) {
      if (!(keys[i] in received)) ReflectDeleteProperty(copy, keys[i]);
    }
  }
  return copy;
}

const isBlank = /^\s*$/;

// "Expected: ...\nReceived: ..." for short values, else the lines that differ.
function explain(expected, received) {
  if (typeof expected === "string" && typeof received === "string") {
    const isLong = StringPrototypeIncludes(expected, "\n") || StringPrototypeIncludes(received, "\n");
    const isTelling = (text) => RegExpPrototypeExec(isBlank, text) === null;
    const lines = isLong && isTelling(expected) && isTelling(received) ? diffTexts(expected, received) : undefined;
    return lines ?? diffStrings(expected, received);
  }
  const plain = () => `Expected: ${print(expected)}\nReceived: ${print(received)}`;
  if (typeof expected !== "object" || expected === null || typeof received !== "object" || received === null) {
    return plain();
  }
  if (isAsymmetric(expected) || kinds.valueKind(expected) !== kinds.valueKind(received)) return plain();
  const settled = settleMatchers(expected, received, new SafeMap());
  const a = printLines(settled);
  const b = printLines(received);
  const isShort = !StringPrototypeIncludes(a, "\n") && !StringPrototypeIncludes(b, "\n") &&
    a.length <= kShort && b.length <= kShort;
  if (a === b) {
    return `${plain()}\n\nBoth print the same: they differ in their classes, or in what is not shown.`;
  }
  return isShort ? plain() : diffTexts(a, b);
}

exports.explain = explain;
exports.explainPattern = (pattern, received) => explain(pattern, partOf(received, pattern, new SafeMap()));
exports.diffTexts = diffTexts;
