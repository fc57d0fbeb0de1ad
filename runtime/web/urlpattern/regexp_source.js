// SPDX-License-Identifier: Apache-2.0
// Parts as a regular expression:
// https://urlpattern.spec.whatwg.org/#converting-part-lists-to-regular-expressions
"use strict";

const { types: { FIXED_TEXT, SEGMENT_WILDCARD, FULL_WILDCARD } } = require("urlpattern/part");
const { replaceMatches } = require("file/replace_matches");

const FULL_WILDCARD_REGEXP = ".*";
const special = /[.+*?^${}()[\]|/\\]/g;

const escape = (text) => replaceMatches(special, text, (c) => `\\${c}`);

function segmentWildcard(options) {
  return `[^${escape(options.delimiter)}]+?`;
}

function groupSource(part, options) {
  const { modifier } = part;
  const value = part.type === SEGMENT_WILDCARD ? segmentWildcard(options)
    : part.type === FULL_WILDCARD ? FULL_WILDCARD_REGEXP : part.value;
  const repeats = modifier === "*" || modifier === "+";
  if (part.prefix === "" && part.suffix === "") {
    return repeats ? `((?:${value})${modifier})` : `(${value})${modifier}`;
  }
  const prefix = escape(part.prefix);
  const suffix = escape(part.suffix);
  if (!repeats) return `(?:${prefix}(${value})${suffix})${modifier}`;
  // What is captured has neither the first prefix nor the last suffix, but those between.
  const all = `(?:${prefix}((?:${value})(?:${suffix}${prefix}(?:${value}))*)${suffix})`;
  return modifier === "*" ? `${all}?` : all;
}

// Group i + 1 is that of the i-th part that is a group.
function regexpSource(parts, options) {
  let source = "^";
  for (let i = 0; i < parts.length; ++i) {
    const part = parts[i];
    if (part.type !== FIXED_TEXT) {
      source += groupSource(part, options);
    } else {
      const text = escape(part.value);
      source += part.modifier === "" ? text : `(?:${text})${part.modifier}`;
    }
  }
  return `${source}$`;
}

exports.FULL_WILDCARD_REGEXP = FULL_WILDCARD_REGEXP;
exports.regexpSource = regexpSource;
exports.segmentWildcard = segmentWildcard;
