// What is a secret because of the name it stands under, or the place it stands at.
import { cellsIn } from './csv-cells.ts'
import { REDACTED, type Span } from './span.ts'
import { withoutEscapes } from './spellings.ts'

/** Between the words of a name; `apiKey` has nothing there. */
const JOINT = String.raw`[\s._-]{0,2}`

/** Names of tokens that are none: where a list goes on, or why a token was refused. */
const HARMLESS = 'page|paging|pagination|next|prev|previous|continuation|cursor|sync|invalid'

/** The last words of names that credentials go by. */
const LAST_WORDS = [
  'pass(?:words?|wd|phrases?|codes?)|pwd|(?<![a-z])pass',
  `secrets?|(?<!(?:${HARMLESS})${JOINT})tokens?|jwt|bearer`,
  `(?:api|access|secret|private|auth|signing|encryption|subscription|master)${JOINT}keys?`,
  `authori[sz]ation|credentials?|cookies?|assertion|session${JOINT}id`,
].join('|')

/** Such a name, with brackets behind it as lists in forms have. */
const NAME = String.raw`(?:${LAST_WORDS})(?:\[\w*\])*`

const ENDS_IN_NAME = new RegExp(`(?:${NAME})$`, 'i')

/** Names that only a header or a parameter of a URL has for a credential. */
const PARAMETER = 'key|auth|sig|signature'
const IS_PARAMETER = new RegExp(`^(?:x-)?(?:${PARAMETER})$`, 'i')

/** What no text without such a name has. */
const MAY_HAVE_NAME = /pass|pwd|secret|token|jwt|bearer|key|authori|credential|cookie|assert|sess/i

/** True for the name of a field that holds a credential, as `client_secret` or `X-Apikey`. */
export function isCredentialName(name: string): boolean {
  return MAY_HAVE_NAME.test(name) && ENDS_IN_NAME.test(name.trim())
}

/** True for the name of a header or a URL's parameter that holds one. */
export function isCredentialParameter(name: string): boolean {
  return isCredentialName(name) || IS_PARAMETER.test(name)
}

/**
 * What kind of text it is: the URL of a request, the body of a message, a sentence of ours, or what
 * was found within one of these.
 */
export type TextKind = 'url' | 'body' | 'sentence' | 'part'

/** Quotes and brackets between a name and what follows. */
const CLOSERS = String.raw`(?:\\*["'\x60]|[\])])`
const EQUALS = new RegExp(`${NAME}${CLOSERS}*\\s*=[=>]?\\s*`, 'gi')
const COLON = new RegExp(`${NAME}${CLOSERS}*\\s*:\\s*`, 'gi')
/** Without closing quotes it may be prose, such as "it demands a token: send it". */
const QUOTED_COLON = new RegExp(`${NAME}${CLOSERS}+\\s*:\\s*`, 'gi')
const IN_URL = new RegExp(`(?<=[?&](?:${PARAMETER})=)[^&\\s"'<>#]+`, 'gi')

