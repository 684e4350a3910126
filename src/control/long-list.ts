// Long lists in replies, checked and written piece by piece: others get their turn in between.
import { Refusal } from '../state/refusal.ts'
import { breathe } from '../stores/turns.ts'

/** Entries that are seen to at once: some milliseconds of work. */
const PIECE = 500

/** What `make` makes of each entry, in turns of `piece` entries. */
export async function mapInTurns<From, To>(
  entries: readonly From[],
  make: (entry: From) => To,
  piece = PIECE,
): Promise<To[]> {
  const results: To[] = []
  for (let at = 0; at < entries.length; at += piece) {
    if (at > 0) await breathe()
    for (const entry of entries.slice(at, at + piece)) results.push(make(entry))
  }
  return results
}

/** The field of a body that is a list too long to be seen to at once, if any. */
function longList(body: unknown): [name: string, entries: readonly unknown[]] | undefined {
  if (typeof body !== 'object' || body === null) return undefined
  return Object.entries(body).find(
    (field): field is [string, unknown[]] => Array.isArray(field[1]) && field[1].length > PIECE,
  )
}

/**
 * A body as JSON, checked on the way.
 * @param violations how a body breaks its spec
 * @throws Refusal `reply-violates-spec`
 */
export async function writtenInTurns(
  operation: string,
  body: unknown,
  violations: (body: unknown) => readonly string[],
): Promise<string | undefined> {
  const check = (part: unknown) => {
    const broken = violations(part)
    if (broken.length > 0)
      throw new Refusal(
        'reply-violates-spec',
        `the reply of ${operation} would break the spec: ${broken.join('; ')}`,
      )
  }
  const long = longList(body)
  if (!long) {
    check(body)
    return JSON.stringify(body)
  }
  const [name, entries] = long
  const rest = Object.entries(body as object).filter(
    ([field, value]) => field !== name && value !== undefined,
  )
  const pieces: string[] = []
  for (let at = 0; at < entries.length; at += PIECE) {
    if (at > 0) await breathe()
    const piece = entries.slice(at, at + PIECE)
    check({ ...Object.fromEntries(rest), [name]: piece })
    pieces.push(JSON.stringify(piece).slice(1, -1))
  }
  const fields = rest.map(([field, value]) => `${JSON.stringify(field)}:${JSON.stringify(value)}`)
  return `{${[...fields, `${JSON.stringify(name)}:[${pieces.join()}]`].join()}}`
}
