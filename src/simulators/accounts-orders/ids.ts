// Ids: a prefix and a ULID, so that ids minted later sort later, in the same millisecond too.
import type { World } from '../../state/world.ts'
import { SLUG } from './records.ts'

const DIGITS = [...'0123456789ABCDEFGHJKMNPQRSTVWXYZ']
/** Two digits of base 32 at a time: the seeds mint thousands of ids. */
const PAIRS = DIGITS.flatMap((high) => DIGITS.map((low) => high + low))

/** Twenty bits: four digits. */
const FOUR = 2 ** 20

/** The last four digits of a number. */
function four(value: number): string {
  const bits = value % FOUR
  return `${PAIRS[bits >> 10]}${PAIRS[bits & 1023]}`
}

/** Takes so many turns at once, and answers the first of them. */
export function turns(world: World, count: number): number {
  return world.next(`${SLUG}.id`, count)
}

/**
 * An id such as `sub_01HTQ8ZW1JVSFRWJX51K4CTX7Y`: after the prefix its time, then its turn; the
 * rest is chance.
 * @param at the instant in its time, in ms
 * @param turn one of those that `turns` took
 */
export function mintId(
  world: World,
  prefix: string,
  at = world.now,
  turn = turns(world, 1),
): string {
  const { random } = world
  // Its time is of 50 bits, its turn of 40, and chance of 40.
  const time = `${PAIRS[Math.floor(at / FOUR ** 2) % 1024]}${four(Math.floor(at / FOUR))}${four(at)}`
  const place = `${four(Math.floor(turn / FOUR))}${four(turn)}`
  return `${prefix}_${time}${place}${four(random.integer(0, FOUR - 1))}${four(random.integer(0, FOUR - 1))}`
}
