// What can still be read of a damaged world: every record that is whole, as it last was.
import type { Records } from '../state/collection.ts'
import { jsonOf } from '../state/json-of.ts'
import { parseBase } from './base-text.ts'
import { type HeaderLine, type Line, parseLine } from './change-log.ts'
import type { Disk } from './disk.ts'
import { linesIn, readInChunks, UnreadableFile } from './file-chunks.ts'
import { isObject } from './json-shape.ts'
import { BrokenWorld } from './store.ts'
import type { WorldFiles } from './world-files.ts'

/** What was read of a world, in part or whole. */
export interface Salvaged {
  readonly records: Records
  /** What could not be read, a clause each, as in `2 changes of ci.log`. */
  readonly lost: readonly string[]
}

/** How far the reading has come. */
interface Reading {
  records: Records
  /** The number of the last change; absent where nobody knows. */
  n: number | undefined
  /** Tells which logs go with what was read; absent where any does. */
  generation: string | undefined
  lost: string[]
}

/**
 * Reads what can be read of the files of a world. What a line of a log says counts also where one
 * before it is damaged: it holds whole records.
 * @throws StoreError where a file is newer than this program
 */
export async function salvage(
  disk: Disk,
  { base, oldLog, log }: Pick<WorldFiles, 'base' | 'oldLog' | 'log'>,
): Promise<Salvaged> {
  const reading: Reading = { records: new Map(), n: 0, generation: undefined, lost: [] }
  await asFarAsReadable(reading, base, () => readBaseInto(reading, disk, base))
  for (const file of [oldLog, log])
    await asFarAsReadable(reading, file, () => readLogInto(reading, disk, file))
  return { records: reading.records, lost: reading.lost }
}

/** Reads a file; where that cannot be read, or no further, says so. */
async function asFarAsReadable(
  reading: Reading,
  file: string,
  read: () => Promise<void>,
): Promise<void> {
  const before = sizeOf(reading.records)
  try {
    await read()
  } catch (error) {
    if (!(error instanceof UnreadableFile)) throw error
    const isPart = sizeOf(reading.records) > before
    reading.lost.push(`${isPart ? 'the rest' : 'all'} of ${file}`)
  }
}

async function readBaseInto(reading: Reading, disk: Disk, file: string): Promise<void> {
  const chunks = await readInChunks(disk, file)
  if (!chunks) return
  try {
    const { records, logged, generation } = await parseBase(file, chunks)
    Object.assign(reading, { records, n: logged, generation })
  } catch (error) {
    if (!(error instanceof BrokenWorld)) throw error
    const again = await readInChunks(disk, file)
    if (again) await readLinesInto(reading, again)
    const size = sizeOf(reading.records)
    reading.lost.push(size === 0 ? `all of ${file}` : `what is damaged of ${file}`)
  }
}

/** How many records there are. */
export function sizeOf(records: Records): number {
  let size = 0
  for (const byKey of records.values()) size += byKey.size
  return size
}

const COLLECTION = /^ {4}("(?:[^"\\]|\\.)*"): \{$/
const RECORD = /^ {6}("(?:[^"\\]|\\.)*"): (\{.*\}),?$/

/** A base has a record in each line: those that are whole count. */
async function readLinesInto(reading: Reading, chunks: AsyncIterable<Buffer>): Promise<void> {
  reading.n = undefined
  let byKey: Map<string, object> | undefined
  for await (const { bytes } of linesIn(chunks)) {
    const line = bytes.toString('utf8')
    const logged = /^ {2}"logged": (\d+),$/.exec(line)?.[1]
    if (logged !== undefined) reading.n ??= Number(logged)
    reading.generation ??= /^ {2}"generation": "([^"\\]*)",?$/.exec(line)?.[1]
    const opened = COLLECTION.exec(line)?.[1]
    const [, key, record] = RECORD.exec(line) ?? []
    if (opened !== undefined) byKey = collectionIn(reading.records, jsonOf(opened))
    // The end of a collection, or what was one: whose records follow is not known.
    else if (/^ {0,4}[^ ]/.test(line)) byKey = undefined
    else if (key !== undefined && record !== undefined) keep(byKey, jsonOf(key), jsonOf(record))
  }
}

function collectionIn(records: Records, name: unknown): Map<string, object> | undefined {
  if (typeof name !== 'string') return undefined
  const byKey = new Map<string, object>()
  records.set(name, byKey)
  return byKey
}

function keep(byKey: Map<string, object> | undefined, key: unknown, record: unknown): void {
  if (typeof key === 'string' && isObject(record)) byKey?.set(key, record)
}

async function readLogInto(reading: Reading, disk: Disk, file: string): Promise<void> {
  const chunks = await readInChunks(disk, file)
  if (!chunks) return
  let isSealed = false
  /** False for the lines of another life, until one begins anew. */
  let belongs = true
  let missing = 0
  /** Damaged lines since the last one that counts: a later one tells by its number how many changes they were. */
  let damaged = 0
  for await (const { bytes, isWhole } of linesIn(chunks)) {
    // What follows the last whole line was never acknowledged.
    if (!isWhole) break
    const read = parseLine(bytes, isSealed)
    if (!read) damaged += 1
    else if (isHeader(read)) {
      isSealed = true
      belongs = reading.generation === undefined || reading.generation === read.generation
    } else if (belongs || read.replaces) {
      belongs = true
      missing = read.replaces ? 0 : missing + missingBefore(reading, read)
      damaged = 0
      apply(reading, read)
    } else missing += 1
  }
  if (missing + damaged > 0) reading.lost.push(`${missing + damaged} of the changes in ${file}`)
}

/** How many changes there were between what was read and a line. */
function missingBefore({ n }: Reading, line: Line): number {
  return Math.max(0, line.n - 1 - (n ?? line.n - 1))
}

const isHeader = (line: Line | HeaderLine): line is HeaderLine => 'format' in line

function apply(reading: Reading, { n, replaces, changes }: Line): void {
  if (n <= (reading.n ?? 0)) return
  // What was damaged before no longer counts.
  if (replaces) Object.assign(reading, { records: new Map(), lost: [] })
  for (const [collection, key, record] of changes) {
    const byKey = reading.records.get(collection) ?? new Map<string, object>()
    reading.records.set(collection, byKey)
    if (record) byKey.set(key, record)
    else byKey.delete(key)
  }
  reading.n = n
}
