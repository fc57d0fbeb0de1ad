// SPDX-License-Identifier: Apache-2.0
// Which theme a new visitor gets: each as often as its weight says.

// vars.WEIGHTS, such as { "light": 1, "dark": 3 }, as a Map; a variable of the command line is a text of JSON.
// `themes` are those that the page has.
export function readWeights(value, themes) {
  const object = typeof value === "string" ? JSON.parse(value) : value;
  const weights = new Map(Object.entries(object ?? {}));
  let sum = 0;
  for (const [theme, weight] of weights) {
    if (!themes.includes(theme)) {
      throw new Error(`WEIGHTS in vars names the theme "${theme}"; the page has ${themes.join(" and ")}`);
    }
    if (typeof weight !== "number" || !(weight >= 0 && weight < Infinity)) {
      throw new Error(`WEIGHTS in vars gives "${theme}" the weight ${JSON.stringify(weight)}; allowed is 0 or more`);
    }
    sum += weight;
  }
  if (!(sum > 0)) throw new Error('WEIGHTS in vars needs a weight above 0, such as { "light": 1, "dark": 1 }');
  return weights;
}

// `point` from 0 up to, and without, 1.
export function choose(weights, point) {
  let sum = 0;
  for (const weight of weights.values()) sum += weight;
  let left = point * sum;
  let last;
  for (const [theme, weight] of weights) {
    if (weight === 0) continue;
    if (left < weight) return theme;
    left -= weight;
    last = theme;
  }
  return last; // sums of fractions round
}
