// SPDX-License-Identifier: Apache-2.0
// toThrow: what a function threw, or with .rejects what a promise was rejected with.
"use strict";

const { StringPrototypeIncludes, StringPrototypeSplit, TypeError } = primordials;

const kinds = require("script/value_kind");
const { equal, isAsymmetric } = require("testing/equal");
const { framesOf } = require("testing/assertion_error");
const { read } = require("console/inspect_text");
const { explain } = require("testing/diff");
const { print } = require("testing/print");
const { isFound } = require("testing/text_pattern");

function isErrorLike(value) {
  return typeof value === "object" && value !== null && "message" in value;
}

function messageOf(error) {
  return isErrorLike(error) ? `${error.message}` : `${print(error)}`;
}

// What was thrown, and where.
function describeThrown(error) {
  if (!isErrorLike(error)) return `Thrown value: ${print(error)}`;
  const frames = kinds.valueKind(error) === kinds.kError ? userFrames(read(error, "stack")) : "";
  return `Received name:    ${print(read(error, "name"))}\nReceived message: ${print(messageOf(error))}${
    frames === "" ? "" : `\n${frames}`}`;
}

// The user's frames, further in than those of the message that they are in.
function userFrames(stack) {
  const lines = StringPrototypeSplit(framesOf(stack), "\n");
  let result = "";
  for (let i = 0; i < lines.length; ++i) {
    if (lines[i] !== "" && !StringPrototypeIncludes(lines[i], "sedge:")) result += `\n  ${lines[i]}`;
  }
  return result;
}

function nothingThrown(isRejection) {
  return isRejection ? "The promise was not rejected" : "Received function did not throw";
}

// { pass, label }: whether an exception is what toThrow(wanted) asks for, and how to say what that is.
function judge(error, wanted) {
  if (wanted === undefined) return { pass: true, label: "" };
  if (typeof wanted === "string") {
    const text = isErrorLike(error) ? `${error.message}` : typeof error === "string" ? error : print(error);
    return { pass: StringPrototypeIncludes(text, wanted), label: `substring: ${print(wanted)}` };
  }
  if (kinds.valueKind(wanted) === kinds.kRegExp) {
    const text = isErrorLike(error) ? `${error.message}` : `${print(error)}`;
    return { pass: isFound(wanted, text), label: `pattern:   ${print(wanted)}` };
  }
  if (isAsymmetric(wanted)) return { pass: equal(error, wanted), label: `${print(wanted)}` };
  if (typeof wanted === "function") {
    return { pass: error instanceof wanted, label: `constructor: ${wanted.name}` };
  }
  if (typeof wanted === "object" && wanted !== null && "message" in wanted) {
    const isSame = messageOf(error) === messageOf(wanted) &&
      (wanted.name === undefined || wanted.name === "Error" || error?.name === wanted.name) &&
      (wanted.cause === undefined || equal(error?.cause, wanted.cause));
    return { pass: isSame, label: `message:   ${print(`${wanted.message}`)}` };
  }
  throw new TypeError("toThrow() takes a string, a regular expression, a class, an error, or nothing");
}

// { isThrown, error }: calls the function; what a promise was rejected with is given as it is.
function thrownBy(actual, isRejection, name) {
  if (isRejection) return { isThrown: true, error: actual };
  if (typeof actual !== "function") {
    throw new TypeError(`${name}() needs a function that it can call, not ${print(actual)}`);
  }
  try {
    actual();
  } catch (error) {
    return { isThrown: true, error };
  }
  return { isThrown: false, error: undefined };
}

function toThrow(actual, wanted) {
  const isRejection = this.promise === "rejects";
  const { isThrown, error } = thrownBy(actual, isRejection, "toThrow");
  const not = this.isNot ? "not " : "";
  if (!isThrown) {
    const label = wanted === undefined ? "" : `Expected ${judge(new primordials.Error(""), wanted).label}\n\n`;
    return { pass: false, message: () => `${label}${nothingThrown(isRejection)}` };
  }
  const { pass, label } = judge(error, wanted);
  return { pass, message: () => {
    if (label === "") return describeThrown(error);
    const isMessage = isErrorLike(wanted) && typeof wanted !== "function" && !this.isNot && isErrorLike(error);
    if (isMessage && wanted.name === error.name && messageOf(wanted) !== messageOf(error)) {
      return explain(messageOf(wanted), messageOf(error));
    }
    return `Expected ${not}${label}\n${describeThrown(error)}`;
  } };
}

exports.matchers = { __proto__: null, toThrow, toThrowError: toThrow };
exports.nothingThrown = nothingThrown;
exports.thrownBy = thrownBy;
