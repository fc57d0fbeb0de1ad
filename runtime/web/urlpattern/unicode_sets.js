// SPDX-License-Identifier: Apache-2.0
// Regular expressions with the flag v (https://tc39.es/ecma262/#prod-ClassSetExpression) for engines that have
// only u, as V8 10.2: each class becomes the set of its members. They match ASCII texts alone, which is all that
// components of URLs are: so a set is a BigInt with a bit for each ASCII character. What is left of v that is
// not in u are properties of strings, whose members are never ASCII.
"use strict";

const webidl = require("webidl/webidl");
const {
  ArrayPrototypePush, BigInt, NumberParseInt, NumberPrototypeToString, RegExp, RegExpPrototypeExec, SafeSet,
  StringFromCodePoint, StringPrototypeCharCodeAt, StringPrototypeIncludes, StringPrototypeIndexOf,
  StringPrototypeSlice, StringPrototypeStartsWith, StringPrototypeToLowerCase, SyntaxError,
} = primordials;

const ASCII = (1n << 128n) - 1n;
const UPPER_CASE = ((1n << 26n) - 1n) << 65n;
// Two characters beyond ASCII are the same as an ASCII one when case is ignored: U+017F is an s, U+212A a k.
const LONG_S = 0x17F;
const KELVIN = 0x212A;

const syntaxCharacters = "()[]{}/-\\|";
const doublePunctuators = "&!#$%*+,.:;<=>?@^`~";
const escapablePunctuators = "&-!#%,:;<=>@`~";
const identityEscapes = "^$\\.*+?()[]{}|/";
const stringProperty = /^\{(?:Basic_Emoji|Emoji_Keycap_Sequence|RGI_Emoji(?:_(?:Modifier|Flag|Tag|ZWJ)_Sequence)?)\}$/;
const codeUnitEscape = /^u([0-9A-Fa-f]{4})/;
const surrogatePairEscape = /^u([Dd][89ABab][0-9A-Fa-f]{2})\\u([Dd][C-Fc-f][0-9A-Fa-f]{2})/;
const codePointEscape = /^u\{([0-9A-Fa-f]+)\}/;
const byteEscape = /^x([0-9A-Fa-f]{2})/;
const controlLetter = /^c([A-Za-z])/;
const controlEscapes = { __proto__: null, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13 };

const bit = (code) => 1n << BigInt(code);
const isMember = (set, code) => ((set >> BigInt(code)) & 1n) === 1n;
// In a character class or outside.
const escaped = (code) => `\\x${code < 16 ? "0" : ""}${NumberPrototypeToString(code, 16)}`;

// What a class or an operand of one matches: single characters, and texts of none or several.
class ClassSet {
  constructor(characters, strings, mayContainStrings) {
    this.characters = characters;
    this.strings = strings;
    this.mayContainStrings = mayContainStrings;
  }
}
webidl.detachRecord(ClassSet);

const charactersOnly = (characters) => new ClassSet(characters, [], false);

function filterStrings(strings, isKept) {
  const result = [];
  for (let i = 0; i < strings.length; ++i) {
    if (isKept(strings[i])) ArrayPrototypePush(result, strings[i]);
  }
  return result;
}

function setOf(strings) {
  const set = new SafeSet();
  for (let i = 0; i < strings.length; ++i) set.add(strings[i]);
  return set;
}

function union(a, b) {
  const known = setOf(a.strings);
  const strings = filterStrings(a.strings, () => true);
  for (let i = 0; i < b.strings.length; ++i) {
    if (!known.has(b.strings[i])) ArrayPrototypePush(strings, b.strings[i]);
  }
  return new ClassSet(a.characters | b.characters, strings, a.mayContainStrings || b.mayContainStrings);
}

function intersection(a, b) {
  const others = setOf(b.strings);
  return new ClassSet(a.characters & b.characters, filterStrings(a.strings, (s) => others.has(s)),
    a.mayContainStrings && b.mayContainStrings);
}

function difference(a, b) {
  const others = setOf(b.strings);
  return new ClassSet(a.characters & ~b.characters, filterStrings(a.strings, (s) => !others.has(s)),
    a.mayContainStrings);
}

// As an atom for the flag u. Longer texts are tried first.
function atomOf({ characters, strings }) {
  let members = "";
  for (let code = 0; code < 128; ++code) {
    if (!isMember(characters, code)) continue;
    let last = code;
    while (last < 127 && isMember(characters, last + 1)) ++last;
    members += last === code ? escaped(code) : `${escaped(code)}-${escaped(last)}`;
    code = last;
  }
  if (strings.length === 0) return `[${members}]`;
  let longest = 1;
  for (let i = 0; i < strings.length; ++i) if (strings[i].length > longest) longest = strings[i].length;
  let alternatives = "";
  for (let length = longest; length >= 0; --length) {
    if (length === 1) alternatives += `|[${members}]`;
    for (let i = 0; i < strings.length; ++i) {
      if (strings[i].length === length) alternatives += `|${literal(strings[i])}`;
    }
  }
  return `(?:${StringPrototypeSlice(alternatives, 1)})`;
}

