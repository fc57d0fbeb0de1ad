// SPDX-License-Identifier: Apache-2.0
// A small generator of numbers: the same at each run.
export function randomOf(seed) {
  let state = seed;
  return (below) => {
    state = Math.imul(state ^ (state >>> 15), 0x2C1B3C6D) + 0x9E3779B9 | 0;
    return ((state ^ (state >>> 13)) >>> 0) % below;
  };
}
