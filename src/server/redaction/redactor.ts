// Secrets, struck out of whatever is shown or logged: those that are known, in any spelling, and what goes by the name of one.
import { isAccessToken, TOKEN_LENGTH } from '../../state/access-token.ts'
import { isCredentialParameter, namedSecrets, type TextKind } from './credential-names.ts'
import { SecretIndex } from './secret-index.ts'
import { REDACTED, type Span, withoutSpans } from './span.ts'
import { base64Readings, withoutEscapes } from './spellings.ts'

/** How many layers of spelling are undone: percent within JSON within base64 are three. */
const LAYERS = 4

/** Strikes secrets out of texts. */
export interface Redactor {
  /**
   * A text without its secrets, up to `end`: a secret that begins before goes whole. One that the
   * text breaks off in goes, too.
   */
  redacted(text: string, kind: TextKind, end?: number): string
  /** Where the secrets of a text stand, in any order; they may overlap. */
  spans(text: string, kind: TextKind): readonly Span[]
  /** Finds these, too. */
  with(secrets: Iterable<string>): Redactor
  /** Another object once other secrets are known: what was redacted before may have to be again. */
  knowing(): object
}

/**
 * @param known asked for at each text, since secrets come and go
 * @param more found besides
 */
export function openRedactor(
  known: () => SecretIndex,
  more: readonly SecretIndex[] = [],
): Redactor {
  const spans = (text: string, kind: TextKind) => secretsIn(text, kind, [known(), ...more], 0)
  return {
    redacted: (text, kind, end) => withoutSpans(text, spans(text, kind), end),
    spans,
    with: (secrets) => openRedactor(known, [...more, new SecretIndex(secrets)]),
    knowing: known,
  }
}

/** A report that tells no secret. */
export function reportWithout(
  redactor: Redactor,
  report: (sentence: string) => void,
): (sentence: string) => void {
  return (sentence) => report(redactor.redacted(sentence, 'sentence'))
}

/**
 * Headers without what proves their sender, under whatever name.
 * @param credential what proves it where a provider looks for that, good or not
 */
export function redactedHeaders(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  redactor: Redactor,
  credential?: string,
): Record<string, string> {
  const all: Record<string, string> = {}
  for (const [name, sent] of Object.entries(headers)) {
    // A Host may not have a user in it, and the refusal says so.
    const value = name === 'host' ? String(sent).replace(/^.*@/, `${REDACTED}@`) : String(sent)
    const isSecret = value === credential || isCredentialParameter(name)
    const shownName = redactor.redacted(name, 'sentence')
    all[shownName] = isSecret ? REDACTED : redactor.redacted(value, 'sentence')
  }
  return all
}

/** A value of JSON without the secrets in its texts. */
export function redactedTexts(value: unknown, redactor: Redactor): unknown {
  if (typeof value === 'string') return redactor.redacted(value, 'sentence')
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((each) => redactedTexts(each, redactor))
  const fields = Object.entries(value).map(([name, each]) => [name, redactedTexts(each, redactor)])
  return Object.fromEntries(fields)
}

const NO_SECRETS = new SecretIndex([])

/** Knows no secret, only the names and places that such have. */
export const namesOnly: Redactor = openRedactor(() => NO_SECRETS)

function secretsIn(
  text: string,
  kind: TextKind,
  known: readonly SecretIndex[],
  layer: number,
): Span[] {
  const spans = [...known.flatMap((index) => index.find(text)), ...accessTokens(text)]
  spans.push(...namedSecrets(text, kind))
  if (layer === LAYERS) return spans

  const below: TextKind = kind === 'body' ? 'part' : kind
  const escaped = withoutEscapes(text)
  for (const reading of escaped ? [escaped] : [])
    for (const span of secretsIn(reading.text, below, known, layer + 1))
      spans.push(reading.place(span))
  for (const reading of base64Readings(text))
    for (const span of secretsIn(reading.text, 'part', known, layer + 1))
      spans.push(reading.place(span))
  return spans
}

const LONG_WORD = new RegExp(`(?<![A-Za-z0-9])[A-Za-z0-9]{${TOKEN_LENGTH},}`, 'g')

/** Tokens that simulators gave out, of this and other lives. */
function accessTokens(text: string): Span[] {
  const spans: Span[] = []
  for (const { 0: word, index } of text.matchAll(LONG_WORD))
    for (let at = 0; at + TOKEN_LENGTH <= word.length; at += 1)
      if (isAccessToken(word.slice(at, at + TOKEN_LENGTH)))
        spans.push({ from: index + at, to: index + at + TOKEN_LENGTH })
  return spans
}
