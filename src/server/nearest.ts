// Names that were mistyped: the nearest known one, and the sentence that offers it.
import { shortName } from './bounded.ts'

/** Longer ones are not compared: what is that long is no slip of a finger. */
const LONGEST = 64

/**
 * How many letters have to be put in, left out, replaced or swapped with their neighbour to make
 * one word of the other.
 */
export function distance(from: string, to: string): number {
  let before: number[] = []
  let last = Array.from({ length: to.length + 1 }, (_, at) => at)
  for (let row = 1; row <= from.length; row += 1) {
    const next = [row]
    for (let at = 1; at <= to.length; at += 1) {
      const isSame = from[row - 1] === to[at - 1]
      let least = Math.min(
        (last[at] ?? 0) + 1,
        (next[at - 1] ?? 0) + 1,
        (last[at - 1] ?? 0) + (isSame ? 0 : 1),
      )
      if (row > 1 && at > 1 && from[row - 1] === to[at - 2] && from[row - 2] === to[at - 1])
        least = Math.min(least, (before[at - 2] ?? 0) + 1)
      next.push(least)
    }
    before = last
    last = next
  }
  return last[to.length] ?? 0
}

/** The known name that a word is most likely to stand for; `undefined` where none is near. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  if (word.length > LONGEST) return undefined
  const asked = word.toLowerCase()
  let found: string | undefined
  // A word of which no letter is left is another word.
  let least = Math.min(Math.max(2, Math.floor(asked.length / 3)) + 1, asked.length)
  for (const name of known) {
    const off = distance(asked, name.toLowerCase())
    if (off >= least) continue
    least = off
    found = name
  }
  return found
}

/**
 * Says that there is no such name, which was perhaps meant, and which there are.
 * @param what as in `no operation` or `no field`
 */
export function unknownName(what: string, word: string, known: Iterable<string>): string {
  const names = [...known]
  const near = nearest(word, names)
  const meant = near === undefined ? '' : `: did you mean ${near}?`
  const others = names.length > 0 ? names.join(', ') : 'none'
  return `there is ${what} "${shortName(word)}"${meant}${meant ? ' There' : '; there'} are: ${others}`
}
