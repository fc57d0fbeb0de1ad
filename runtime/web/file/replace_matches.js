// SPDX-License-Identifier: Apache-2.0
// replaceMatches(regexp, text, replacement): String.prototype.replace for a /g regexp, without looking up
// anything that a worker can change. `replacement` is a string or a function of the matched text.
"use strict";

const { RegExpPrototypeExec, StringPrototypeSlice } = primordials;

exports.replaceMatches = (regexp, text, replacement) => {
  regexp.lastIndex = 0;
  let result = "";
  let from = 0;
  for (;;) {
    const match = RegExpPrototypeExec(regexp, text);
    if (match === null) return from === 0 ? text : result + StringPrototypeSlice(text, from);
    result += StringPrototypeSlice(text, from, match.index);
    result += typeof replacement === "string" ? replacement : replacement(match[0]);
    from = regexp.lastIndex;
  }
};
