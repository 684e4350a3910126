// What differs between two moments of a world: record by record, field by field, and in words.
import { shownKey } from './credentials.ts'
import { defined } from './defined.ts'
import { iso } from './instant.ts'
import type { RecordPair } from './snapshot-moves.ts'
import { worldRecords } from './world-records.ts'

/** One field that differs; `from` or `to` is absent where the record has no such field then. */
export interface FieldDifference {
  /** Its name; below it `attached.country`, `attempts.0.status`. */
  readonly field: string
  readonly from?: unknown
  readonly to?: unknown
}

export interface RecordDifference {
  readonly collection: string
  readonly key: string
  readonly change: 'added' | 'removed' | 'changed'
  /** Of a record that changed. */
  readonly fields?: readonly FieldDifference[]
  /** `bundle 215009266 of 8943108165000000001: active -> expired`. */
  readonly text: string
}

type Fields = Readonly<Record<string, unknown>>

/** True for what only counts and draws: it differs wherever anything was done, and says nothing. */
export function isCounter({ collection, key }: RecordPair): boolean {
  return collection === worldRecords.name && key !== 'clock'
}

/** What a clock holds for the process that reads it. */
const OF_THE_PROCESS = new Set(['anchor', 'until'])

export function differenceOf({ collection, before, after, ...pair }: RecordPair): RecordDifference {
  const key = shownKey(collection, pair.key)
  const name = nameOf(collection, key, (after ?? before) as Fields)
  if (before === undefined)
    return { collection, key, change: 'added', text: `${name}: added${stateOf(after)}` }
  if (after === undefined)
    return { collection, key, change: 'removed', text: `${name}: removed${stateOf(before)}` }

  const found: FieldDifference[] = []
  compare(before, after, '', found)
  const isClock = collection === worldRecords.name
  const fields = isClock ? found.filter(({ field }) => !OF_THE_PROCESS.has(field)) : found
  const text = `${name}: ${fields.map(fieldText).join(', ')}`
  return { collection, key, change: 'changed', fields, text }
}

/** The fields of two records that differ, those of objects within them by their own. */
function compare(before: object, after: object, path: string, into: FieldDifference[]): void {
  const from = before as Fields
  const to = after as Fields
  for (const name of new Set([...Object.keys(from), ...Object.keys(to)])) {
    const was = from[name]
    const is = to[name]
    if (was === is) continue
    const field = path + name
    if (isObject(was) && isObject(is)) compare(was, is, `${field}.`, into)
    else into.push(defined({ field, from: was, to: is }))
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

/** `bundle 215009266 of 8943108165000000001`: what a person calls a record. */
function nameOf(collection: string, key: string, record: Fields): string {
  if (collection === worldRecords.name) return key
  const { id, reference, serial, iccid } = record
  const own = [id, reference].find(isLabel) ?? (serial === undefined ? key : String(serial))
  const label = own === iccid || key.endsWith(`/${iccid}`) ? String(iccid) : own
  const owner = isLabel(iccid) && iccid !== label ? ` of ${iccid}` : ''
  return `${nounOf(collection)} ${label}${owner}`
}

function isLabel(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number'
}

/** `order` for `esim-go.orders`. */
function nounOf(collection: string): string {
  const words = collection.slice(collection.indexOf('.') + 1).replaceAll('-', ' ')
  if (words === 'sims') return 'SIM'
  if (words.endsWith('ies')) return `${words.slice(0, -3)}y`
  return words.replace(/(?<=[^s])s$/, '')
}

/** The state a record is in, where it has one. */
function stateOf(record: object | undefined): string {
  const state = (record as Fields | undefined)?.state
  return typeof state === 'string' ? `, ${state}` : ''
}

function fieldText({ field, from, to }: FieldDifference): string {
  const change = `${valueText(field, from)} -> ${valueText(field, to)}`
  return field === 'state' || field === 'at' ? change : `${field} ${change}`
}

/** Names of fields that hold virtual ms. */
const INSTANT = /(^|\.)(at|due|until)$|At$/
const LONGEST = 80

function valueText(field: string, value: unknown): string {
  if (value === undefined) return 'none'
  if (typeof value === 'number' && INSTANT.test(field)) return iso(value)
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}...` : text
}
