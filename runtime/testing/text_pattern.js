// SPDX-License-Identifier: Apache-2.0
// Whether a regular expression is found in a text: each time anew. One with the flag g or y begins where it ended the
// last time, so that the same claim would hold at every second question only.
"use strict";

const { RegExp, RegExpPrototypeExec } = primordials;

exports.isFound = (expression, text) => RegExpPrototypeExec(new RegExp(expression), text) !== null;
