// SPDX-License-Identifier: Apache-2.0
// Which of the registered tests run: by the filter of the command, by `only`, `skip` and `todo`.
"use strict";

const {
  ArrayPrototypePush, ArrayPrototypeSlice, RegExp, RegExpPrototypeExec, StringPrototypeIncludes,
} = primordials;

const { Suite } = require("testing/suite");
const { nameOf } = require("testing/test_context");

// "/expression/flags" is a regular expression, everything else a part of the name: also "/api/users", a path. What
// CheckFilter() in native code takes for one is the same.
function makeFilter(filter) {
  if (filter === undefined || filter === "") return () => true;
  const match = RegExpPrototypeExec(/^\/(.*)\/(?!.*(.).*\2)([dgimsuy]*)$/s, filter);
  if (match === null) {
    return (name, shown) => StringPrototypeIncludes(name, filter) || StringPrototypeIncludes(shown, filter);
  }
  const expression = new RegExp(match[1], match[3]);
  return (name) => {
    expression.lastIndex = 0;
    return RegExpPrototypeExec(expression, name) !== null;
  };
}

function containsOnly(suite) {
  for (let i = 0; i < suite.children.length; ++i) {
    const child = suite.children[i];
    if (child.options.isOnly || (child instanceof Suite && containsOnly(child))) return true;
  }
  return false;
}

function append(path, name) {
  const copy = ArrayPrototypeSlice(path);
  ArrayPrototypePush(copy, name);
  return copy;
}

// Notes in each test whether it runs, and in each suite how many tests in it do.
function selectIn(suite, filter, isIncluded, mode, path) {
  const hasOnly = containsOnly(suite);
  suite.runs = 0;
  for (let i = 0; i < suite.children.length; ++i) {
    const child = suite.children[i];
    const included = child.options.isOnly || (isIncluded && !hasOnly);
    const own = mode === "run" ? child.options.mode : mode;
    const childPath = append(path, child.name);
    if (child instanceof Suite) {
      suite.runs += selectIn(child, filter, included, own, childPath);
      continue;
    }
    child.mode = own;
    child.isSelected = included && own === "run" && filter(nameOf(childPath, " "), nameOf(childPath, " > "));
    if (child.isSelected) ++suite.runs;
  }
  return suite.runs;
}

exports.append = append;
exports.select = (root, filter) => selectIn(root, makeFilter(filter), true, "run", []);
