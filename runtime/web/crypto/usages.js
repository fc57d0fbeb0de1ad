// SPDX-License-Identifier: Apache-2.0
// What keys may be used for, and the checks of it that all algorithms share.
"use strict";

const { usageNames } = require("crypto/crypto_key");
const { fail } = require("crypto/outcome");

// Bits of a sequence<KeyUsage>.
function usageBits(names) {
  let bits = 0;
  for (let i = 0; i < names.length; ++i) {
    for (let j = 0; j < usageNames.length; ++j) {
      if (usageNames[j] === names[i]) bits |= 1 << j;
    }
  }
  return bits;
}

function namesOf(bits) {
  let text = "";
  for (let i = 0; i < usageNames.length; ++i) {
    if ((bits & (1 << i)) !== 0) text += text === "" ? `"${usageNames[i]}"` : `, "${usageNames[i]}"`;
  }
  return text === "" ? "none" : text;
}

function checkUsages(usages, allowed, what) {
  const wrong = usages & ~allowed;
  if (wrong === 0) return;
  fail("SyntaxError", `${what} cannot be used for ${namesOf(wrong)}; its usages are ${namesOf(allowed)}.`);
}

// Secret and private keys without usages are of no use.
function checkNotEmpty(usages, what) {
  if (usages === 0) fail("SyntaxError", `${what} needs at least one usage.`);
}

exports.usageBits = usageBits;
exports.checkUsages = checkUsages;
exports.checkNotEmpty = checkNotEmpty;