/** Parts that are secrets whatever their name, and what no text without such has. */
const ALWAYS = [
  // Who one is in a URL.
  { sign: /:\/\//, pattern: /(?<=[a-z]:\/\/)[^\s/?#"'<>]+(?=@)/gi },
  // A JSON Web Token.
  { sign: /eyJ/, pattern: /\beyJ[\w-]{6,}\.[\w-]+\.[\w-]*/g },
  {
    sign: /bearer /i,
    pattern: /(?<=\bBearer {1,9})(?=[^\s"'<>]*\d)[\w.~+/=-]{12,}/gi,
  },
]

const ELEMENT = new RegExp(`<[\\w.:-]{0,60}(?:${LAST_WORDS})(?:\\s[^<>]*)?>`, 'gi')
const PART_OF_FORM =
  /name="([^"\r\n]{1,200})"[^\r\n]{0,200}\r?\n(?:[^\r\n]{1,200}\r?\n){0,9}\r?\n/gi

/** What a text holds under names of credentials, and at places that hold such. */
export function namedSecrets(text: string, kind: TextKind): Span[] {
  const spans = ALWAYS.flatMap(({ sign, pattern }) =>
    sign.test(text) ? matchesOf(pattern, text) : [],
  )
  if (kind === 'url') spans.push(...matchesOf(IN_URL, text), ...fieldsOf(text, /[?&#]/))
  if (MAY_HAVE_NAME.test(text)) {
    spans.push(...valuesBehind(EQUALS, text, WORD))
    if (kind === 'body') spans.push(...inBody(text))
    else spans.push(...valuesBehind(kind === 'part' ? COLON : QUOTED_COLON, text, WORD))
  }
  return spans.filter(({ from, to }) => to > from && !text.startsWith(REDACTED, from))
}

/** The same as texts, as they stand there. */
export function secretsNamedIn(text: string, kind: TextKind): string[] {
  return namedSecrets(text, kind).map(({ from, to }) => text.slice(from, to))
}

/** Of whatever type it is: JSON, a form, XML, a form in parts, CSV, or something broken. */
function inBody(text: string): Span[] {
  if (/^\s*[[{"]/.test(text))
    return [...valuesBehind(COLON, text, isJson(text) ? TO_QUOTE : LINE), ...escapedNames(text)]
  return [
    ...valuesBehind(COLON, text, LINE),
    ...(text.includes('=') ? fieldsOf(text, /[&\r\n]/) : []),
    ...elementsOf(text),
    ...partsOf(text),
    ...cellsIn(text).filter(({ name }) => isCredentialName(name)),
  ]
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** @param bare how far a value goes that has no quotes */
function valuesBehind(names: RegExp, text: string, bare: RegExp): Span[] {
  const spans: Span[] = []
  let done = 0
  for (const { index, 0: name } of text.matchAll(names)) {
    // What stands within a value goes with it.
    if (index < done) continue
    const value = valueAt(text, index + name.length, bare)
    spans.push(value)
    done = value.to
  }
  return spans
}

function matchesOf(pattern: RegExp, text: string): Span[] {
  return [...text.matchAll(pattern)].map(({ index, 0: found }) => ({
    from: index,
    to: index + found.length,
  }))
}

/** A value without quotes, where more may follow on the line, up to what ends a sentence. */
const WORD = /(?:(?![;:,.)]+(?:\s|$))[^&\s"'`<>{}])*/y
/** Within a text of JSON, and where there is no telling what belongs to it. */
const TO_QUOTE = /[^"\r\n]*/y
const LINE = /[^\r\n]*/y
/** What JSON has without quotes. */
const LITERAL = /(?:null|true|false|(-?\d[\d.eE+-]*))(?=\s*[,}\]]|\s*$)/y

/** The value that begins at a place: quoted, in brackets, or bare. */
function valueAt(text: string, from: number, bare: RegExp): Span {
  const [escapes = '', quote] = matchAt(/(\\*)(["'`])/y, text, from)?.slice(1) ?? []
  if (quote !== undefined) {
    const begin = from + escapes.length + 1
    return { from: begin, to: endOfQuoted(text, begin, escapes + quote) }
  }
  if (text[from] === '[' || text[from] === '{')
    return { from, to: endOfBrackets(text, from), isBare: true }
  const literal = matchAt(LITERAL, text, from)
  if (literal) return { from, to: from + (literal[1]?.length ?? 0), isBare: true }
  return { from, to: from + (matchAt(bare, text, from)?.[0].length ?? 0) }
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at
  return pattern.exec(text)
}

/** What may follow a closing quote; another is taken for a part of the value. */
const BEHIND_QUOTE = /[\s,}\]&;)<>:/?\\]|$/y

/** Where a quoted value ends: at its closing quote, or with the text. */
function endOfQuoted(text: string, begin: number, quote: string): number {
  if (quote.length > 1) {
    const end = text.indexOf(quote, begin)
    return end < 0 ? text.length : end
  }
  for (let at = begin; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1
    else if (text[at] === quote && matchAt(BEHIND_QUOTE, text, at + 1)) return at
  }
  return text.length
}

/** Where what begins with a bracket ends. */
function endOfBrackets(text: string, from: number): number {
  let depth = 0
  for (let at = from; at < text.length; at += 1) {
    const character = text[at]
    if (character === '"') at = endOfQuoted(text, at + 1, '"')
    else if (character === '[' || character === '{') depth += 1
    else if (character === ']' || character === '}') depth -= 1
    if (depth === 0) return at + 1
  }
  return text.length
}

/** Members of JSON whose names have escapes in them. */
function escapedNames(text: string): Span[] {
  const spans: Span[] = []
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at)) {
    const begin = at + 1
    at = begin
    while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1
    const name = text.slice(begin, at)
    at += 1
    const colon = name.includes('\\') ? matchAt(/\s*:\s*/y, text, at) : null
    if (colon && isCredentialName(plain(name)))
      spans.push(valueAt(text, at + colon[0].length, TO_QUOTE))
  }
  return spans
}

/** A name with its escapes undone. */
function plain(name: string): string {
  return withoutEscapes(name)?.text ?? name
}

/** The values of the fields of a form or a query; the first part of a URL is none. */
function fieldsOf(text: string, separator: RegExp): Span[] {
  const spans: Span[] = []
  let from = 0
  for (const field of text.split(separator)) {
    const equals = field.indexOf('=')
    if (equals >= 0 && isCredentialParameter(plain(field.slice(0, equals).replaceAll('+', ' '))))
      spans.push({ from: from + equals + 1, to: from + field.length })
    from += field.length + 1
  }
  return spans
}

/** The content of XML elements. */
function elementsOf(text: string): Span[] {
  return [...text.matchAll(ELEMENT)].map(({ index, 0: found }) => {
    const from = index + found.length
    const end = text.indexOf('<', from)
    return { from, to: end < 0 ? text.length : end }
  })
}

/** The content of the parts of a multipart form. */
function partsOf(text: string): Span[] {
  return [...text.matchAll(PART_OF_FORM)].flatMap(({ index, 0: found, 1: name = '' }) => {
    if (!isCredentialName(name)) return []
    const from = index + found.length
    const end = text.indexOf('\r\n--', from)
    return [{ from, to: end < 0 ? text.length : end }]
  })
}
