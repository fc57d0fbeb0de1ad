// SPDX-License-Identifier: Apache-2.0
// Tokens of pattern strings: https://urlpattern.spec.whatwg.org/#tokenizing
// Positions are code units, not code points as in the standard: they are only compared and used to cut the same
// string.
"use strict";

const webidl = require("webidl/webidl");
const {
  ArrayPrototypePush, RegExpPrototypeExec, StringFromCodePoint, StringPrototypeCharCodeAt,
  StringPrototypeCodePointAt, StringPrototypeSlice, TypeError,
} = primordials;

// Token types.
const OPEN = 0; // {
const CLOSE = 1; // }
const REGEXP = 2; // (value)
const NAME = 3; // :value
const CHAR = 4;
const ESCAPED_CHAR = 5; // \value
const OTHER_MODIFIER = 6; // ? or +
const ASTERISK = 7;
const END = 8;
const INVALID_CHAR = 9; // only of a lenient tokenizer

const identifierStart = /[$_\p{ID_Start}]/u;
const identifierPart = /[$_\u200C\u200D\p{ID_Continue}]/u;

class Token {
  constructor(type, index, value) {
    this.type = type;
    this.index = index;
    this.value = value;
  }
}
webidl.detachRecord(Token);

// Of a code point; undefined, which is behind the end of a string, is none.
function isNameCodePoint(codePoint, isFirst) {
  if (codePoint === undefined) return false;
  return RegExpPrototypeExec(isFirst ? identifierStart : identifierPart, StringFromCodePoint(codePoint)) !== null;
}

class Tokenizer {
  #input;
  #isLenient;
  #index = 0;
  #tokens = [];

  constructor(input, isLenient) {
    this.#input = input;
    this.#isLenient = isLenient;
  }

  run() {
    const { length } = this.#input;
    while (this.#index < length) this.#step();
    this.#add(END, length, length);
    return this.#tokens;
  }

  #step() {
    const index = this.#index;
    const codePoint = StringPrototypeCodePointAt(this.#input, index);
    switch (codePoint) {
      case 0x2A: // *
        return this.#add(ASTERISK, index + 1, index);
      case 0x2B: // +
      case 0x3F: // ?
        return this.#add(OTHER_MODIFIER, index + 1, index);
      case 0x5C: // backslash
        return this.#escape();
      case 0x7B: // {
        return this.#add(OPEN, index + 1, index);
      case 0x7D: // }
        return this.#add(CLOSE, index + 1, index);
      case 0x3A: // :
        return this.#name();
      case 0x28: // (
        return this.#regexp();
      default:
        return this.#add(CHAR, index + (codePoint > 0xFFFF ? 2 : 1), index);
    }
  }

  #escape() {
    const start = this.#index + 1;
    if (start === this.#input.length) return this.#error(start, "escapes nothing");
    const codePoint = StringPrototypeCodePointAt(this.#input, start);
    return this.#add(ESCAPED_CHAR, start + (codePoint > 0xFFFF ? 2 : 1), start);
  }

  #name() {
    const start = this.#index + 1;
    let position = start;
    while (position < this.#input.length) {
      const codePoint = StringPrototypeCodePointAt(this.#input, position);
      if (!isNameCodePoint(codePoint, position === start)) break;
      position += codePoint > 0xFFFF ? 2 : 1;
    }
    if (position === start) return this.#error(start, "has no name behind it; write '\\:' for a colon");
    return this.#add(NAME, position, start);
  }

  #regexp() {
    const input = this.#input;
    const start = this.#index + 1;
    let position = start;
    for (let depth = 1; depth > 0; ++position) {
      if (position >= input.length) return this.#error(start, "is not closed");
      let unit = StringPrototypeCharCodeAt(input, position);
      if (unit === 0x5C && position + 1 < input.length) {
        unit = StringPrototypeCharCodeAt(input, ++position);
      } else if (unit === 0x29) { // )
        --depth;
      } else if (unit === 0x28) { // (
        ++depth;
        if (input[position + 1] !== "?") {
          return this.#error(start, "has a capturing group inside; write '(?:' for a group");
        }
      } else if (unit === 0x3F && position === start) { // ?
        return this.#error(start, "starts with '?'");
      }
      if (unit > 0x7F) return this.#error(start, "has a character beyond ASCII");
    }
    if (position - 1 === start) return this.#error(start, "is empty");
    return this.#add(REGEXP, position, start, position - 1);
  }

  #add(type, next, start, end = next) {
    ArrayPrototypePush(this.#tokens, new Token(type, this.#index, StringPrototypeSlice(this.#input, start, end)));
    this.#index = next;
  }

  // The one character at the index, which is what all errors are about, up to `next`.
  #error(next, problem) {
    const index = this.#index;
    if (!this.#isLenient) throw new TypeError(`the '${this.#input[index]}' at ${index} ${problem}`);
    this.#add(INVALID_CHAR, next, index);
  }
}

exports.tokenize = (input, isLenient) => new Tokenizer(input, isLenient).run();
exports.isNameCodePoint = isNameCodePoint;
exports.types = {
  __proto__: null, OPEN, CLOSE, REGEXP, NAME, CHAR, ESCAPED_CHAR, OTHER_MODIFIER, ASTERISK, END, INVALID_CHAR,
};
