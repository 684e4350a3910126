// What an import has read so far, beside the file that it makes: a line for each item, so that a second run goes on from there.
import { createReadStream } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import type { Outcome } from '../../simulators/import-plan.ts'
import { jsonOf } from '../../state/json-of.ts'

/** What an import is of: a part file of another is not gone on with. */
export interface ImportOf {
  readonly provider: string
  readonly target: string
  readonly names: 'kept' | 'stand-ins'
  readonly inputs: Readonly<Record<string, string>>
}

/** An item that was read, and what has become of it. */
export interface ItemLine {
  readonly read: string
  readonly key: string
  /** What is known besides: the names of reads, and keys. */
  readonly known: readonly (readonly [read: string, key: string])[]
  readonly outcomes: readonly Outcome[]
}

/** Where a read goes on. */
export interface Position {
  /** Which of its calls, from 0. */
  readonly call: number
  /** The query of the next page; absent for the first one of the call. */
  readonly query?: string
  readonly pages: number
  readonly items: number
}

/** Where a read stands; `end`: all of it is there. */
export interface PositionLine {
  readonly read: string
  readonly at: Position | 'end'
}

type Line = ItemLine | PositionLine

/** What a file has: for each read where it stands, and the keys of its items. */
export interface Kept {
  readonly positions: Map<string, Position | 'end'>
  readonly keys: Map<string, Set<string>>
}

/** The part file belongs to another import. */
export class OtherImport extends Error {}

export interface PartFile extends AsyncDisposable {
  readonly kept: Kept
  /** Adds lines; they are in the file when it resolves. */
  append(lines: readonly Line[]): Promise<void>
}

/** Keys of a read; none yet for one that was not begun. */
export function keysOf({ keys }: Kept, read: string): Set<string> {
  const found = keys.get(read) ?? new Set()
  keys.set(read, found)
  return found
}

/**
 * Opens the part file of an import, or begins it.
 * @throws OtherImport
 */
export async function openPartFile(path: string, of: ImportOf): Promise<PartFile> {
  const file = await open(path, 'a+')
  try {
    const kept: Kept = { positions: new Map(), keys: new Map() }
    const { head, end } = await readAgain(path, kept)
    // A kill may have left half a line.
    await file.truncate(end)
    if (head === undefined) await file.appendFile(`${JSON.stringify(of)}\n`)
    else if (JSON.stringify(head) !== JSON.stringify(of)) throw new OtherImport()
    return partFile(file, kept)
  } catch (error) {
    await file.close()
    throw error
  }
}

function partFile(file: FileHandle, kept: Kept): PartFile {
  return {
    kept,
    async append(lines) {
      await file.appendFile(lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
      for (const line of lines) note(kept, line)
    },
    [Symbol.asyncDispose]: () => file.close(),
  }
}

async function readAgain(path: string, kept: Kept): Promise<{ head: unknown; end: number }> {
  let head: unknown
  let end = 0
  for await (const { text, endsAt } of wholeLines(path)) {
    const line = jsonOf(text)
    if (line === undefined) break
    if (end === 0) head = line
    else note(kept, line as Line)
    end = endsAt
  }
  return { head, end }
}

function note(kept: Kept, line: Line): void {
  if ('at' in line) return void kept.positions.set(line.read, line.at)
  keysOf(kept, line.read).add(line.key)
  for (const [read, key] of line.known) keysOf(kept, read).add(key)
}

const NEWLINE = 10

/** The lines of a file that have an end, and where that is; never more of it at once than a piece. */
async function* wholeLines(path: string): AsyncGenerator<{ text: string; endsAt: number }> {
  let rest: Buffer = Buffer.alloc(0)
  let endsAt = 0
  for await (const piece of createReadStream(path) as AsyncIterable<Buffer>) {
    const bytes = Buffer.concat([rest, piece])
    let from = 0
    for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, from)) {
      endsAt += at + 1 - from
      yield { text: bytes.toString('utf8', from, at), endsAt }
      from = at + 1
    }
    rest = bytes.subarray(from)
  }
}

/** What has become of the items of a part file, in the order they were read; those `wanted` alone. */
export async function* outcomesIn(
  path: string,
  wanted: (line: string) => boolean,
): AsyncGenerator<Outcome> {
  for await (const { text } of wholeLines(path)) {
    if (!wanted(text)) continue
    const line = jsonOf(text) as Partial<ItemLine> | undefined
    yield* line?.outcomes ?? []
  }
}
