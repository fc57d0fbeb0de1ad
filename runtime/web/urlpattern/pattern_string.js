// SPDX-License-Identifier: Apache-2.0
// Parts as the pattern string that getters show:
// https://urlpattern.spec.whatwg.org/#converting-part-lists-to-pattern-strings
"use strict";

const { types: { FIXED_TEXT, REGEXP, SEGMENT_WILDCARD } } = require("urlpattern/part");
const { FULL_WILDCARD_REGEXP, segmentWildcard } = require("urlpattern/regexp_source");
const { isNameCodePoint } = require("urlpattern/tokenizer");
const { replaceMatches } = require("file/replace_matches");
const { RegExpPrototypeExec, StringPrototypeCodePointAt } = primordials;

const syntax = /[+*?:{}()\\]/g;
const numericName = /^[0-9]/;

const escape = (text) => replaceMatches(syntax, text, (c) => `\\${c}`);

const startsLikeName = (text) => isNameCodePoint(StringPrototypeCodePointAt(text, 0), false);
const hasCustomName = (part) => RegExpPrototypeExec(numericName, part.name) === null;

// Whether the text would be read as another pattern without braces around the part.
function needsGrouping(part, previous, next, options) {
  if (part.suffix !== "" || (part.prefix !== "" && part.prefix !== options.prefix)) return true;
  if (hasCustomName(part) && part.type === SEGMENT_WILDCARD && part.modifier === "" && next !== null &&
      next.prefix === "" && next.suffix === "") {
    if (next.type === FIXED_TEXT ? startsLikeName(next.value) : !hasCustomName(next)) return true;
  }
  return part.prefix === "" && previous !== null && previous.type === FIXED_TEXT && options.prefix !== "" &&
    previous.value[previous.value.length - 1] === options.prefix;
}

function groupValue(part, previous, isGrouped, options) {
  if (part.type === REGEXP) return `(${part.value})`;
  if (part.type === SEGMENT_WILDCARD) return hasCustomName(part) ? "" : `(${segmentWildcard(options)})`;
  const isAsterisk = !hasCustomName(part) &&
    (previous === null || previous.type === FIXED_TEXT || previous.modifier !== "" || isGrouped ||
      part.prefix !== "");
  return isAsterisk ? "*" : `(${FULL_WILDCARD_REGEXP})`;
}

function groupString(part, previous, next, options) {
  const isGrouped = needsGrouping(part, previous, next, options);
  const name = hasCustomName(part) ? `:${part.name}` : "";
  const value = groupValue(part, previous, isGrouped, options);
  const endsName = part.type === SEGMENT_WILDCARD && name !== "" && startsLikeName(part.suffix);
  const text = `${escape(part.prefix)}${name}${value}${endsName ? "\\" : ""}${escape(part.suffix)}`;
  return `${isGrouped ? `{${text}}` : text}${part.modifier}`;
}

function patternString(parts, options) {
  let result = "";
  for (let i = 0; i < parts.length; ++i) {
    const part = parts[i];
    if (part.type === FIXED_TEXT) {
      const text = escape(part.value);
      result += part.modifier === "" ? text : `{${text}}${part.modifier}`;
    } else {
      result += groupString(part, i > 0 ? parts[i - 1] : null, i + 1 < parts.length ? parts[i + 1] : null, options);
    }
  }
  return result;
}

exports.escapePatternString = escape;
exports.patternString = patternString;
