// Where the values of a request came from: answers that came before it.
import { isExpression, type Pointer } from '../expressions.ts'
import type { PlayedReply } from './played.ts'

/** Where a value came from. */
interface Origin {
  /** Position of the step among all. */
  readonly step: number
  readonly from: { readonly header: string } | { readonly pointer: Pointer }
  /** What it is called where it stands: the last name of its pointer. */
  readonly name: string
  /** What it was worth when it was played. */
  readonly value: string | number
  /** Where it is only a piece of that: the pattern that finds it. */
  readonly match?: string | undefined
}

/** A part of an answer that a later step uses: an output of its step. A class, to be told from JSON. */
export class Ref implements Origin {
  readonly step: number
  readonly from: Origin['from']
  readonly name: string
  readonly value: string | number
  readonly match: string | undefined

  constructor({ step, from, name, value, match }: Origin) {
    this.step = step
    this.from = from
    this.name = name
    this.value = value
    this.match = match
  }
}

/** A text made of texts and of what came from answers. */
export class Mixed {
  readonly parts: readonly (string | Ref)[]

  constructor(parts: readonly (string | Ref)[]) {
    this.parts = parts
  }
}

/** Shorter texts, and numbers, are taken for ids only under a name that says so. */
const SHORTEST = 6
/** Shorter texts are not looked for within others. */
const SHORTEST_WITHIN = 8
/** Names of what tells one thing from others. */
const NAMES_ID = /(?:id|ids|reference|ref|iccid|msisdn|gpsi|imsi|eid|code|cursor|key|number)$/i
/** Names of URLs that lead on. */
const NAMES_LINK = /(?:^href|[_-]?url)$/i

/** A URL, a code and the like, of which a client may take a piece: no prose and no document. */
const IS_CODE = /^[^\s"{}<>]+$/

/** True for a part that tells one thing from others, by its name. */
export function namesId({ name }: Ref): boolean {
  return NAMES_ID.test(name)
}

/** The parts of answers, in the order they came. */
export class Origins {
  /** By what they are as texts: the earliest first. */
  readonly #known = new Map<string, Ref[]>()
  /** What the client had before any answer did: its own texts. */
  readonly #own = new Set<string>()

  /** Takes note of what a client sent that came from no answer. */
  sent(text: string): void {
    this.#own.add(text)
  }

  /** Takes in an answer. */
  add(step: number, { json, headers }: PlayedReply): void {
    for (const [name, value] of Object.entries(headers))
      this.#put(new Ref({ step, from: { header: name }, name, value }))
    this.#addBelow(step, json, [])
  }

  /** What a value of a request is the same as. @param name it has there */
  whole(value: string | number, name: string): Ref | undefined {
    const text = String(value)
    const found = this.#known.get(text) ?? []
    const same = found.filter((each) => sameName(each.name, name))
    const isLong = text.length >= SHORTEST && !/^(?:true|false|null)$/.test(text)
    // Another name will do for what is long enough not to be the same by chance.
    if (!isLong) return NAMES_ID.test(name) ? same[0] : undefined
    const [first] = found
    return same.find(({ step }) => step === first?.step) ?? first
  }

  /** The link that leads to a path and query. */
  link(url: string): Ref | undefined {
    for (const [text, refs] of this.#known) {
      const ref = refs.find(({ name }) => NAMES_LINK.test(name))
      if (
        ref &&
        text.endsWith(url) &&
        /^https?:\/\/[^/]+(?:\/w\/[^/]+)?$/.test(text.slice(0, -url.length))
      )
        return ref
    }
    return undefined
  }

  /** A text with what is found of answers in it; `undefined` where that is nothing. */
  within(text: string): Mixed | undefined {
    if (this.#own.has(text)) return undefined
    const parts = this.#split(text)
    return parts.some((part) => typeof part !== 'string') ? new Mixed(parts) : undefined
  }

  /** A text that is a piece of an answer, as the parameter of a link is. */
  piece(text: string): Ref | undefined {
    // Words, such as the name of a provider, stand in many URLs.
    const isId = text.length >= SHORTEST_WITHIN && /\d/.test(text)
    if (!isId || this.#own.has(text)) return undefined
    for (const [whole, [ref]] of this.#known) {
      const written = [text, encodeURIComponent(text)].find((each) => whole.includes(each))
      if (!ref || written !== text || !IS_CODE.test(whole)) continue
      const match = pieceOf(whole, text)
      if (match !== undefined)
        return new Ref({ ...ref, name: `${ref.name}Part`, value: text, match })
    }
    return undefined
  }

  #split(text: string): (string | Ref)[] {
    if (text.length < SHORTEST_WITHIN) return [text]
    let longest: Ref | undefined
    for (const [known, [ref]] of this.#known)
      if (known.length >= SHORTEST_WITHIN && text.includes(known))
        if (ref && known.length > String(longest?.value ?? '').length) longest = ref
    if (!longest) return [text]
    const known = String(longest.value)
    const at = text.indexOf(known)
    return [
      ...this.#split(text.slice(0, at)),
      longest,
      ...this.#split(text.slice(at + known.length)),
    ].filter((part) => part !== '')
  }

  #addBelow(step: number, value: unknown, pointer: Pointer): void {
    if (typeof value === 'object' && value !== null) {
      for (const [name, each] of Object.entries(value))
        this.#addBelow(step, each, [...pointer, name])
      return
    }
    if (typeof value !== 'string' && typeof value !== 'number') return
    this.#put(new Ref({ step, from: { pointer }, name: nameOf(pointer), value }))
  }

  #put(ref: Ref): void {
    const text = String(ref.value)
    if (text === '' || text.includes('[redacted]') || this.#own.has(text)) return
    // A text that is read as an expression cannot be told from one.
    if (isExpression(text)) return
    const isId = NAMES_ID.test(ref.name)
    const isLong = text.length >= SHORTEST && (typeof ref.value === 'string' || isId)
    if (!isLong && !isId) return
    const known = this.#known.get(text)
    if (known) known.push(ref)
    else this.#known.set(text, [ref])
  }
}

/** The last name of a pointer; that of a list for what stands in it. */
function nameOf(pointer: Pointer): string {
  const name = pointer.findLast((token) => !/^\d+$/.test(token)) ?? 'value'
  const isListed = /^\d+$/.test(pointer.at(-1) ?? '')
  return isListed ? name.replace(/s$/, '') : name
}

function sameName(a: string, b: string): boolean {
  const plain = (name: string) => name.replaceAll(/[^A-Za-z0-9]/g, '').toLowerCase()
  return plain(a) === plain(b)
}

/** A pattern that finds a piece between what separates it from the rest of a text. */
function pieceOf(whole: string, piece: string): string | undefined {
  const at = whole.indexOf(piece)
  const [before = ''] = /[\w.-]*[^\w.-]$/.exec(whole.slice(0, at)) ?? []
  const behind = whole[at + piece.length] ?? ''
  const isApart = (at === 0 || before !== '') && !/[\w.-]/.test(behind)
  if (!isApart) return undefined
  const end = behind === '' ? '$' : escaped(behind)
  const begin = at === 0 ? '^' : escaped(before)
  const inner = behind === '' ? '.+' : `[^${escapedInSet(behind)}]+`
  return `${begin}(${inner})${end}`
}

const escaped = (text: string) => text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
const escapedInSet = (text: string) => text.replaceAll(/[\\\]^-]/g, '\\$&')
