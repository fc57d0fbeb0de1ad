// SPDX-License-Identifier: Apache-2.0
// Replaces words in text that comes in pieces. A word may begin in one piece and end in another, so the letters at the
// end of a piece are held back until it is known where their word ends: as many as the longest word that is looked for
// has, and no more, however long a word without an end goes on.

const kLetter = "[\\p{L}\\p{M}\\p{N}_]";
const kWord = new RegExp(`${kLetter}+`, "gu");
const kWordAtEnd = new RegExp(`${kLetter}+$`, "u");
const kLettersAtStart = new RegExp(`^${kLetter}+`, "u");

export class WordRewriter {
  #replacements; // in lower case
  #longest = 0;
  #held = "";
  #isInLongWord = false; // of which the beginning has been given out already

  // { word: replacement }
  constructor(replacements) {
    this.#replacements = new Map(Object.entries(replacements).map(([word, text]) => [word.toLowerCase(), text]));
    for (const word of this.#replacements.keys()) this.#longest = Math.max(this.#longest, word.length);
  }

  // What can be said of the text so far. `piece` ends between two characters, as TextDecoderStream's do.
  push(piece) {
    let text = this.#held + piece;
    let done = "";
    this.#held = "";
    if (this.#isInLongWord) {
      const rest = kLettersAtStart.exec(text)?.[0] ?? "";
      if (rest.length === text.length) return text;
      this.#isInLongWord = false;
      done = rest;
      text = text.slice(rest.length);
    }
    const last = kWordAtEnd.exec(text)?.[0] ?? "";
    text = text.slice(0, text.length - last.length);
    // Lower case is never shorter than upper case: this one is none of the words, however it goes on.
    this.#isInLongWord = last.length > this.#longest;
    if (!this.#isInLongWord) this.#held = last;
    return done + this.#rewrite(text) + (this.#isInLongWord ? last : "");
  }

  // What is left at the end.
  finish() {
    const last = this.#rewrite(this.#held);
    this.#held = "";
    this.#isInLongWord = false;
    return last;
  }

  #rewrite(text) {
    return text.replace(kWord, (word) => {
      const replacement = this.#replacements.get(word.toLowerCase());
      return replacement === undefined ? word : inCaseOf(word, replacement);
    });
  }
}

// "Colour" becomes "Color", "COLOUR" "COLOR".
function inCaseOf(word, replacement) {
  const [first] = word;
  if (first === first.toLowerCase()) return replacement;
  if (word.length > first.length && word === word.toUpperCase()) return replacement.toUpperCase();
  const [head] = replacement;
  return head === undefined ? "" : head.toUpperCase() + replacement.slice(head.length);
}

// The same as a stream of texts.
export function rewriteWords(replacements) {
  const rewriter = new WordRewriter(replacements);
  return new TransformStream({
    transform(piece, controller) {
      const text = rewriter.push(piece);
      if (text !== "") controller.enqueue(text);
    },
    flush(controller) {
      const text = rewriter.finish();
      if (text !== "") controller.enqueue(text);
    },
  });
}
