// SPDX-License-Identifier: Apache-2.0
// Parts of pattern strings and the options they are read with: https://urlpattern.spec.whatwg.org/#parts
"use strict";

const webidl = require("webidl/webidl");

// Part types. All but the first are groups.
const FIXED_TEXT = 0;
const REGEXP = 1;
const SEGMENT_WILDCARD = 2;
const FULL_WILDCARD = 3;

class Part {
  // `value` is a text or a regular expression; `modifier` is "", "?", "*" or "+".
  constructor(type, value, modifier, name, prefix, suffix) {
    this.type = type;
    this.value = value;
    this.modifier = modifier;
    this.name = name;
    this.prefix = prefix;
    this.suffix = suffix;
  }
}

class Options {
  // The delimiter ends what ":name" matches; the prefix belongs to the group that it stands before.
  constructor(delimiter, prefix, ignoreCase) {
    this.delimiter = delimiter;
    this.prefix = prefix;
    this.ignoreCase = ignoreCase;
  }
}

webidl.detachRecord(Part);
webidl.detachRecord(Options);

exports.types = { __proto__: null, FIXED_TEXT, REGEXP, SEGMENT_WILDCARD, FULL_WILDCARD };
exports.Part = Part;
exports.Options = Options;
