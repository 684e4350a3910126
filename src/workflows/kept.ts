// How much of bodies and values is kept in results, so that large replies do not fill the memory of a run.

/** Characters of one body or value that are kept. */
const LONGEST = 32 * 1024
/** Characters of all bodies of a case that are kept so; of what comes then, less. */
const WHOLE = 256 * 1024
const LEAST = 1000

/** The bodies of one case. */
export class KeptBodies {
  #spent = 0

  /** A body as it is kept: whole, or its beginning and how long it was. */
  text(body: string): string {
    const kept = cut(body, this.#spent < WHOLE ? LONGEST : LEAST)
    this.#spent += kept.length
    return kept
  }
}

/** The beginning of a text, and how long it was; all of one that is not long. */
export const keptText = (text: string) => cut(text, LONGEST)

/** A value as it is kept: itself, or the beginning of its JSON and how long that was. */
export function keptValue(value: unknown): unknown {
  if (typeof value !== 'string' && (typeof value !== 'object' || value === null)) return value
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > LONGEST ? cut(text, LONGEST) : value
}

function cut(text: string, longest: number): string {
  if (text.length <= longest) return text
  // A copy: a piece of a text would hold all of it in memory.
  const beginning = Buffer.from(text.slice(0, longest)).toString('utf8')
  return `${beginning}... [cut: ${text.length} characters in all]`
}
