// SPDX-License-Identifier: Apache-2.0
// The errors of a failed test as the text that its report shows.
"use strict";

const { ArrayIsArray } = primordials;

const kinds = require("script/value_kind");
const { isDOMException } = require("dom/dom_exception");
const { read, constructorName, indentLines } = require("console/inspect_text");
const { AssertionError } = require("testing/assertion_error");
const { print } = require("testing/print");

const kMaxCauses = 8;

function isError(value) {
  return kinds.valueKind(value) === kinds.kError || isDOMException(value);
}

function nameOf(error) {
  const name = read(error, "name");
  const shown = typeof name === "string" && name !== "" ? name : constructorName(error) ?? "Error";
  return shown === "Error" ? constructorName(error) ?? shown : shown;
}

// "TypeError: x is not a function", and what caused it.
function describe(error, depth) {
  if (!isError(error)) return `thrown: ${print(error)}`;
  const message = `${read(error, "message") ?? ""}`;
  const isClaim = error instanceof AssertionError; // which says it all
  let text = isClaim ? message : message === "" ? nameOf(error) : `${nameOf(error)}: ${message}`;
  if (depth >= kMaxCauses) return text;
  const cause = read(error, "cause");
  if (cause !== undefined) text += `\n  cause: ${indentLines(describe(cause, depth + 1), 2)}`;
  const errors = read(error, "errors");
  for (let i = 0; ArrayIsArray(errors) && i < errors.length && i < kMaxCauses; ++i) {
    text += `\n  errors[${i}]: ${indentLines(describe(errors[i], depth + 1), 2)}`;
  }
  return text;
}

function safely(make) {
  try {
    return make();
  } catch {
    return "an error that cannot be printed";
  }
}

exports.describeFailure = (errors) => {
  let message = safely(() => describe(errors[0], 0));
  for (let i = 1; i < errors.length; ++i) message += `\n\nand then: ${safely(() => describe(errors[i], 0))}`;
  return { message, errorName: safely(() => isError(errors[0]) ? nameOf(errors[0]) : "") };
};