function literal(text) {
  let result = "";
  for (let i = 0; i < text.length; ++i) result += escaped(StringPrototypeCharCodeAt(text, i));
  return result;
}

class Translator {
  #source;
  #ignoreCase;
  #index = 0;

  constructor(source, ignoreCase) {
    this.#source = source;
    this.#ignoreCase = ignoreCase;
  }

  // The whole expression: everything outside classes stays, but properties mean what they mean in v.
  run() {
    const source = this.#source;
    let result = "";
    while (this.#index < source.length) {
      const c = source[this.#index];
      if (c === "[") {
        result += atomOf(this.#class());
      } else if (c === "\\" && (this.#looksAt("\\p{") || this.#looksAt("\\P{"))) {
        ++this.#index;
        result += atomOf(this.#characterClassEscape());
      } else {
        const size = c === "\\" ? 2 : 1;
        result += StringPrototypeSlice(source, this.#index, this.#index + size);
        this.#index += size;
      }
    }
    return result;
  }

  #looksAt(text) {
    return StringPrototypeStartsWith(this.#source, text, this.#index);
  }

  #consume(text) {
    if (!this.#looksAt(text)) return false;
    this.#index += text.length;
    return true;
  }

  #fail(problem) {
    throw new SyntaxError(`Invalid regular expression: /${this.#source}/v: ${problem} at ${this.#index}`);
  }

  // What the characters are when case is ignored: the lower-case ones. Everything is in these terms then.
  #folded(characters) {
    return this.#ignoreCase ? (characters & ~UPPER_CASE) | ((characters & UPPER_CASE) << 32n) : characters;
  }

  #complement(characters) {
    return (this.#ignoreCase ? ASCII & ~UPPER_CASE : ASCII) & ~characters;
  }

  // At "[".
  #class() {
    ++this.#index;
    const isNegated = this.#consume("^");
    const set = this.#contents();
    if (!this.#consume("]")) this.#fail("Unterminated character class");
    if (!isNegated) return set;
    if (set.mayContainStrings) this.#fail("Negated character class may contain strings");
    return charactersOnly(this.#complement(set.characters));
  }

  #contents() {
    if (this.#looksAt("]")) return charactersOnly(0n);
    const first = this.#operand();
    if (this.#looksAt("&&") || this.#looksAt("--")) return this.#operation(first.set);
    let set = this.#rangeFrom(first);
    while (this.#index < this.#source.length && !this.#looksAt("]")) {
      set = union(set, this.#rangeFrom(this.#operand()));
    }
    return set;
  }

  // Behind the first operand of an intersection or a difference; the same operator goes on to the end.
  #operation(first) {
    const operator = this.#looksAt("&&") ? "&&" : "--";
    let set = first;
    while (this.#consume(operator)) {
      if (operator === "&&" && this.#looksAt("&")) this.#fail("Invalid set operation in character class");
      const operand = this.#operand();
      set = operator === "&&" ? intersection(set, operand.set) : difference(set, operand.set);
    }
    if (!this.#looksAt("]")) this.#fail("Invalid set operation in character class");
    return set;
  }

  // The operand that was just read, or the range that it starts.
  #rangeFrom({ set, code }) {
    if (code === -1 || !this.#looksAt("-") || this.#looksAt("--")) return set;
    ++this.#index;
    const { code: last } = this.#operand();
    if (last === -1) this.#fail("Invalid character class");
    if (last < code) this.#fail("Range out of order in character class");
    return charactersOnly(this.#range(code, last));
  }

  // { set, code }: the code point when it is a single character, or -1.
  #operand() {
    if (this.#looksAt("[")) return { set: this.#class(), code: -1 };
    if (this.#consume("\\")) {
      if (this.#consume("q{")) return { set: this.#stringDisjunction(), code: -1 };
      const c = this.#source[this.#index] ?? "";
      if (c !== "" && StringPrototypeIncludes("dDsSwWpP", c)) {
        return { set: this.#characterClassEscape(), code: -1 };
      }
      return this.#single(this.#escape());
    }
    return this.#single(this.#plainCharacter());
  }

  #single(code) {
    return { set: charactersOnly(this.#range(code, code)), code };
  }

  #range(first, last) {
    let characters = 0n;
    for (let code = first; code <= last && code < 128; ++code) characters |= bit(code);
    characters = this.#folded(characters);
    if (this.#ignoreCase && first <= LONG_S && LONG_S <= last) characters |= bit(0x73);
    if (this.#ignoreCase && first <= KELVIN && KELVIN <= last) characters |= bit(0x6B);
    return characters;
  }

  #plainCharacter() {
    const c = this.#source[this.#index];
    if (c === undefined) this.#fail("Unterminated character class");
    if (StringPrototypeIncludes(syntaxCharacters, c) ||
        (c === this.#source[this.#index + 1] && StringPrototypeIncludes(doublePunctuators, c))) {
      this.#fail("Invalid character in character class");
    }
    ++this.#index;
    return StringPrototypeCharCodeAt(c, 0);
  }

  // Behind the backslash of one character.
  #escape() {
    const c = this.#source[this.#index];
    if (c === undefined) this.#fail("\\ at end of pattern");
    if (controlEscapes[c] !== undefined) {
      ++this.#index;
      return controlEscapes[c];
    }
    if (StringPrototypeIncludes(identityEscapes, c) || StringPrototypeIncludes(escapablePunctuators, c)) {
      ++this.#index;
      return StringPrototypeCharCodeAt(c, 0);
    }
    return this.#numericEscape();
  }

  #numericEscape() {
    const rest = StringPrototypeSlice(this.#source, this.#index);
    let match = RegExpPrototypeExec(surrogatePairEscape, rest);
    if (match !== null) {
      this.#index += match[0].length;
      return 0x10000 + ((NumberParseInt(match[1], 16) & 0x3FF) << 10) + (NumberParseInt(match[2], 16) & 0x3FF);
    }
    match = RegExpPrototypeExec(codeUnitEscape, rest) ?? RegExpPrototypeExec(codePointEscape, rest) ??
      RegExpPrototypeExec(byteEscape, rest);
    if (match !== null) {
      const code = NumberParseInt(match[1], 16);
      if (code > 0x10FFFF) this.#fail("Invalid Unicode escape");
      this.#index += match[0].length;
      return code;
    }
    match = RegExpPrototypeExec(controlLetter, rest);
    if (match !== null) {
      this.#index += 2;
      return StringPrototypeCharCodeAt(match[1], 0) % 32;
    }
    const isNull = rest[0] === "0" && (rest.length === 1 || rest[1] < "0" || rest[1] > "9");
    if (!isNull) this.#fail("Invalid escape");
    ++this.#index;
    return 0;
  }

  // Behind the backslash of \d, \P{...} and so on: the engine tells what is in it.
  #characterClassEscape() {
    const letter = this.#source[this.#index++];
    const isNegated = letter === "D" || letter === "S" || letter === "W" || letter === "P";
    let name = "";
    if (letter === "p" || letter === "P") {
      const end = StringPrototypeIndexOf(this.#source, "}", this.#index);
      if (!this.#looksAt("{") || end === -1) this.#fail("Invalid property name");
      name = StringPrototypeSlice(this.#source, this.#index, end + 1);
      this.#index = end + 1;
    }
    if (RegExpPrototypeExec(stringProperty, name) !== null) {
      if (isNegated) this.#fail("Invalid property name");
      return new ClassSet(0n, [], true);
    }
    const positive = isNegated ? StringPrototypeToLowerCase(letter) : letter;
    const characters = this.#membersOf(new RegExp(`^\\${positive}${name}$`, "u"));
    return charactersOnly(isNegated ? this.#complement(characters) : characters);
  }

  #membersOf(regexp) {
    let characters = 0n;
    for (let code = 0; code < 128; ++code) {
      if (RegExpPrototypeExec(regexp, StringFromCodePoint(code)) !== null) characters |= bit(code);
    }
    characters = this.#folded(characters);
    if (this.#ignoreCase && RegExpPrototypeExec(regexp, "\u017F") !== null) characters |= bit(0x73);
    if (this.#ignoreCase && RegExpPrototypeExec(regexp, "\u212A") !== null) characters |= bit(0x6B);
    return characters;
  }

  // Behind "\q{".
  #stringDisjunction() {
    let set = charactersOnly(0n);
    do {
      set = union(set, this.#classString());
    } while (this.#consume("|"));
    if (!this.#consume("}")) this.#fail("Invalid escape");
    return set;
  }

  #classString() {
    let text = "";
    let count = 0;
    let isAscii = true;
    let characters = 0n;
    while (this.#index < this.#source.length && !this.#looksAt("|") && !this.#looksAt("}")) {
      const code = this.#consume("\\") ? this.#escape() : this.#plainCharacter();
      characters = this.#range(code, code);
      isAscii &&= characters !== 0n;
      text += isAscii ? firstMember(characters) : "";
      ++count;
    }
    if (count === 1) return charactersOnly(characters);
    return new ClassSet(0n, isAscii ? [text] : [], true);
  }
}

// As a text.
function firstMember(characters) {
  let code = 0;
  while (!isMember(characters, code)) ++code;
  return StringFromCodePoint(code);
}

let hasUnicodeSets; // undefined: not known yet

// V8 11.3 has the flag, and folds the case of a class too late: after its operations.
function engineHasUnicodeSets() {
  try {
    return RegExpPrototypeExec(new RegExp("[[a-c]--B]", "vi"), "b") === null;
  } catch {
    return false;
  }
}

const needsTranslation = /\[|\\[pP]/;

// A RegExp with the flags v or vi, for ASCII texts; throws a SyntaxError.
exports.compileUnicodeSets = (source, ignoreCase) => {
  hasUnicodeSets ??= engineHasUnicodeSets();
  if (hasUnicodeSets) return new RegExp(source, ignoreCase ? "vi" : "v");
  const translated = RegExpPrototypeExec(needsTranslation, source) === null
    ? source : new Translator(source, ignoreCase).run();
  return new RegExp(translated, ignoreCase ? "ui" : "u");
};
