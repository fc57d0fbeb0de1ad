// SPDX-License-Identifier: Apache-2.0
// Random inputs for tests of parsers that are JavaScript, where a fuzzer that follows native branches sees
// nothing: a fixed number of rounds from a seed, which a failure names. To see one again, give that seed.

// xorshift32: the same numbers from the same seed.
export class Random {
  #state;

  constructor(seed) {
    this.#state = seed | 0 || 1;
  }

  next() {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x;
    return x >>> 0;
  }

  // 0 ... limit - 1
  below(limit) { return this.next() % limit; }
  of(list) { return list[this.below(list.length)]; }
}

// One or a few random changes of `bytes`; `tokens` are arrays of bytes that mean something to the parser.
export function mutate(random, bytes, tokens) {
  let result = [...bytes];
  for (let changes = 1 + random.below(4); changes > 0; --changes) {
    const at = random.below(result.length + 1);
    const count = random.below(8);
    switch (random.below(6)) {
      case 0: result[at] = random.below(256); break;
      case 1: result.splice(at, count); break;
      case 2: result.splice(at, 0, ...random.of(tokens)); break;
      case 3: result.splice(at, count, ...random.of(tokens)); break;
      case 4: result.splice(at, 0, ...result.slice(random.below(result.length + 1)).slice(0, 40)); break;
      default: result = result.slice(0, at);
    }
  }
  return new Uint8Array(result);
}

// Runs round(random) `count` times.
export async function rounds(count, round, seed = crypto.getRandomValues(new Uint32Array(1))[0]) {
  const random = new Random(seed);
  for (let i = 0; i < count; ++i) {
    try {
      await round(random);
    } catch (error) {
      throw new Error(`round ${i} from seed ${seed}: ${error.message}`, { cause: error });
    }
  }
}
