// Collects what of a run leads to a person or a SIM, in the order in which it is first seen.
import { base64Readings, withoutEscapes } from '../../server/redaction/spellings.ts'
import { base64Texts } from './base64-text.ts'
import { fieldsIn } from './fields.ts'
import { digitsOf, isOfKind, kindOfField, type PersonalKind, seenIn } from './personal-data.ts'

/** A value that may not be written. */
export interface PersonalValue {
  readonly kind: PersonalKind
  readonly value: string
  /** The names it stood under; empty where it was known by its looks alone. */
  readonly places: Set<string>
}

export interface PersonalValues {
  /** What is named in a text, and what is known by its looks, in any spelling. */
  learn(text: string): void
  /** A value that stands under a name outside any text, such as a parameter of a path. */
  learnNamed(name: string, value: string): void
  /** In the order in which they were first seen. */
  readonly all: Iterable<PersonalValue>
  /** Those that were left as they are, since everybody may read them. */
  readonly kept: ReadonlySet<string>
}

/** How many layers of spelling are undone. */
const LAYERS = 3

/** What a text has at least that has more layers. */
const STRUCTURE = /^\s*[[{]/

/** @param isPublic true for what stands where everybody may read it, such as in a workflow's file */
export function collectPersonalValues(isPublic: (value: string) => boolean): PersonalValues {
  const known = new Map<string, PersonalValue>()
  const kept = new Set<string>()
  const done = new Set<string>()

  const note = (kind: PersonalKind, written: string, place?: string) => {
    // What a number means does not lie in the signs between its digits.
    const value = kind === 'MSISDN' ? digitsOf(written) : written.trim()
    if (!isOfKind(kind, value)) return
    if (isPublic(value) || isPublic(written)) {
      kept.add(value)
      return
    }
    const key = value.toLowerCase()
    const found = known.get(key) ?? { kind, value, places: new Set<string>() }
    known.set(key, found)
    if (place !== undefined) found.places.add(place)
    if (written.trim() !== value && /\D/.test(written.trim().slice(1))) noteWritten(kind, written)
  }
  /** A number with signs between its digits is found only where it is written so. */
  const noteWritten = (kind: PersonalKind, written: string) => {
    const value = written.trim()
    if (!known.has(value)) known.set(value, { kind, value, places: new Set() })
  }
  const named = (name: string, within: string, value: string) => {
    const kind = kindOfField(name, within)
    if (kind === undefined) return
    if (kind === 'activation code' && /\$/.test(value)) return
    note(kind, value, name)
  }
  const learn = (text: string, layer: number) => {
    for (const { name, within, text: value } of fieldsIn(text)) {
      named(name, within, value)
      if (layer < LAYERS && STRUCTURE.test(value)) learn(value, layer + 1)
    }
    for (const { kind, value } of seenIn(text)) note(kind, value)
    if (layer === LAYERS) return
    for (const { text: read } of base64Texts(text)) learn(read, layer + 1)
    for (const { text: read } of base64Readings(text)) learnLooks(read)
    const escaped = withoutEscapes(text)
    if (escaped) learn(escaped.text, layer + 1)
  }
  /** What stands in the midst of something else has no names. */
  const learnLooks = (text: string) => {
    for (let read: string | undefined = text; read; read = withoutEscapes(read)?.text)
      for (const { kind, value } of seenIn(read)) note(kind, value)
  }
  return {
    learn(text) {
      if (done.has(text)) return
      done.add(text)
      learn(text, 0)
    },
    learnNamed: (name, value) => named(name, '', value),
    get all() {
      return known.values()
    },
    kept,
  }
}
