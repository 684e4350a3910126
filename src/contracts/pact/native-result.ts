// What Pact's verifier found, told as a run tells what did not hold: with places, what was expected and what was seen.
import { defined } from '../../state/defined.ts'
import { pointerToken } from '../../state/json-pointer.ts'
import type { Path } from '../../workflows/document.ts'
import type { Failure } from '../../workflows/result.ts'
import type { NativeVerdict } from './native-verifier.ts'
import type { Interaction } from './pact-file.ts'

/** What the verification of one interaction came to. */
export interface Verdict {
  readonly failures: readonly Failure[]
  /** Why it failed apart from what was compared. */
  readonly reason: string | undefined
  /** Wall ms. */
  readonly duration: number
}

/** As the verifier writes it, as far as it is read. */
interface NativeResult {
  readonly result: boolean
  readonly interactionResults?: readonly { readonly duration?: string }[]
  readonly errors?: readonly NativeError[]
  readonly pendingErrors?: readonly NativeError[]
}

interface NativeError {
  readonly mismatch?: {
    readonly type?: string
    readonly message?: string
    readonly mismatches?: readonly Mismatch[]
  }
}

interface Mismatch {
  readonly type: string
  readonly mismatch?: string
  readonly expected?: unknown
  readonly actual?: unknown
  /** Of a header or of metadata. */
  readonly key?: string
  /** Of a part of a body, as JSONPath has it. */
  readonly path?: string
}

export function verdictOf(native: NativeVerdict, interaction: Interaction): Verdict {
  if ('error' in native) return { failures: [], reason: native.error, duration: 0 }
  const told = JSON.parse(native.text) as NativeResult
  const { result, errors = [], pendingErrors = [], interactionResults = [] } = told
  const all = [...errors, ...pendingErrors].map(({ mismatch = {} }) => mismatch)
  const found = all.flatMap(({ mismatches = [] }) => mismatches)
  const messages = all.flatMap(({ mismatches, message }) => (mismatches ? [] : (message ?? [])))
  const why = !result && all.length === 0 ? 'the verifier of Pact says no more' : undefined
  return {
    failures: found.map((each) => failureOf(each, interaction)).toSorted(inOrder),
    reason: messages[0] ?? why,
    duration: millisecondsOf(interactionResults[0]?.duration),
  }
}

/** `59ms`, or `1.2s` as Rust writes it. */
function millisecondsOf(text = ''): number {
  const [, number = '0', unit] = /^([\d.]+)(ms|s)$/.exec(text) ?? []
  return Math.round(Number(number) * (unit === 's' ? 1000 : 1))
}

/** The verifier tells headers in another order at each run. */
function inOrder(a: Failure, b: Failure): number {
  return Number(keyOf(a) > keyOf(b)) - Number(keyOf(a) < keyOf(b))
}

const ORDER = ['status', 'header', 'metadata', 'body']

function keyOf({ expected, message }: Failure): string {
  const [kind = ''] = expected.split(' ')
  return `${ORDER.indexOf(kind)} ${expected} ${message}`
}

function failureOf(mismatch: Mismatch, interaction: Interaction): Failure {
  const { path, expected, expression, named } = subjectOf(mismatch, interaction)
  const { mismatch: message = mismatch.type } = mismatch
  return defined({
    place: interaction.place(path),
    expected,
    expectedValue: valueOfText(mismatch.expected),
    seen: [{ expression, value: valueOfText(mismatch.actual) }],
    message: `${named}${withoutColours(message)}`,
  })
}

/** What a mismatch is about. */
function subjectOf(mismatch: Mismatch, { kind, bodyPath, metadataPath }: Interaction) {
  const { type, key = '', path = '$', expected } = mismatch
  const [part] = kind === 'message' ? [] : ['response']
  const place = (...further: Path): Path => (part === undefined ? further : [part, ...further])
  const wanted = textOf(expected)
  if (type === 'StatusMismatch')
    return {
      path: place('status'),
      expected: `status ${wanted}`,
      expression: '$statusCode',
      named: '',
    }
  if (type === 'HeaderMismatch')
    return {
      path: place('headers', key),
      expected: `header ${key}: ${wanted}`,
      expression: `$response.header.${key}`,
      named: '',
    }
  if (type === 'MetadataMismatch')
    return {
      path: [...metadataPath, key],
      expected: `metadata ${key}: ${wanted}`,
      expression: `$message.metadata.${key}`,
      named: '',
    }
  const tokens = tokensOf(path)
  const pointer = tokens.map((token) => `/${pointerToken(String(token))}`).join('')
  const where = kind === 'message' ? '$message.body' : '$response.body'
  return {
    path: [...bodyPath, ...tokens],
    expected: `body ${path}: ${wanted}`,
    expression: pointer === '' ? where : `${where}#${pointer}`,
    named: path === '$' ? '' : `${path}: `,
  }
}

/** The names and positions of a JSONPath such as `$.a[0]['b c']`. */
function tokensOf(path: string): Path {
  return [...path.matchAll(/\.([^.[\]]+)|\[(\d+)\]|\['((?:[^'\\]|\\.)*)'\]/g)].map(
    ([, name, index, quoted]) => (index === undefined ? (name ?? quoted ?? '') : Number(index)),
  )
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value))

/** The verifier writes most values as JSON in a text. */
function valueOfText(value: unknown): unknown {
  if (typeof value !== 'string') return value
  try {
    return JSON.parse(value) as unknown
  } catch {
    return value
  }
}

function withoutColours(text: string): string {
  return text.replaceAll(new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g'), '')
}
