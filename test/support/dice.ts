// Chance in tests that is the same at every run: small draws from a seed.

export interface Dice {
  /** A whole number from `low` to `high`. */
  whole(low: number, high: number): number
  /** True so many times in a hundred. */
  percent(often: number): boolean
  /** One of them; there is at least one. */
  pick<T>(from: readonly T[]): T
}

/** A linear congruential generator modulo 2^31 - 1 (MINSTD). */
export function diceOf(seed: number): Dice {
  let state = seed
  const whole = (low: number, high: number) => {
    state = (state * 48_271) % 2_147_483_647
    return low + (state % (high - low + 1))
  }
  return {
    whole,
    percent: (often) => whole(1, 100) <= often,
    pick<T>(from: readonly T[]): T {
      const picked = from[whole(0, from.length - 1)]
      if (picked === undefined) throw new Error('there is nothing to pick from')
      return picked
    },
  }
}
