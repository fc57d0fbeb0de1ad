// SPDX-License-Identifier: Apache-2.0
// Compiled components of URL patterns: https://urlpattern.spec.whatwg.org/#compile-a-component
"use strict";

const webidl = require("webidl/webidl");
const { makeMatcher } = require("urlpattern/matcher");
const { Options, types: { REGEXP } } = require("urlpattern/part");
const { parsePattern } = require("urlpattern/pattern_parser");
const { patternString } = require("urlpattern/pattern_string");
const { specialSchemes } = require("urlpattern/special_scheme");
const { StringPrototypeSlice, TypeError } = primordials;

const MAX_SHOWN = 200; // characters of a wrong pattern in an error

class Component {
  constructor(parts, options) {
    this.matcher = makeMatcher(parts, options);
    this.patternString = patternString(parts, options);
    this.hasRegExpGroups = false;
    for (let i = 0; i < parts.length; ++i) this.hasRegExpGroups ||= parts[i].type === REGEXP;
  }
}
webidl.detachRecord(Component);

const defaultOptions = new Options("", "", false);
// The same for all components and options, and what most are.
const wildcard = new Component(parsePattern("*", defaultOptions, (text) => text), defaultOptions);
const empty = new Component([], defaultOptions);

function shown(text) {
  return text.length > MAX_SHOWN ? `${StringPrototypeSlice(text, 0, MAX_SHOWN)}...` : text;
}

// `canonicalize` gives the canonical form of a fixed text, or null when it has none.
function compile(name, pattern, canonicalize, options) {
  if (pattern === "*") return wildcard;
  if (pattern === "") return empty;
  try {
    const parts = parsePattern(pattern, options, (text) => {
      const canonical = canonicalize(text);
      if (canonical === null) throw new TypeError(`'${shown(text)}' cannot be part of a ${name}`);
      return canonical;
    });
    return new Component(parts, options);
  } catch (error) {
    throw new TypeError(`Invalid ${name} pattern '${shown(pattern)}': ${error.message}`);
  }
}

exports.shown = shown;
// Of a component for protocols.
exports.matchesSpecialScheme = (component) => {
  for (let i = 0; i < specialSchemes.length; ++i) {
    if (component.matcher.test(specialSchemes[i])) return true;
  }
  return false;
};
exports.compileComponent = compile;
exports.defaultOptions = defaultOptions;
