// A world's log: the changes since its base, one line a commit, each line all or nothing.
import type { Change, Records } from '../state/collection.ts'
import { defined } from '../state/defined.ts'
import { openSealed, sealedLines } from './checksum.ts'
import type { Disk } from './disk.ts'
import { linesIn, readInChunks } from './file-chunks.ts'
import { isCount, isObject } from './json-shape.ts'
import { BrokenWorld, StoreError } from './store.ts'
import { openTurns } from './turns.ts'

/** The layout of a log: version 0.1.0 wrote the first, lines without header and checksums. */
const LOG_FORMAT = 2

/** What a log says of itself before its first line: which world's it is, and of which life. */
export interface LogHeader {
  readonly world: string
  /** That of the base beside it. */
  readonly generation: string
}

/** `[collection, key, record]`, the record `null` where it was deleted. */
type LoggedChange = readonly [collection: string, key: string, record: object | null]

/** A line of changes. */
export interface Line {
  /**
   * Counts commits, without a gap: a line up to the base's `logged` is in the
   * base already.
   */
  readonly n: number
  /** The world starts anew with this line: what was kept before it no longer counts. */
  readonly replaces?: true
  readonly changes: readonly LoggedChange[]
}

/** The line of one commit, before it is sealed. */
export function changeLine(n: number, changes: readonly Change[]): string {
  return render({
    n,
    changes: changes.map(({ collection, key, after }) => [collection, key, after ?? null]),
  })
}

/**
 * The line that makes these records the whole world: so a reset is kept all or not at all, in its
 * order among the commits.
 */
export function replacingLine(n: number, records: Records): string {
  const changes: LoggedChange[] = []
  for (const [collection, byKey] of records)
    for (const [key, record] of byKey) changes.push([collection, key, record])
  return render({ n, replaces: true, changes })
}

const render = (line: Line) => JSON.stringify(line)

/** The line a log begins with. */
export function headerLine({ world, generation }: LogHeader): Buffer {
  return sealedLines([JSON.stringify({ format: LOG_FORMAT, world, generation })])
}

/**
 * How far a world has been read: its records, and the number of the last change
 * in them.
 */
export interface Progress {
  n: number
  records: Records
}

/** How far a log was read. */
export interface ReplayedLog {
  /** Where the last whole line ends, in bytes. */
  readonly end: number
  /** What follows it and is no whole line: one cut short, or one that was changed. */
  readonly torn?: 'unfinished' | 'damaged'
  readonly header?: LogHeader
}

/**
 * Applies the lines of a log that a world does not hold yet, in turns.
 * @returns how far it was read; `undefined` where there is no such file
 * @throws StoreError when it cannot be read, or is newer than this program
 * @throws BrokenWorld naming the file and line when anything but the end of it is not ours; the
 *   lines before it have been applied
 */
export async function replayLog(
  disk: Disk,
  file: string,
  world: Progress,
): Promise<ReplayedLog | undefined> {
  const chunks = await readInChunks(disk, file)
  if (!chunks) return undefined
  let header: LogHeader | undefined
  let end = 0
  const upTo = (torn?: ReplayedLog['torn']): ReplayedLog => defined({ end, torn, header })
  const turns = openTurns()
  let number = 0
  for await (const read of linesIn(chunks)) {
    number += 1
    // Only whole lines were acknowledged. A power cut can also leave a last line of anything.
    if (!read.isWhole) return upTo('unfinished')
    const line = parseLine(read.bytes, header !== undefined)
    if (!line && read.isLast) return upTo('damaged')
    const where = `${file} line ${number}`
    if (!line) throw new BrokenWorld(`${where} is damaged`)
    if ('format' in line) header = headerIn(line, file)
    else apply(line, world, where)
    end = read.end
    await turns.over()
  }
  return upTo()
}

/** The line a log says of itself. */
export interface HeaderLine extends LogHeader {
  readonly format: number
}

/** @throws StoreError where the log is newer than this program */
function headerIn({ format, world, generation }: HeaderLine, file: string): LogHeader {
  if (format > LOG_FORMAT) {
    throw new StoreError(
      `${file} was written by a newer esimulator (format ${format}; this one reads ` +
        `${LOG_FORMAT}): upgrade, or start with another --state folder`,
    )
  }
  return { world, generation }
}

const BRACE = 0x7b

/**
 * Reads a line, without its end; `undefined` where it is damaged.
 * @param sealed whether a header stood before: from there on, every line has its checksum
 */
export function parseLine(bytes: Buffer, sealed: boolean): Line | HeaderLine | undefined {
  const isPlain = bytes[0] === BRACE && !sealed
  const json = isPlain ? bytes.toString('utf8') : openSealed(bytes)
  if (json === undefined) return undefined
  let line: unknown
  try {
    line = JSON.parse(json)
  } catch {
    return undefined
  }
  if (!isObject(line)) return undefined
  return isPlain || !('format' in line) ? changesIn(line) : headerOf(line)
}

function headerOf({ format, world, generation }: Fields): HeaderLine | undefined {
  if (!isCount(format) || typeof world !== 'string' || typeof generation !== 'string')
    return undefined
  return { format, world, generation }
}

type Fields = Readonly<Record<string, unknown>>

function changesIn({ n, replaces, changes }: Fields): Line | undefined {
  if (!isCount(n) || !Array.isArray(changes) || !changes.every(isLoggedChange)) return undefined
  return replaces === true ? { n, replaces, changes } : { n, changes }
}

function isLoggedChange(value: unknown): value is LoggedChange {
  if (!Array.isArray(value) || value.length !== 3) return false
  const [collection, key, record]: unknown[] = value
  return (
    typeof collection === 'string' &&
    typeof key === 'string' &&
    (record === null || isObject(record))
  )
}

function apply({ n, replaces, changes }: Line, world: Progress, where: string) {
  if (n <= world.n) return
  // A base and a log that do not belong together make no world: some of it would be missing.
  if (n !== world.n + 1 && !replaces) {
    throw new BrokenWorld(
      `${where} is change ${n}, but what is kept before it ends at ${world.n}: a file is missing`,
    )
  }
  if (replaces) world.records.clear()
  for (const [collection, key, record] of changes) {
    const byKey = world.records.get(collection) ?? new Map<string, object>()
    world.records.set(collection, byKey)
    if (record) byKey.set(key, record)
    else byKey.delete(key)
  }
  world.n = n
}
