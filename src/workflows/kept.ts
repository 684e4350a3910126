// How much of bodies and values is kept in results, so that large replies do not fill the memory of a run.
import { LEAST_KEPT, LONGEST_KEPT, MOST_KEPT } from './budget.ts'

/** The bodies of one case. */
export class KeptBodies {
  #spent = 0

  /** A body as it is kept: whole, or its beginning and how long it was. */
  text(body: string): string {
    const kept = cut(body, this.#spent < MOST_KEPT ? LONGEST_KEPT : LEAST_KEPT)
    this.#spent += kept.length
    return kept
  }
}

/** The beginning of a text, and how long it was; all of one that is not long. */
export const keptText = (text: string) => cut(text, LONGEST_KEPT)

/** A value as it is kept: itself, or the beginning of its JSON and how long that was. */
export function keptValue(value: unknown): unknown {
  if (typeof value !== 'string' && (typeof value !== 'object' || value === null)) return value
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > LONGEST_KEPT ? cut(text, LONGEST_KEPT) : value
}

function cut(text: string, longest: number): string {
  if (text.length <= longest) return text
  // A copy: a piece of a text would hold all of it in memory.
  const beginning = Buffer.from(text.slice(0, longest)).toString('utf8')
  return `${beginning}... [cut: ${text.length} characters in all]`
}
