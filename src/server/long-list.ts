// Long lists in replies, made, checked and written piece by piece: others get their turn in between.
import { makingOf } from '../simulators/long-list.ts'
import { breathe, openTurns } from '../stores/turns.ts'

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

/** The list of a body that is too long to be seen to at once. */
export interface LongList {
  /** The field it stands in; absent where it is the body itself. */
  readonly field: string | undefined
  readonly list: readonly unknown[]
}

/** The long list of a body, if any: one that is still to be made. */
export function unmadeListIn(body: unknown): LongList | undefined {
  return listIn(body, (list) => makingOf(list) !== undefined)
}

/** The long list of a body, if any: one with many entries. */
export function manyIn(body: unknown): LongList | undefined {
  return listIn(body, (list) => list.length > PIECE)
}

function listIn(
  body: unknown,
  isLong: (list: readonly unknown[]) => boolean,
): LongList | undefined {
  if (typeof body !== 'object' || body === null) return undefined
  if (Array.isArray(body)) return isLong(body) ? { field: undefined, list: body } : undefined
  const fields = body as Readonly<Record<string, unknown>>
  for (const field in fields) {
    const list = fields[field]
    if (Array.isArray(list) && isLong(list)) return { field, list }
  }
  return undefined
}

/** A body with other entries in the place of its long list. */
export function withEntries(body: unknown, { field }: LongList, entries: readonly unknown[]) {
  return field === undefined ? entries : { ...(body as object), [field]: entries }
}

/** A long JSON text. */
export interface LongText {
  readonly chunks: readonly Buffer[]
  /** Bytes. */
  readonly size: number
  /** Its beginning, of some length, and how many characters it has in all. */
  readonly beginning: string
  readonly length: number
}

/** A long JSON text that grows. */
class GrowingText implements LongText {
  readonly chunks: Buffer[] = []
  size = 0
  beginning = ''
  length = 0

  add(text: string): void {
    const chunk = Buffer.from(text)
    this.chunks.push(chunk)
    this.size += chunk.length
    if (this.length < BEGINNING) this.beginning += text
    this.length += text.length
  }
}

/** More than anybody keeps of a text: characters. */
const BEGINNING = 65_536

/** Entries a list is seen to at once: one that is still to be made may be large. */
function pieceOf(list: readonly unknown[]): number {
  return makingOf(list) ? 1 : PIECE
}

/**
 * A body as JSON, the same text as if it had been written at once.
 * @param make what an entry is made into, where that is still to be done
 * @param check throws for a body with only some of the entries that breaks the spec
 */
export async function writtenInTurns(
  body: unknown,
  long: LongList,
  make: (entry: unknown) => unknown,
  check: (body: unknown) => void,
): Promise<LongText> {
  const entries = makingOf(long.list)?.entries ?? long.list
  const piece = pieceOf(long.list)
  const text = new GrowingText()
  const turns = openTurns()
  const { before, after } = around(body, long)
  text.add(before)
  for (let at = 0; at < entries.length; at += piece) {
    const made = entries.slice(at, at + piece).map(make)
    check(withEntries(body, long, made))
    text.add((at > 0 ? ',' : '') + JSON.stringify(made).slice(1, -1))
    await turns.over()
  }
  text.add(after)
  return text
}

/** The JSON of a body before and after the entries of its long list. */
function around(body: unknown, { field }: LongList): { before: string; after: string } {
  if (field === undefined) return { before: '[', after: ']' }
  const fields = Object.entries(body as object).filter(([, value]) => value !== undefined)
  const at = fields.findIndex(([name]) => name === field)
  const texts = (some: typeof fields) =>
    some.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`)
  const before = [...texts(fields.slice(0, at)), `${JSON.stringify(field)}:[`].join()
  return { before: `{${before}`, after: `${[']', ...texts(fields.slice(at + 1))].join()}}` }
}
