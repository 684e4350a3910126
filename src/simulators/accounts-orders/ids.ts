// Ids: a prefix and a ULID, so that ids minted later sort later, in the same millisecond too.
import type { World } from '../../state/world.ts'
import { SLUG } from './records.ts'

const DIGITS = [...'0123456789ABCDEFGHJKMNPQRSTVWXYZ']
/** Two digits of base 32 at a time: the seeds mint thousands of ids. */
const PAIRS = DIGITS.flatMap((high) => DIGITS.map((low) => high + low))

/** The two digits of `value` that stand `place` pairs from its end. */
const pair = (value: number, place: number) => PAIRS[Math.floor(value / 1024 ** place) % 1024] ?? ''

/**
 * An id such as `sub_01HTQ8ZW1JVSFRWJX51K4CTX7Y`: after the prefix its time, then its turn; the
 * rest is chance.
 * @param at the instant in its time, in ms
 */
export function mintId(world: World, prefix: string, at = world.now): string {
  const turn = world.next(`${SLUG}.id`)
  const parts = [prefix, '_', pair(at, 4), pair(at, 3), pair(at, 2), pair(at, 1), pair(at, 0)]
  parts.push(pair(turn, 3), pair(turn, 2), pair(turn, 1), pair(turn, 0))
  for (let chance = 0; chance < 2; chance += 1) {
    const drawn = world.random.integer(0, 0xf_ffff)
    parts.push(pair(drawn, 1), pair(drawn, 0))
  }
  return parts.join('')
}
