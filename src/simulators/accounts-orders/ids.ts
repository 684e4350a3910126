// Ids: a prefix and a ULID, so that ids minted later sort later.
import type { World } from '../../state/world.ts'

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** `value` in `length` digits of base 32. */
function base32(value: number, length: number): string {
  let text = ''
  let left = value
  for (let at = 0; at < length; at += 1) {
    text = CROCKFORD[left % 32] + text
    left = Math.floor(left / 32)
  }
  return text
}

/** An id such as `sub_01HTQ8ZW1JVSFRWJX51K4CTX7Y` of the instant `at` (ms). */
export function mintId({ random, now }: World, prefix: string, at = now): string {
  const chance = () => base32(random.integer(0, 0xf_ffff), 4)
  return `${prefix}_${base32(at, 10)}${chance()}${chance()}${chance()}${chance()}`
}
