// Secrets that are known, found in a text in one go however many there are.
import type { Span } from './span.ts'
import { withoutEscapes } from './spellings.ts'

/** A shorter secret is struck out only where its name or place tells what it is. */
export const SHORTEST = 4

/** A secret shorter than this is likely to be a part of other words: it has to stand for itself. */
const SHORT = 8
const PART_OF_A_WORD = /[\w-]/

/** So much of a secret is one where the text breaks off. */
const TELLING = 8

/** How many layers of escapes a secret may look like it had. */
const LAYERS = 4

const SMALL_A = 0x61
const SPACE = 0x20
const PLUS = 0x2b

/** A character as it is compared: case counts for nothing, and a form writes a blank as a plus. */
function folded(code: number): number {
  if (code >= 0x41 && code <= 0x5a) return code + SMALL_A - 0x41
  return code === PLUS ? SPACE : code
}

/** The last four characters in one number. */
function keyWith(key: number, code: number): number {
  return (key << 8) | (folded(code) & 0xff)
}

/**
 * A secret, and what becomes of it where escapes are undone that it only looks to have; beyond ASCII
 * also as the bytes of its characters.
 */
function formsOf(secret: string): Set<string> {
  const forms = new Set([secret, Buffer.from(secret).toString('latin1')])
  for (const form of [...forms]) {
    let read = withoutEscapes(form)
    for (let layer = 0; read && layer < LAYERS; layer += 1) {
      forms.add(read.text)
      read = withoutEscapes(read.text)
    }
  }
  return forms
}

/** Finds the secrets it was made with. */
export class SecretIndex {
  /** By their first four characters. */
  readonly #byStart = new Map<number, string[]>()
  /** For most characters of a text a look into this tells that no secret begins there. */
  readonly #begins: Uint8Array

  constructor(secrets: Iterable<string>) {
    for (const secret of new Set(secrets)) {
      if (secret.length < SHORTEST) continue
      for (const form of formsOf(secret)) if (form.length >= SHORTEST) this.#add(form)
    }
    this.#begins = new Uint8Array(2 ** Math.ceil(Math.log2(64 + 8 * this.#byStart.size)))
    for (const key of this.#byStart.keys()) this.#begins[this.#slot(key)] = 1
  }

  #add(form: string): void {
    let key = 0
    for (let at = 0; at < SHORTEST; at += 1) key = keyWith(key, form.charCodeAt(at))
    const others = this.#byStart.get(key)
    if (!others) this.#byStart.set(key, [form])
    else if (!others.includes(form)) others.push(form)
  }

  #slot(key: number): number {
    return (key ^ (key >>> 11) ^ (key >>> 19)) & (this.#begins.length - 1)
  }

  /** Where a text has one of the secrets, or most of one where it breaks off. */
  find(text: string): Span[] {
    const found: Span[] = []
    if (this.#byStart.size === 0) return found
    let key = 0
    for (let at = 0; at < text.length; at += 1) {
      key = keyWith(key, text.charCodeAt(at))
      if (at < SHORTEST - 1 || this.#begins[this.#slot(key)] !== 1) continue
      const from = at - SHORTEST + 1
      for (const secret of this.#byStart.get(key) ?? []) {
        const length = lengthAt(text, from, secret)
        if (length > 0) found.push({ from, to: from + length })
      }
    }
    return found
  }
}

/** How long the secret is that stands at a place of a text; 0 where it does not. */
function lengthAt(text: string, from: number, secret: string): number {
  let length = 0
  while (
    length < secret.length &&
    folded(text.charCodeAt(from + length)) === folded(secret.charCodeAt(length))
  )
    length += 1
  if (length < secret.length) return length >= TELLING && endsAt(text, from + length) ? length : 0
  return secret.length >= SHORT || standsAlone(text, from, secret) ? length : 0
}

/** Whether a text breaks off at a place: there it ends, or was cut by `shortName`. */
function endsAt(text: string, at: number): boolean {
  return at === text.length || text.startsWith('...', at)
}

function standsAlone(text: string, from: number, secret: string): boolean {
  const behind = from + secret.length
  return (
    text.startsWith(secret, from) &&
    !PART_OF_A_WORD.test(text[from - 1] ?? '') &&
    !PART_OF_A_WORD.test(text[behind] ?? '')
  )
}
