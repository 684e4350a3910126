// A world's base: every record in one JSON file, one record a line, replaced as a whole through lowdb.
import { open, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { setImmediate as breathe } from 'node:timers/promises'
import { Low } from 'lowdb'
import { TextFile } from 'lowdb/node'
import { checkRegular, reason } from './disk-errors.ts'
import { FORMAT, type Records, StoreError } from './store.ts'

/** Records rendered between two breaths: about a millisecond's work, so that requests are served while a large base is written. */
const SLICE = 500

/** What a base holds: the records as they stood after the change numbered `logged`. */
export interface Base {
  readonly world: string
  readonly logged: number
  readonly records: Records
}

/**
 * Reads a base, or `undefined` where there is none.
 * @returns also the file's size in bytes
 * @throws StoreError when it cannot be read, is no base, or is of a newer format
 */
export async function readBase(file: string): Promise<{ base: Base; size: number } | undefined> {
  const low = lowBase(file, '', null)
  await checkRegular(file).catch((error) => {
    throw new StoreError(`cannot read ${file}: ${reason(error)}`)
  })
  await low.read()
  return low.data ? { base: low.data, size: (await stat(file)).size } : undefined
}

/**
 * Replaces a base: whoever opens the folder meanwhile, or after a crash, finds the old one or the new one, whole.
 * @param base its maps must not change until this resolves; the records in them never do
 * @returns the size in bytes
 */
export async function writeBase(file: string, version: string, base: Base): Promise<number> {
  try {
    await lowBase(file, version, base).write()
  } catch (error) {
    await discardStaged(file)
    throw error
  }
  return (await stat(file)).size
}

function lowBase(file: string, version: string, base: Base | null): Low<Base | null> {
  const staged = stagedFor(file)
  return new Low<Base | null>(
    {
      async read() {
        const text = await new TextFile(file).read().catch((error) => {
          throw new StoreError(`cannot read ${file}: ${reason(error)}`)
        })
        return text === null ? null : parseBase(file, text)
      },
      async write(data) {
        if (!data) return
        await new TextFile(staged).write(await renderBase(version, data))
        // lowdb does not sync. The log is deleted once this base stands, so the base has to be on the disk first, whatever the durability.
        await syncFile(staged)
        await rename(staged, file)
        await syncFolder(dirname(file))
      },
    },
    base,
  )
}

const stagedFor = (file: string) => `${file}.new`

/** Deletes what a base left half-written beside it; on a full disk that is the room the log needs. */
export async function discardStaged(file: string): Promise<void> {
  const staged = stagedFor(file)
  // the second is where lowdb's writer (steno) writes before it renames
  for (const left of [staged, join(dirname(staged), `.${basename(staged)}.tmp`)]) await rm(left, { force: true }).catch(() => {})
}

async function syncFile(file: string) {
  await using handle = await open(file, 'r+')
  await handle.sync()
}

/** Waits until the names in a folder are on the disk. */
export async function syncFolder(dir: string): Promise<void> {
  // Windows opens no folders, and keeps names in its journal.
  if (process.platform === 'win32') return
  await using handle = await open(dir, 'r')
  await handle.sync()
}

async function renderBase(version: string, { world, logged, records }: Base): Promise<string> {
  const header = { format: FORMAT, writtenBy: `esimulator ${version}`, world, logged }
  const parts = [`${JSON.stringify(header, null, 2).slice(0, -2)},\n  "collections": {`]
  let separator = ''
  for (const [collection, byKey] of records) {
    if (byKey.size === 0) continue
    parts.push(`${separator}\n    ${JSON.stringify(collection)}: {\n`)
    let lines: string[] = []
    for (const [key, record] of byKey) {
      lines.push(`      ${JSON.stringify(key)}: ${JSON.stringify(record)}`)
      if (lines.length < SLICE) continue
      parts.push(lines.join(',\n'), ',\n')
      lines = []
      await breathe()
    }
    if (lines.length > 0) parts.push(lines.join(',\n'))
    else parts.pop()
    parts.push('\n    }')
    separator = ','
  }
  parts.push('\n  }\n}\n')
  return parts.join('')
}

function parseBase(file: string, text: string): Base {
  const data = parse(file, text)
  const wrong = (what: string) => new StoreError(`${file} is not a state file of esimulator: ${what}. It was left as it is`)
  if (!isObject(data)) throw wrong('it is no JSON object')
  const { format, world, logged, collections } = data
  if (!isCount(format) || format === 0) throw wrong('it has no "format"')
  if (format > FORMAT) {
    throw new StoreError(
      `${file} was written by a newer esimulator (format ${format}; this one reads ${FORMAT}): upgrade, or start with another --state folder`,
    )
  }
  if (!isCount(logged)) throw wrong('"logged" is no number')
  if (!isObject(collections)) throw wrong('"collections" is no object')
  const records: Records = new Map()
  for (const [collection, byKey] of Object.entries(collections)) {
    if (!isObject(byKey)) throw wrong(`collection ${JSON.stringify(collection)} is no object`)
    const kept = new Map<string, object>()
    for (const [key, record] of Object.entries(byKey)) {
      if (!isObject(record)) throw wrong(`${JSON.stringify(key)} in ${JSON.stringify(collection)} is no record`)
      kept.set(key, record)
    }
    records.set(collection, kept)
  }
  return { world: String(world), logged, records }
}

function parse(file: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new StoreError(`${file} is not JSON (${reason(error)}): mend it, or start with another --state folder. It was left as it is`)
  }
}

/** A JSON object: neither null nor an array. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A whole number from 0. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0
}
