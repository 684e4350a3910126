// Seeded randomness: the same seed and calls mint the same ids, ICCIDs and names.
import { xoroshiro128plus, xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus'

/** Draws that a world's handlers may use; every draw is part of the world's state. */
export interface Random {
  /** An integer from `low` to `high`, both included; the range below 2^32. */
  integer(low: number, high: number): number
  /** A fraction in [0, 1). */
  fraction(): number
  /** `length` characters of `alphabet`. */
  text(length: number, alphabet: string): string
  /** An RFC 9562 version 4 UUID. */
  uuid(): string
  /** The generator's state, to keep and to go back to. */
  state(): readonly number[]
}

export const DIGITS = '0123456789'
export const HEX = '0123456789abcdef'
export const CAPITALS_AND_DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'

/** A 32-bit number from any text (FNV-1a), so that seeds may be words. */
export function hash(text: string): number {
  let value = 0x811c9dc5
  for (let at = 0; at < text.length; at += 1)
    value = Math.imul(value ^ text.charCodeAt(at), 0x01000193)
  return value >>> 0
}

/** 16 hexadecimal digits from any text (FNV-1a of 64 bits): so many that no two texts meet. */
export function wideHash(text: string): string {
  let value = 0xcbf29ce484222325n
  for (let at = 0; at < text.length; at += 1)
    value = BigInt.asUintN(64, (value ^ BigInt(text.charCodeAt(at))) * 0x100000001b3n)
  return value.toString(16).padStart(16, '0')
}

/** Starts a generator from a seed word, or goes on from a kept state. */
export function openRandom(from: string | readonly number[]): Random {
  const generator =
    typeof from === 'string' ? xoroshiro128plus(hash(from)) : xoroshiro128plusFromState(from)
  const draw = () => generator.next() >>> 0

  const random: Random = {
    fraction: () => draw() / 0x1_0000_0000,
    integer: (low, high) => low + Math.floor(random.fraction() * (high - low + 1)),
    text(length, alphabet) {
      let drawn = ''
      for (let at = 0; at < length; at += 1)
        drawn += alphabet[random.integer(0, alphabet.length - 1)]
      return drawn
    },
    uuid() {
      const hex = random.text(30, HEX)
      const variant = '89ab'[random.integer(0, 3)]
      const head = `${hex.slice(0, 8)}-${hex.slice(8, 12)}`
      return `${head}-4${hex.slice(12, 15)}-${variant}${hex.slice(15, 18)}-${hex.slice(18)}`
    },
    state: () => generator.getState(),
  }
  return random
}
