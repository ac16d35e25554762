// Reproducible chance: everything about a case follows from the run's seed and the case's number.

export class Dice {
  #state;

  constructor(seed, number) {
    this.#state = mix(mix(seed >>> 0) ^ Math.imul(number + 1, 0x9e3779b1)) >>> 0;
  }

  /** 0 <= x < 1; Mulberry32. */
  next() {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    return mix(this.#state) / 2 ** 32;
  }

  below(bound) {
    return Math.floor(this.next() * bound);
  }

  chance(probability) {
    return this.next() < probability;
  }

  pick(list) {
    return list[this.below(list.length)];
  }

  /** `least` to `most` picks, the same ones more than once perhaps. */
  some(list, least, most) {
    return Array.from({ length: least + this.below(most - least + 1) }, () => this.pick(list));
  }
}

function mix(state) {
  let t = Math.imul(state ^ (state >>> 15), state | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return (t ^ (t >>> 14)) >>> 0;
}
