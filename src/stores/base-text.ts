// The text of a base: a header, then every record on a line of its own.
import { setImmediate as breathe } from 'node:timers/promises'
import type { Records } from '../state/collection.ts'
import { shownKey } from '../state/credentials.ts'
import { checksum, hex } from './checksum.ts'
import { isCount, isObject, whyNoJson } from './json-shape.ts'
import { BrokenWorld, FORMAT, StoreError } from './store.ts'

/**
 * Records rendered between two breaths: about 1 ms of work, so that requests
 * are served.
 */
const SLICE = 500

/**
 * Lines parsed at once: a large collection as one object takes more time and
 * memory.
 */
const LINES = 200

/** No header is longer than this. */
const HEADER = 1000

/** What a base holds: the records as they stood after the change numbered `logged`. */
export interface Base {
  /** Absent from a document somebody made by hand. */
  readonly world?: string | undefined
  /** Tells its logs from those of another world of this name; version 0.1.0 wrote none. */
  readonly generation?: string | undefined
  readonly logged: number
  readonly records: Records
}

/** The text of a base: its last header field is the checksum of all the rest. */
export async function renderBase(version: string, base: Base): Promise<Buffer> {
  const { world, generation, logged, records } = base
  const header = { format: FORMAT, writtenBy: `esimulator ${version}`, world, logged, generation }
  const head = Buffer.from(JSON.stringify(header, null, 2).slice(0, -2))
  const parts: Buffer[] = []
  let sum = checksum(head)
  const add = (text: string) => {
    const part = Buffer.from(text)
    parts.push(part)
    sum = checksum(part, sum)
  }
  add(HEAD_END)
  let separator = ''
  for (const [collection, byKey] of records) {
    if (byKey.size === 0) continue
    add(`${separator}\n    ${JSON.stringify(collection)}: {\n`)
    let lines: string[] = []
    for (const [key, record] of byKey) {
      if (lines.length === SLICE) {
        add(`${lines.join(',\n')},\n`)
        lines = []
        await breathe()
      }
      lines.push(`      ${JSON.stringify(key)}: ${JSON.stringify(record)}`)
    }
    add(`${lines.join(',\n')}\n    }`)
    separator = ','
  }
  add('\n  }\n}\n')
  const seal = Buffer.from(`,\n  "checksum": "${hex(sum)}"`)
  return Buffer.concat([head, seal, ...parts])
}

/** The line of a header that holds the checksum, and the beginning of what follows it. */
const SEAL = /,\n {2}"checksum": "([0-9a-f]{8})"(?=,\n {2}"collections": \{)/

/** True where a text has the checksum it was written with, or none. */
function isAsWritten(bytes: Buffer): boolean {
  const header = bytes.toString('latin1', 0, HEADER)
  const seal = SEAL.exec(header)
  if (!seal) return !/"checksum"\s*:/.test(header)
  const sum = checksum(bytes.subarray(0, seal.index))
  return seal[1] === hex(checksum(bytes.subarray(seal.index + seal[0].length), sum))
}

/**
 * @throws BrokenWorld where the text is no base
 * @throws StoreError where it is one of a newer format
 */
export function parseBase(file: string, bytes: Buffer): Base & { isAsWritten: boolean } {
  const text = bytes.toString('utf8')
  const lines = byLines(text)
  const data = lines ?? parse(file, text)
  const wrong = (what: string) =>
    new BrokenWorld(`${file} is not a state file of esimulator: ${what}`)
  if (!isObject(data)) throw wrong('it is no JSON object')
  const { format, world, generation, logged, collections } = data
  if (!isCount(format) || format === 0) throw wrong('it has no "format"')
  if (format > FORMAT) {
    throw new StoreError(
      `${file} was written by a newer esimulator (format ${format}; this one reads ${FORMAT}): ` +
        'upgrade, or start with another --state folder',
    )
  }
  if (!isCount(logged)) throw wrong('"logged" is no number')
  if (!isObject(collections)) throw wrong('"collections" is no object')
  const records: Records = new Map()
  for (const [collection, content] of Object.entries(collections)) {
    const byKey = new Map<string, object>()
    for (const part of lines ? (content as unknown[]) : [content]) {
      if (!isObject(part)) throw wrong(`collection ${JSON.stringify(collection)} is no object`)
      for (const key of Object.keys(part)) {
        const record = part[key]
        if (!isObject(record))
          throw wrong(
            `${JSON.stringify(shownKey(collection, key))} in ${JSON.stringify(collection)} is no record`,
          )
        byKey.set(key, record)
      }
    }
    records.set(collection, byKey)
  }
  const given = (value: unknown) => (typeof value === 'string' ? value : undefined)
  return {
    world: given(world),
    generation: given(generation),
    logged,
    records,
    isAsWritten: isAsWritten(bytes),
  }
}

const HEAD_END = ',\n  "collections": {'
const OPENING = /^ {4}("(?:[^"\\]|\\.)*"): \{$/
const RECORD = '      "'
const COLLECTION_END = /^ {4}\},?$/
const END = '  }\n}\n'

/**
 * A text as `renderBase` writes it, some lines at a time: each collection is a list of objects.
 * `undefined` where it looks otherwise, as after somebody's editing.
 */
function byLines(text: string): unknown {
  const head = text.indexOf(HEAD_END)
  if (head < 0) return undefined
  const collections: [name: string, parts: unknown[]][] = []
  try {
    const header = JSON.parse(`${text.slice(0, head)}}`) as object
    let at = head + HEAD_END.length + 1
    while (!text.startsWith(END, at)) {
      const opened = text.indexOf('\n', at)
      const name = OPENING.exec(text.slice(at, opened))?.[1]
      if (opened < 0 || name === undefined) return undefined
      const parts: unknown[] = []
      at = opened + 1
      while (text.startsWith(RECORD, at)) {
        let end = at
        for (let line = 0; line < LINES && text.startsWith(RECORD, end); line += 1)
          end = text.indexOf('\n', end) + 1 || text.length
        const stop = text[end - 2] === ',' ? end - 2 : end - 1
        parts.push(JSON.parse(`{${text.slice(at, stop)}}`))
        at = end
      }
      const closed = text.indexOf('\n', at)
      if (closed < 0 || !COLLECTION_END.test(text.slice(at, closed))) return undefined
      collections.push([JSON.parse(name) as string, parts])
      at = closed + 1
    }
    return { ...header, collections: Object.fromEntries(collections) }
  } catch {
    return undefined
  }
}

function parse(file: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new BrokenWorld(`${file} is not JSON (${whyNoJson(error)})`)
  }
}
