// Replaces what may not be written by stand-ins: the same value by the same one, wherever and however it is written.
import { isCredentialParameter, type TextKind } from '../../server/redaction/credential-names.ts'
import type { Redactor } from '../../server/redaction/redactor.ts'
import { SecretIndex } from '../../server/redaction/secret-index.ts'
import type { Span } from '../../server/redaction/span.ts'
import { base64Readings, type Reading, withoutEscapes } from '../../server/redaction/spellings.ts'
import { base64Texts } from './base64-text.ts'
import { fieldsIn } from './fields.ts'
import { jsonLeaves, type Leaf } from './json-leaves.ts'
import { digitsOf, kindOfField, type PersonalKind } from './personal-data.ts'
import type { PersonalValue, PersonalValues } from './personal-values.ts'
import { type Kind, standIn } from './stand-ins.ts'

/** What was replaced of one kind. */
export interface Redacted {
  readonly kind: Kind
  /** How many different values. */
  readonly values: number
  /** Names of fields and headers they stood under; empty where looks alone told. */
  readonly places: readonly string[]
}

export interface Replacer {
  text(text: string, kind: TextKind): string
  headers(headers: Readonly<Record<string, string>>): Record<string, string>
  /** The same, where other credentials are known: what they have in common has one stand-in. */
  with(redactor: Redactor): Replacer
  /** What was replaced so far, by whatever was made of it, too. */
  redacted(): Redacted[]
}

/** A part of a text, and what is written in its place. */
interface Replacement extends Span {
  readonly by: string
}

/** A value that leads to a person or a SIM. */
interface Known {
  readonly kind: PersonalKind
  readonly value: string
  readonly by: string
}

/** How many layers of spelling are undone. */
const LAYERS = 3

/** How many names of places are listed for each kind. */
const MOST_PLACES = 20

/**
 * @param redactor knows the credentials
 * @param values what leads to a person or a SIM
 */
export function openReplacer(redactor: Redactor, values: PersonalValues): Replacer {
  const standIns = { personal: new PersonalIndex(values), credentials: new Credentials(), values }
  return replacerWith(redactor, standIns)
}

/** What stands for what. */
interface StandIns {
  readonly personal: PersonalIndex
  readonly credentials: Credentials
  readonly values: PersonalValues
}

function replacerWith(redactor: Redactor, standIns: StandIns): Replacer {
  const { personal, credentials, values } = standIns
  const text = (read: string, kind: TextKind, layer = 0): string => {
    const secrets = redactor.spans(read, kind)
    const whole = layer < LAYERS ? base64Texts(read) : []
    const inner = whole.flatMap(({ from, to, text: plain, written }) => {
      if (secrets.some((span) => span.from <= from && span.to >= to)) return []
      const told = text(plain, 'body', layer + 1)
      return told === plain ? [] : [{ from, to, by: written(told) }]
    })
    const isWithin = (span: Span) =>
      inner.some(({ from, to }) => span.from >= from && span.to <= to)
    const struck = secrets
      .filter((span) => !isWithin(span))
      .map((span) => ({ ...span, by: credentials.in(read.slice(span.from, span.to), span) }))
    return replaced(read, [...struck, ...inner], personal.find(read))
  }
  return {
    text,
    headers(headers) {
      const told = Object.entries(headers).map(([name, value]) => [
        text(name, 'sentence'),
        isCredentialParameter(name)
          ? credentials.header(name, value)
          : text(value, /^https?:/.test(value) ? 'url' : 'sentence'),
      ])
      return Object.fromEntries(told)
    },
    with: (other) => replacerWith(other, standIns),
    redacted: () => [...credentials.redacted(), ...redactedOf(values)],
  }
}

/** Credentials are replaced first; what is personal and overlaps them goes with them. */
function replaced(
  text: string,
  first: readonly Replacement[],
  second: readonly Replacement[],
): string {
  const isFree = ({ from, to }: Span) => first.every((each) => to <= each.from || from >= each.to)
  const all = [...first, ...second.filter(isFree)]
  let told = ''
  let done = 0
  for (const { from, to, by } of all.toSorted((a, b) => a.from - b.from || b.to - a.to)) {
    if (to <= from) continue
    if (from >= done) told += text.slice(done, from) + by
    done = Math.max(done, to)
  }
  return told + text.slice(done)
}

