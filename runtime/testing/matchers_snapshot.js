// SPDX-License-Identifier: Apache-2.0
// toMatchInlineSnapshot(text) and toThrowErrorMatchingInlineSnapshot(text), which compare with what jest or vitest
// wrote into the test file. Nothing is ever written here, and snapshots in files of their own are not read.
"use strict";

const {
  ObjectKeys, RegExpPrototypeExec, StringPrototypeIncludes, StringPrototypeSlice, StringPrototypeSplit,
  StringPrototypeStartsWith, StringPrototypeTrim, TypeError,
} = primordials;

const kinds = require("script/value_kind");
const { covers, isAsymmetric } = require("testing/equal");
const { diffTexts, explain } = require("testing/diff");
const { print } = require("testing/print");
const { snapshotText } = require("testing/snapshot_text");
const { nothingThrown, thrownBy } = require("testing/matchers_throw");

const firstIndent = /^([^\S\n]*)\S/m;

function isBlank(text) {
  return StringPrototypeTrim(text) === "";
}

// Without the indent that the literal of several lines has in the test file; one that is not indented evenly is as it
// stands.
function dedent(literal) {
  const lines = StringPrototypeSplit(literal, "\n");
  const indent = RegExpPrototypeExec(firstIndent, literal)?.[1] ?? "";
  if (indent === "" || lines.length < 3 || !isBlank(lines[0]) || !isBlank(lines[lines.length - 1])) return literal;
  let text = "";
  for (let i = 1; i < lines.length - 1; ++i) {
    if (lines[i] !== "" && !StringPrototypeStartsWith(lines[i], indent)) return literal;
    text += `${i === 1 ? "" : "\n"}${StringPrototypeSlice(lines[i], indent.length)}`;
  }
  return text;
}

// As a template literal to be pasted.
function literalOf(text) {
  let escaped = "";
  for (let i = 0; i < text.length; ++i) {
    const isSpecial = text[i] === "`" || text[i] === "\\" || (text[i] === "$" && text[i + 1] === "{");
    escaped += isSpecial ? `\\${text[i]}` : text[i];
  }
  const lines = StringPrototypeSplit(escaped, "\n");
  if (lines.length === 1) return `\`${escaped}\``;
  let result = "`";
  for (let i = 0; i < lines.length; ++i) result += lines[i] === "" ? "\n" : `\n  ${lines[i]}`;
  return `${result}\n\``;
}

function refuseNot(context, name) {
  if (context.isNot) throw new TypeError(`${name}() has no meaning after .not`);
}

function check(name, snapshot, text) {
  if (snapshot === undefined) {
    throw new TypeError(`${name}() without a snapshot: none are written here. What it would be now:\n\n` +
      `${name}(${literalOf(text)})`);
  }
  if (typeof snapshot !== "string") {
    throw new TypeError(`${name}() takes the snapshot as a text, not ${print(snapshot)}`);
  }
}

function compare(snapshot, text) {
  const expected = StringPrototypeTrim(dedent(snapshot));
  const actual = StringPrototypeTrim(text);
  return { pass: expected === actual, expected, actual, message: () => {
    const isShort = !StringPrototypeIncludes(expected, "\n") && !StringPrototypeIncludes(actual, "\n");
    return (isShort ? undefined : diffTexts(expected, actual)) ?? `Expected: ${expected}\nReceived: ${actual}`;
  } };
}

function isPlainObject(value) {
  return typeof value === "object" && value !== null && kinds.valueKind(value) === kinds.kOrdinary &&
    !isAsymmetric(value);
}

// The value with the matchers that stand for parts of it in their place.
function withMatchers(value, pattern) {
  if (!isPlainObject(value) || !isPlainObject(pattern)) return pattern;
  const copy = { ...value };
  const keys = ObjectKeys(pattern);
  for (let i = 0; i < keys.length; ++i) copy[keys[i]] = withMatchers(value[keys[i]], pattern[keys[i]]);
  return copy;
}

function toMatchInlineSnapshot(actual, ...args) {
  const name = "toMatchInlineSnapshot";
  refuseNot(this, name);
  let value = actual;
  let snapshot = args[0];
  if (typeof snapshot === "object" && snapshot !== null) {
    const pattern = snapshot;
    snapshot = args[1];
    if (typeof actual !== "object" || actual === null) {
      throw new TypeError(`${name}() with matchers of properties needs an object, not ${print(actual)}`);
    }
    if (!covers(actual, pattern)) return { pass: false, expected: pattern, message: () => explain(pattern, actual) };
    value = withMatchers(actual, pattern);
  }
  const text = snapshotText(value);
  check(name, snapshot, text);
  return compare(snapshot, text);
}

// vitest writes the error, "[Error: no]", and jest its message, "\"no\"".
function toThrowErrorMatchingInlineSnapshot(actual, snapshot) {
  const name = "toThrowErrorMatchingInlineSnapshot";
  refuseNot(this, name);
  const { isThrown, error } = thrownBy(actual, this.promise === "rejects", name);
  if (!isThrown) return { pass: false, message: () => nothingThrown(this.promise === "rejects") };
  const whole = snapshotText(error);
  check(name, snapshot, whole);
  const isOfJest = StringPrototypeStartsWith(StringPrototypeTrim(snapshot), "\"");
  return compare(snapshot, isOfJest && typeof error?.message === "string" ? snapshotText(error.message) : whole);
}

function refuseFiles(name) {
  return () => {
    throw new TypeError(`${name}(): files of snapshots are neither read nor written; write what is expected into the ` +
      "test, with toEqual() or toMatchInlineSnapshot(text)");
  };
}

const matchers = { __proto__: null, toMatchInlineSnapshot, toThrowErrorMatchingInlineSnapshot };
const refused = ["toMatchSnapshot", "toMatchFileSnapshot", "toThrowErrorMatchingSnapshot"];
for (let i = 0; i < refused.length; ++i) matchers[refused[i]] = refuseFiles(refused[i]);
exports.matchers = matchers;
