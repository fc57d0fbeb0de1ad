// SPDX-License-Identifier: Apache-2.0
// What expect(value) says of a word that is no matcher: which one is probably meant.
"use strict";

const {
  ArrayPrototypePush, MathMin, Proxy, ReflectGet, RegExpPrototypeExec, StringPrototypeToLowerCase, TypeError,
} = primordials;

const kMaxEdits = 4; // "toBeEqual" is "toEqual" with two
// Asked for by those who look whether there is one.
const silent = { __proto__: null, toJSON: true, toAsymmetricMatcher: true };

// How many letters have to be put in, taken out or changed.
function editDistance(a, b) {
  let last = [];
  for (let j = 0; j <= b.length; ++j) ArrayPrototypePush(last, j);
  for (let i = 1; i <= a.length; ++i) {
    const row = [i];
    for (let j = 1; j <= b.length; ++j) {
      const changed = last[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      ArrayPrototypePush(row, MathMin(last[j] + 1, row[j - 1] + 1, changed));
    }
    last = row;
  }
  return last[b.length];
}

function nearest(word, known) {
  let best;
  let least = kMaxEdits + 1;
  for (let i = 0; i < known.length; ++i) {
    const distance = editDistance(StringPrototypeToLowerCase(word), StringPrototypeToLowerCase(known[i]));
    if (distance >= least) continue;
    least = distance;
    best = known[i];
  }
  return best;
}

function explain(word, known) {
  if (word === "to") return "expect(value).to: chai's words are not here; write toBe(), toEqual() and the like";
  const near = nearest(word, known);
  return `expect(value).${word}() is no matcher${near === undefined ? "" : `; did you mean ${near}()?`}`;
}

// For the end of a chain of prototypes: as `target`, but what would be a matcher and is none throws.
exports.refusing = (target, known) => new Proxy(target, { __proto__: null, get(object, key, receiver) {
  if (typeof key === "string" && !(key in object) && silent[key] === undefined &&
      RegExpPrototypeExec(/^to(?:$|[A-Z])/, key) !== null) {
    throw new TypeError(explain(key, known));
  }
  return ReflectGet(object, key, receiver);
} });
