// SPDX-License-Identifier: Apache-2.0
// What a component matches, without a regular expression where the parts allow it. All matchers have
// test(text) and exec(text): the groups as a plain object, or null. Texts are ASCII, as components of URLs are.
"use strict";

const { types: { FIXED_TEXT, REGEXP, SEGMENT_WILDCARD, FULL_WILDCARD } } = require("urlpattern/part");
const { regexpSource } = require("urlpattern/regexp_source");
const { compileUnicodeSets } = require("urlpattern/unicode_sets");
const {
  ArrayPrototypePush, ObjectDefineProperty, RegExp, RegExpPrototypeExec, StringPrototypeIndexOf,
  StringPrototypeSlice, StringPrototypeStartsWith, StringPrototypeToLowerCase,
} = primordials;

const MATCHES_NOTHING = -1;

// An object with all names as properties of its own. Copies of it are filled by assignment, which finds these
// and neither what a worker put on Object.prototype nor, for a group of that name, __proto__.
function groupTemplate(names) {
  const template = {};
  for (let i = 0; i < names.length; ++i) {
    ObjectDefineProperty(template, names[i],
      { __proto__: null, value: undefined, writable: true, enumerable: true, configurable: true });
  }
  return template;
}

// The value of name i is values[first + i].
function groupsOf(template, names, values, first) {
  const groups = { ...template };
  for (let i = 0; i < names.length; ++i) groups[names[i]] = values[first + i];
  return groups;
}

class WildcardMatcher {
  #name;
  constructor(name) {
    this.#name = name;
  }
  test() {
    return true;
  }
  exec(text) {
    return this.#name === "0" ? { 0: text } : { [this.#name]: text };
  }
}

class FixedMatcher {
  #text;
  #ignoreCase;
  constructor(text, ignoreCase) {
    this.#text = ignoreCase ? StringPrototypeToLowerCase(text) : text;
    this.#ignoreCase = ignoreCase;
  }
  test(text) {
    return (this.#ignoreCase ? StringPrototypeToLowerCase(text) : text) === this.#text;
  }
  exec(text) {
    return this.test(text) ? {} : null;
  }
}

// A group of a shape.
const TO_DELIMITER = 0; // one character or more that are no delimiters
const REST = 1;
const NON_EMPTY_REST = 2;

// Literals and groups in turn, where each group has one place to end: before a delimiter, or so that the last
// literal is at the end. "/users/:id/posts/*" is one, ":name.html" is not.
class ShapeMatcher {
  #literals; // one more than groups
  #kinds;
  #names;
  #template;
  #delimiter;
  #ignoreCase;

  constructor(literals, kinds, names, { delimiter, ignoreCase }) {
    this.#literals = literals;
    this.#kinds = kinds;
    this.#names = names;
    this.#template = groupTemplate(names);
    this.#delimiter = delimiter;
    this.#ignoreCase = ignoreCase;
  }

  test(text) {
    return this.#run(text, null);
  }

  exec(text) {
    const values = [];
    return this.#run(text, values) ? groupsOf(this.#template, this.#names, values, 0) : null;
  }

  #run(text, values) {
    const subject = this.#ignoreCase ? StringPrototypeToLowerCase(text) : text;
    const literals = this.#literals;
    const kinds = this.#kinds;
    if (!StringPrototypeStartsWith(subject, literals[0])) return false;
    let position = literals[0].length;
    for (let i = 0; i < kinds.length; ++i) {
      const literal = literals[i + 1];
      const end = this.#endOfGroup(kinds[i], subject, position, literal);
      if (end === MATCHES_NOTHING || !StringPrototypeStartsWith(subject, literal, end)) return false;
      if (values !== null) ArrayPrototypePush(values, StringPrototypeSlice(text, position, end));
      position = end + literal.length;
    }
    return position === subject.length;
  }

  #endOfGroup(kind, subject, start, literal) {
    if (kind === TO_DELIMITER) {
      let end = StringPrototypeIndexOf(subject, this.#delimiter, start);
      if (end === -1) end = subject.length;
      return end > start ? end : MATCHES_NOTHING;
    }
    const end = subject.length - literal.length;
    return end >= start + (kind === NON_EMPTY_REST ? 1 : 0) ? end : MATCHES_NOTHING;
  }

  // null when the parts are not of this kind.
  static fromParts(parts, options) {
    const literals = [""];
    const kinds = [];
    const names = [];
    for (let i = 0; i < parts.length; ++i) {
      const part = parts[i];
      if (part.modifier !== "" || part.type === REGEXP) return null;
      literals[kinds.length] += part.type === FIXED_TEXT ? part.value : part.prefix;
      if (part.type === FIXED_TEXT) continue;
      kinds[kinds.length] = part.type !== SEGMENT_WILDCARD ? REST
        : options.delimiter === "" ? NON_EMPTY_REST : TO_DELIMITER;
      literals[kinds.length] = part.suffix;
      ArrayPrototypePush(names, part.name);
    }
    for (let i = 0; i < kinds.length; ++i) {
      const isLast = i === kinds.length - 1;
      if (kinds[i] !== TO_DELIMITER ? !isLast
        : literals[i + 1] === "" ? !isLast : literals[i + 1][0] !== options.delimiter) return null;
    }
    if (options.ignoreCase) {
      for (let i = 0; i < literals.length; ++i) literals[i] = StringPrototypeToLowerCase(literals[i]);
    }
    return new ShapeMatcher(literals, kinds, names, options);
  }
}

// Everything else, by the standard's regular expression.
class RegExpMatcher {
  #prefix; // what all that matches starts with
  #names;
  #template;
  #regexp;

  constructor(parts, options) {
    const source = regexpSource(parts, options);
    const first = parts[0];
    this.#prefix = !options.ignoreCase && first.type === FIXED_TEXT && first.modifier === "" ? first.value : "";
    this.#names = [];
    let hasOwnRegExps = false;
    for (let i = 0; i < parts.length; ++i) {
      if (parts[i].type !== FIXED_TEXT) ArrayPrototypePush(this.#names, parts[i].name);
      hasOwnRegExps ||= parts[i].type === REGEXP;
    }
    this.#template = groupTemplate(this.#names);
    // What the standard itself writes means the same without flags, for ASCII texts.
    this.#regexp = hasOwnRegExps ? compileUnicodeSets(source, options.ignoreCase)
      : new RegExp(source, options.ignoreCase ? "i" : "");
  }

  test(text) {
    return this.#match(text) !== null;
  }

  exec(text) {
    const match = this.#match(text);
    return match === null ? null : groupsOf(this.#template, this.#names, match, 1);
  }

  #match(text) {
    if (this.#prefix !== "" && !StringPrototypeStartsWith(text, this.#prefix)) return null;
    return RegExpPrototypeExec(this.#regexp, text);
  }
}

// Throws a SyntaxError when a part's own regular expression is none.
exports.makeMatcher = (parts, options) => {
  if (parts.length === 0) return new FixedMatcher("", options.ignoreCase);
  if (parts.length === 1 && parts[0].modifier === "") {
    const part = parts[0];
    if (part.type === FIXED_TEXT) return new FixedMatcher(part.value, options.ignoreCase);
    if (part.type === FULL_WILDCARD && part.prefix === "" && part.suffix === "") {
      return new WildcardMatcher(part.name);
    }
  }
  return ShapeMatcher.fromParts(parts, options) ?? new RegExpMatcher(parts, options);
};
