// Seeded dice: the same seed makes the same history.
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'

export function openDice(seed) {
  const generator = xoroshiro128plus(seed)
  const fraction = () => (generator.next() >>> 0) / 0x1_0000_0000
  const whole = (low, high) => low + Math.floor(fraction() * (high - low + 1))
  const pick = (list) => list[whole(0, list.length - 1)]
  return {
    /** A whole number, both ends included. */
    whole,
    pick,
    /** True that often: 0 never, 1 always. */
    chance: (share) => fraction() < share,
    /** One of a list, more often one near its end. */
    recent: (list) => list[list.length - 1 - Math.floor(fraction() ** 2 * list.length)],
    /** One of `[weight, value]`, as often as its weight says. */
    weighted(pairs) {
      const all = pairs.reduce((sum, [weight]) => sum + weight, 0)
      let left = fraction() * all
      const found = pairs.find(([weight]) => {
        left -= weight
        return left < 0
      })
      return (found ?? pairs[pairs.length - 1])[1]
    },
    text: (length, alphabet) => Array.from({ length }, () => pick(alphabet)).join(''),
    /** The fields that chance keeps, each as likely as `share`. */
    some: (fields, share = 0.5) =>
      Object.fromEntries(Object.entries(fields).filter(() => fraction() < share)),
  }
}