function redactedOf({ all }: PersonalValues): Redacted[] {
  const kinds = new Map<Kind, { values: number; places: Set<string> }>()
  for (const { kind, places } of all) {
    const found = kinds.get(kind) ?? { values: 0, places: new Set<string>() }
    kinds.set(kind, found)
    found.values += 1
    for (const place of places) found.places.add(place)
  }
  return [...kinds].map(([kind, found]) => ({
    kind,
    values: found.values,
    places: [...found.places].slice(0, MOST_PLACES),
  }))
}

/** Credentials are found one by one, and numbered as they come. */
class Credentials {
  /** By what they mean. */
  readonly #known = new Map<string, string>()
  readonly #places = new Set<string>()
  #count = 0

  /** What stands for one, however it is spelled. */
  of(spelled: string): string {
    const value = meaningOf(spelled)
    const known = this.#known.get(value)
    if (known !== undefined) return known
    // One that it is itself stands for nothing.
    let by = standIn('credential', value, ++this.#count)
    while (by === value) by = standIn('credential', value, ++this.#count)
    this.#known.set(value, by)
    return by
  }

  /** Of an object or a list of JSON each text and number in it, so that its form stays. */
  in(text: string, { isBare }: Span): string {
    if (isBare === undefined || !isStructure(text)) return this.of(text)
    const leaves = credentialLeaves(text)
    const struck = leaves.map(({ from, to, text: leaf }) => ({ from, to, by: this.of(leaf) }))
    return replaced(text, struck, [])
  }

  /** The scheme of an Authorization stays. */
  header(name: string, value: string): string {
    this.#places.add(name)
    const [, scheme = '', rest = value] = /^((?:Bearer|Basic|Digest) +)(.+)$/i.exec(value) ?? []
    return rest === '' ? value : scheme + this.of(rest)
  }

  redacted(): Redacted[] {
    const values = this.#known.size
    if (values === 0) return []
    return [{ kind: 'credential', values, places: [...this.#places].slice(0, MOST_PLACES) }]
  }
}

/** True for an object or a list of JSON. */
export function isStructure(text: string): boolean {
  try {
    return /^[[{]/.test(text) && typeof JSON.parse(text) === 'object'
  } catch {
    return false
  }
}

/** The texts and numbers of an object or a list of credentials; where one is asked for is none. */
export function credentialLeaves(text: string): Leaf[] {
  return jsonLeaves(text).filter(({ isName, text: leaf }) => !isName && !/^https?:/.test(leaf))
}

/** A text with all its escapes undone. */
function meaningOf(spelled: string): string {
  let text = spelled
  for (let layer = 0; layer < LAYERS; layer += 1) text = withoutEscapes(text)?.text ?? text
  return text
}

/** Values that lead to persons or SIMs, and what stands for each. */
class PersonalIndex {
  readonly #index: SecretIndex
  readonly #known = new Map<string, Known>()

  constructor(values: PersonalValues) {
    const all = [...values.all]
    const taken = new Set(all.map(({ value }) => value.toLowerCase()))
    const counts = new Map<PersonalKind, number>()
    const next = (kind: PersonalKind) => {
      const number = (counts.get(kind) ?? 0) + 1
      counts.set(kind, number)
      return number
    }
    for (const { kind, value } of inOrder(all)) {
      // One that somebody has is none.
      let by = standIn(kind, value, next(kind))
      while (taken.has(by.toLowerCase())) by = standIn(kind, value, next(kind))
      this.#add({ kind, value, by })
    }
    for (const { kind, value } of all) this.#likeItsDigits(kind, value)
    const everywhere = all.filter(({ kind, value }) => value.length >= LEAST[kind])
    this.#index = new SecretIndex(everywhere.map(({ value }) => value))
  }

  #add(known: Known): void {
    this.#known.set(folded(known.value), known)
    // Where escapes were undone, bytes beyond ASCII are a character each.
    this.#known.set(folded(Buffer.from(known.value).toString('latin1')), known)
  }

  /** A number with signs between its digits has the stand-in of the one without them. */
  #likeItsDigits(kind: PersonalKind, value: string): void {
    const digits = digitsOf(value)
    const plain = kind === 'MSISDN' && digits !== value ? this.#known.get(digits) : undefined
    if (!plain) return
    let at = 0
    this.#add({ kind, value, by: value.replaceAll(/\d/g, () => plain.by[at++] ?? '') })
  }

  /** Where a text has them. */
  find(text: string): Replacement[] {
    return [...this.#named(text), ...this.#anywhere(text)]
  }

  /** Values that may be too short to be known anywhere else. */
  #named(text: string): Replacement[] {
    if (this.#known.size === 0) return []
    return fieldsIn(text).flatMap(({ name, within, text: value, from, to }) => {
      const known = this.#known.get(folded(value.trim()))
      if (!known || kindOfField(name, within) !== known.kind) return []
      return [{ from, to, by: spelledAs(text.slice(from, to), known) }]
    })
  }

  #anywhere(text: string): Replacement[] {
    const found = this.#spans(text, 0)
    const names = found.some(({ known }) => WORDS.has(known.kind)) ? namesIn(text) : []
    return found
      .filter(({ span, known }) => !WORDS.has(known.kind) || !names.some((at) => meets(at, span)))
      .map(({ span, known }) => ({
        ...span,
        by: spelledAs(text.slice(span.from, span.to), known),
      }))
  }

  #placed({ text, place }: Reading, layer: number): Placed[] {
    return this.#spans(text, layer + 1).map(({ span, known }) => ({ span: place(span), known }))
  }

  #spans(text: string, layer: number): Placed[] {
    const found = this.#index.find(text).flatMap((span) => {
      const known = this.#known.get(folded(text.slice(span.from, span.to)))
      return known && standsAlone(text, span, known.kind) ? [{ span, known }] : []
    })
    if (layer === LAYERS) return found
    for (const reading of base64Readings(text)) found.push(...this.#placed(reading, layer))
    const escaped = withoutEscapes(text)
    if (!escaped) return found
    return [...found, ...this.#placed(escaped, layer)]
  }
}

/** Numbers keep their order: lists are sorted by them, and read on from one of them. */
function inOrder(values: readonly PersonalValue[]): PersonalValue[] {
  const isNumber = ({ value }: PersonalValue) => /^\d+$/.test(value)
  const numbers = values.filter(isNumber)
  return [
    ...numbers.toSorted((a, b) => Number(a.value > b.value) - Number(a.value < b.value)),
    ...values.filter((each) => !isNumber(each)),
  ]
}

/** A value at a place of a text. */
interface Placed {
  readonly span: Span
  readonly known: Known
}

/** Kinds whose values are words, such as others may be. */
const WORDS: ReadonlySet<PersonalKind> = new Set(['name of a person', 'postal address'])

/** How long a value is at least that is replaced wherever it stands, and not only under its name. */
const LEAST: Readonly<Record<PersonalKind, number>> = {
  ICCID: 8,
  EID: 8,
  IMSI: 8,
  IMEI: 8,
  MSISDN: 8,
  'email address': 5,
  'activation code': 6,
  'code of a SIM': Number.POSITIVE_INFINITY,
  'name of a person': 4,
  'postal address': 6,
}

const folded = (text: string) => text.toLowerCase().replaceAll('+', ' ')

const meets = (a: Span, b: Span) => a.from < b.to && b.from < a.to

function namesIn(text: string): Span[] {
  return /^\s*[[{]/.test(text) ? jsonLeaves(text).filter(({ isName }) => isName) : []
}

/** What may not stand beside a value: it would be a part of something else. */
const BESIDE: Readonly<Record<'digits' | 'words' | 'addresses', RegExp>> = {
  digits: /\d/,
  words: /[\p{L}\p{N}_]/u,
  addresses: /[\w.+-]/,
}

function standsAlone(text: string, { from, to }: Span, kind: PersonalKind): boolean {
  const before = text[from - 1] ?? ''
  const behind = text[to] ?? ''
  if (kind === 'email address') return !BESIDE.addresses.test(before) && !/[\w-]/.test(behind)
  if (WORDS.has(kind) || kind === 'activation code')
    return !BESIDE.words.test(before) && !BESIDE.words.test(behind)
  return !BESIDE.digits.test(before) && !BESIDE.digits.test(behind)
}

/** A stand-in, spelled as what it stands for is. */
function spelledAs(raw: string, { by }: Known): string {
  let spelled = by
  let read = raw
  for (let layer = 0; layer < LAYERS && /%[\da-f]{2}/i.test(read); layer += 1) {
    spelled = encodeURIComponent(spelled)
    read = withoutEscapes(read)?.text ?? read
  }
  return spelled
}
