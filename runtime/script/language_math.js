// SPDX-License-Identifier: Apache-2.0
// Math.sumPrecise: https://tc39.es/proposal-math-sum/. The sum is exact, in units of 2^-1074, and rounded
// once.
"use strict";

const {
  BigInt, BigIntPrototypeToString, BigUint64Array, Float64Array, Number, TypedArrayPrototypeGetBuffer,
  TypeError, globalThis: globalObject,
} = primordials;

const { defineMissing } = require("script/define_missing");
const { forEachOf } = require("script/language_support");

const kLowestExponent = -1074; // of the smallest double
const kMantissaBits = 52n;
const kKeptBits = 64; // more than the 53 of a double

let float; // a double, and
let bits;  // its bits

// A finite double as an integer number of smallest doubles.
function toUnits(value) {
  if (float === undefined) {
    float = new Float64Array(1);
    bits = new BigUint64Array(TypedArrayPrototypeGetBuffer(float));
  }
  float[0] = value;
  const mantissa = bits[0] & ((1n << kMantissaBits) - 1n);
  const exponent = (bits[0] >> kMantissaBits) & 0x7FFn;
  const units = exponent === 0n ? mantissa : (mantissa | (1n << kMantissaBits)) << (exponent - 1n);
  return value < 0 ? -units : units;
}

// Rounds to nearest, ties to even: Number() does so for integers.
function fromUnits(sum) {
  const isNegative = sum < 0n;
  const units = isNegative ? -sum : sum;
  const excess = BigIntPrototypeToString(units, 16).length * 4 - kKeptBits - 4;
  let result;
  if (excess <= 0) {
    // The scale is a subnormal number: what does not fit 53 bits is rounded first, by Number().
    result = Number(units) * 2 ** kLowestExponent;
  } else {
    const shift = BigInt(excess);
    const head = units >> shift;
    const isInexact = head << shift !== units;
    const rounded = Number(isInexact ? head | 1n : head);
    // In two steps, since 2 ** (excess - 1074) alone may be too large.
    result = rounded * 2 ** -64 * 2 ** (excess + 64 + kLowestExponent);
  }
  return isNegative ? -result : result;
}

defineMissing(globalObject.Math, {
  sumPrecise(items) {
    let sum = 0n;
    let special = 0; // NaN or an infinity, once there was one
    let isNegativeZero = true;
    forEachOf(items, (value) => {
      if (typeof value !== "number") throw new TypeError("Math.sumPrecise: a value is not a number");
      if (value - value !== 0) special += value;
      else if (value !== 0) sum += toUnits(value);
      if (value !== 0 || 1 / value > 0) isNegativeZero = false;
    });
    if (special !== 0) return special;
    if (isNegativeZero) return -0;
    return fromUnits(sum);
  },
});
