// SPDX-License-Identifier: Apache-2.0
// Parts of pattern strings: https://urlpattern.spec.whatwg.org/#parsing
"use strict";

const { Part, types: partTypes } = require("urlpattern/part");
const { FULL_WILDCARD_REGEXP, segmentWildcard } = require("urlpattern/regexp_source");
const { tokenize, types: tokenTypes } = require("urlpattern/tokenizer");
const { ArrayPrototypePush, RegExpPrototypeExec, SafeSet, TypeError } = primordials;

const { OPEN, CLOSE, REGEXP, NAME, CHAR, ESCAPED_CHAR, OTHER_MODIFIER, ASTERISK, END } = tokenTypes;

const syntax = /[\\{}():*+?]/;

class PatternParser {
  #encode;
  #options;
  #tokens;
  #segmentWildcard;
  #parts = [];
  #pending = ""; // fixed text that is not a part yet
  #index = 0;
  #nextNumericName = 0;
  #names = new SafeSet();

  constructor(input, options, encode) {
    this.#encode = encode;
    this.#options = options;
    this.#tokens = tokenize(input, false);
    this.#segmentWildcard = segmentWildcard(options);
  }

  run() {
    while (this.#index < this.#tokens.length) this.#step();
    return this.#parts;
  }

  #step() {
    const char = this.#tryConsume(CHAR);
    const name = this.#tryConsume(NAME);
    const matching = this.#tryConsumeRegexpOrWildcard(name);
    if (name !== null || matching !== null) {
      let prefix = char === null ? "" : char.value;
      if (prefix !== "" && prefix !== this.#options.prefix) {
        this.#pending += prefix;
        prefix = "";
      }
      this.#addPending();
      this.#addPart(prefix, name, matching, "", this.#tryConsumeModifier());
      return;
    }
    const fixed = char ?? this.#tryConsume(ESCAPED_CHAR);
    if (fixed !== null) {
      this.#pending += fixed.value;
      return;
    }
    if (this.#tryConsume(OPEN) !== null) {
      this.#group();
      return;
    }
    this.#addPending();
    this.#consume(END);
  }

  // Behind "{".
  #group() {
    const prefix = this.#consumeText();
    const name = this.#tryConsume(NAME);
    const matching = this.#tryConsumeRegexpOrWildcard(name);
    const suffix = this.#consumeText();
    this.#consume(CLOSE);
    this.#addPart(prefix, name, matching, suffix, this.#tryConsumeModifier());
  }

  #tryConsume(type) {
    const token = this.#tokens[this.#index];
    if (token === undefined || token.type !== type) return null;
    ++this.#index;
    return token;
  }

  #tryConsumeRegexpOrWildcard(name) {
    const token = this.#tryConsume(REGEXP);
    return token === null && name === null ? this.#tryConsume(ASTERISK) : token;
  }

  #tryConsumeModifier() {
    const token = this.#tryConsume(OTHER_MODIFIER) ?? this.#tryConsume(ASTERISK);
    return token === null ? "" : token.value;
  }

  #consume(type) {
    if (this.#tryConsume(type) !== null) return;
    const { type: found, index, value } = this.#tokens[this.#index];
    if (found === END) throw new TypeError("a '{' is not closed");
    throw new TypeError(`'${value}' at ${index} is not expected ${type === CLOSE ? "inside of braces" : "there"}; ` +
      "a backslash before it makes it a character like others");
  }

  #consumeText() {
    for (let text = ""; ;) {
      const token = this.#tryConsume(CHAR) ?? this.#tryConsume(ESCAPED_CHAR);
      if (token === null) return text;
      text += token.value;
    }
  }

  #addPending() {
    if (this.#pending === "") return;
    const text = this.#encode(this.#pending);
    this.#pending = "";
    this.#push(partTypes.FIXED_TEXT, text, "", "", "", "");
  }

  #addPart(prefix, nameToken, matchingToken, suffix, modifier) {
    const isText = nameToken === null && matchingToken === null;
    if (isText && modifier === "") {
      this.#pending += prefix; // "{text}"
      return;
    }
    this.#addPending();
    if (isText) {
      if (prefix !== "") this.#push(partTypes.FIXED_TEXT, this.#encode(prefix), modifier, "", "", "");
      return;
    }
    const name = nameToken === null ? `${this.#nextNumericName++}` : nameToken.value;
    if (this.#names.has(name)) throw new TypeError(`there is more than one group '${name}'`);
    this.#names.add(name);
    const { type, value } = this.#typeAndValue(matchingToken);
    this.#push(type, value, modifier, name, this.#encode(prefix), this.#encode(suffix));
  }

  // By way of a regular expression, so that the same one gives the same type however it was written.
  #typeAndValue(token) {
    const value = token === null ? this.#segmentWildcard
      : token.type === ASTERISK ? FULL_WILDCARD_REGEXP : token.value;
    if (value === this.#segmentWildcard) return { type: partTypes.SEGMENT_WILDCARD, value: "" };
    if (value === FULL_WILDCARD_REGEXP) return { type: partTypes.FULL_WILDCARD, value: "" };
    return { type: partTypes.REGEXP, value };
  }

  #push(type, value, modifier, name, prefix, suffix) {
    ArrayPrototypePush(this.#parts, new Part(type, value, modifier, name, prefix, suffix));
  }
}

// `encode` canonicalizes a fixed text or throws.
exports.parsePattern = (input, options, encode) => {
  if (input === "") return [];
  if (RegExpPrototypeExec(syntax, input) === null) {
    return [new Part(partTypes.FIXED_TEXT, encode(input), "", "", "", "")];
  }
  return new PatternParser(input, options, encode).run();
};
