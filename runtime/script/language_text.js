// SPDX-License-Identifier: Apache-2.0
// String.prototype.isWellFormed and toWellFormed, RegExp.escape, Error.isError: https://tc39.es/ecma262/
"use strict";

const {
  ArrayPrototypePush, Error, NumberPrototypeToString, RegExp, RegExpPrototypeExec, String,
  StringPrototypeCharCodeAt, StringPrototypeIncludes, StringPrototypePadStart, StringPrototypeSlice,
  TypeError,
} = primordials;

const { defineMissing } = require("script/define_missing");
const kinds = require("script/value_kind");

function thisString(value, method) {
  if (value === undefined || value === null) {
    throw new TypeError(`String.prototype.${method} called on null or undefined`);
  }
  return `${value}`;
}

// The index of the next lone surrogate, or -1.
function findLone(text, from) {
  for (let i = from; i < text.length; ++i) {
    const unit = StringPrototypeCharCodeAt(text, i);
    if ((unit & 0xF800) !== 0xD800) continue;
    const isPair = unit < 0xDC00 && i + 1 < text.length &&
      (StringPrototypeCharCodeAt(text, i + 1) & 0xFC00) === 0xDC00;
    if (!isPair) return i;
    ++i;
  }
  return -1;
}

defineMissing(String.prototype, {
  isWellFormed() {
    return findLone(thisString(this, "isWellFormed"), 0) < 0;
  },

  toWellFormed() {
    const text = thisString(this, "toWellFormed");
    let result = "";
    let from = 0;
    for (let i = findLone(text, 0); i >= 0; i = findLone(text, from)) {
      result += `${StringPrototypeSlice(text, from, i)}\uFFFD`;
      from = i + 1;
    }
    return from === 0 ? text : result + StringPrototypeSlice(text, from);
  },
});

const letterOrDigit = /^[0-9A-Za-z]/;
const whiteSpace = /^\s$/;
const controlEscapes = { __proto__: null, "\t": "\\t", "\n": "\\n", "\v": "\\v", "\f": "\\f", "\r": "\\r" };

function hexEscape(unit) {
  const hex = NumberPrototypeToString(unit, 16);
  return unit <= 0xFF
    ? `\\x${StringPrototypePadStart(hex, 2, "0")}` : `\\u${StringPrototypePadStart(hex, 4, "0")}`;
}

// EncodeForRegExpEscape, for one code unit; a pair of surrogates stays as it is.
function escapeUnit(text, i) {
  const c = text[i];
  const unit = StringPrototypeCharCodeAt(text, i);
  if (StringPrototypeIncludes("^$\\.*+?()[]{}|/", c)) return `\\${c}`;
  if (controlEscapes[c] !== undefined) return controlEscapes[c];
  const isOther =
    StringPrototypeIncludes(",-=<>#&!%:;@~'`\"", c) || RegExpPrototypeExec(whiteSpace, c) !== null;
  return isOther ? hexEscape(unit) : c;
}

defineMissing(RegExp, {
  escape(S) {
    if (typeof S !== "string") throw new TypeError("RegExp.escape: the argument is not a string");
    let result = "";
    let lone = findLone(S, 0);
    for (let i = 0; i < S.length; ++i) {
      if (i === lone) {
        result += hexEscape(StringPrototypeCharCodeAt(S, i));
        lone = findLone(S, i + 1);
      } else if (i === 0 && RegExpPrototypeExec(letterOrDigit, S) !== null) {
        result += hexEscape(StringPrototypeCharCodeAt(S, i));
      } else {
        result += escapeUnit(S, i);
      }
    }
    return result;
  },
});

const errorClasses = []; // predicates for errors of the platform, such as DOMException

defineMissing(Error, {
  isError(value) {
    if (kinds.valueKind(value) === kinds.kError) return true;
    for (let i = 0; i < errorClasses.length; ++i) {
      if (errorClasses[i](value)) return true;
    }
    return false;
  },
});

exports.addErrorClass = (isInstance) => {
  ArrayPrototypePush(errorClasses, isInstance);
};
