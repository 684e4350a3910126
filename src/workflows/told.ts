// A case as it is told: without its secrets, and without addresses that change from run to run.
import { isCredentialName } from '../server/redaction/credential-names.ts'
import {
  namesOnly,
  type Redactor,
  redactedHeaders,
  redactedTexts,
} from '../server/redaction/redactor.ts'
import { secretsSent } from '../server/redaction/secrets-sent.ts'
import { REDACTED } from '../server/redaction/span.ts'
import { defined } from '../state/defined.ts'
import { keptText } from './kept.ts'
import type { CallbackResult, CaseResult, ExchangeResult, Failure, StepResult } from './result.ts'
import type { Finding } from './seen-exchange.ts'

/** What is not told as it is. */
export interface Untold {
  /** Secrets that are known: credentials, and what the exchanges showed to be some. */
  readonly secrets: Iterable<string>
  /** By host and port as they are, what they are told as. */
  readonly addresses: Readonly<Record<string, string>>
}

/** @param raw as it was: with its secrets */
export function toldCase(raw: CaseResult, { secrets, addresses }: Untold): CaseResult {
  const redactor = namesOnly.with([...secrets, ...secretsNamed(raw)])
  const { summary, reason, inputs, outputs, steps, callbacks, findings } = raw
  const told = defined({
    ...raw,
    summary: sentence(summary, redactor),
    reason: sentence(reason, redactor),
    inputs: valueTold(inputs, redactor) as CaseResult['inputs'],
    outputs: valueTold(outputs, redactor) as CaseResult['outputs'],
    steps: steps.map((step) => stepTold(step, redactor)),
    callbacks: callbacks.map((each) => callbackTold(each, redactor)),
    findings: findings?.map((each) => findingTold(each, redactor)),
  })
  return withAddresses(told, { ...addresses, ...cursorsIn(raw) })
}

/** Steps as they are told while their case goes on. @param raw with their secrets */
export function toldSteps(
  raw: readonly StepResult[],
  { secrets, addresses }: Untold,
): readonly StepResult[] {
  const redactor = namesOnly.with([...secrets])
  return withAddresses(
    raw.map((step) => stepTold(step, redactor)),
    addresses,
  )
}

/** What the names of inputs and outputs show to be secrets. */
export function secretsNamed({
  inputs,
  outputs,
}: Pick<CaseResult, 'inputs' | 'outputs'>): string[] {
  const bodies = [inputs, outputs].map((each) => JSON.stringify(each))
  return secretsSent({ credential: undefined, headers: {}, url: '', bodies })
}

function sentence(text: string | undefined, redactor: Redactor): string | undefined {
  return text === undefined ? undefined : redactor.redacted(text, 'sentence')
}

function bodyTold(body: string | undefined, redactor: Redactor): string | undefined {
  return body === undefined ? undefined : redactor.redacted(body, 'body')
}

function stepTold(step: StepResult, redactor: Redactor): StepResult {
  const { description, action, exchange, failures } = step
  return defined({
    ...step,
    description: sentence(description, redactor),
    action: sentence(action, redactor),
    exchange: exchange && exchangeTold(exchange, redactor),
    failures: failures.map((failure) => failureTold(failure, redactor)),
  })
}

function exchangeTold(exchange: ExchangeResult, redactor: Redactor): ExchangeResult {
  const { url, requestHeaders, requestBody, replyHeaders, replyBody, error } = exchange
  return defined({
    ...exchange,
    url: redactor.redacted(url, 'url'),
    requestHeaders: redactedHeaders(requestHeaders, redactor),
    requestBody: bodyTold(requestBody, redactor),
    replyHeaders: replyHeaders && redactedHeaders(replyHeaders, redactor),
    replyBody: bodyTold(replyBody, redactor),
    error: sentence(error, redactor),
  })
}

function findingTold(finding: Finding, redactor: Redactor): Finding {
  const { message, request } = finding
  return defined({
    ...finding,
    message: redactor.redacted(message, 'sentence'),
    request: request && {
      method: request.method,
      url: redactor.redacted(request.url, 'url'),
      headers: redactedHeaders(request.headers, redactor),
      body: bodyTold(request.body, redactor),
    },
  })
}

function failureTold(failure: Failure, redactor: Redactor): Failure {
  const { expected, expectedValue, seen, message } = failure
  const isSecret = seen.some(({ expression }) => namesSecret(expression))
  const value = (each: unknown) => (isSecret ? hidden(each) : valueTold(each, redactor))
  const told = {
    ...failure,
    expected: redactor.redacted(expected, 'sentence'),
    seen: seen.map(({ expression, value: each }) => ({ expression, value: value(each) })),
    message: redactor.redacted(message, 'sentence'),
  }
  return 'expectedValue' in failure ? { ...told, expectedValue: value(expectedValue) } : told
}

/** True for an expression that leads to a credential by its name: `$response.body#/access_token`. */
function namesSecret(expression: string): boolean {
  return isCredentialName(expression.split(/[.#/]/).at(-1) ?? '')
}

function hidden(value: unknown): unknown {
  return typeof value === 'string' || typeof value === 'object' ? value && REDACTED : value
}

/** A value without its secrets: by the names of its fields, too. */
function valueTold(value: unknown, redactor: Redactor): unknown {
  const text = JSON.stringify(value)
  if (text === undefined) return null
  if (typeof value !== 'object') return redactedTexts(value, redactor)
  try {
    return JSON.parse(redactor.redacted(text, 'body'))
  } catch {
    return redactedTexts(value, redactor)
  }
}

function callbackTold(callback: CallbackResult, redactor: Redactor): CallbackResult {
  const { url, error, body } = callback
  return defined({
    ...callback,
    url: redactor.redacted(url, 'url'),
    error: sentence(error, redactor),
    body: keptText(redactor.redacted(body, 'body')),
  })
}

/** Operations that answer with a cursor, which is another at each start of a simulator. */
const WAITS = new Set(['waitFor', 'waitUntil'])

/** What the cursors of a case begin with, and what is told in its place. */
function cursorsIn({ steps }: CaseResult): Readonly<Record<string, string>> {
  const bodies = steps.flatMap(({ exchange }) =>
    WAITS.has(exchange?.operation ?? '') ? [exchange?.replyBody ?? ''] : [],
  )
  const found = bodies.flatMap((body) => /"next":"([a-z0-9]{6,})-\d+"/.exec(body)?.[1] ?? [])
  return Object.fromEntries(found.map((start) => [start, 'cursor']))
}

/** A value with other addresses in all its texts. */
function withAddresses<T>(value: T, addresses: Readonly<Record<string, string>>): T {
  return JSON.parse(addressesTold(JSON.stringify(value), addresses)) as T
}

/** A text with other addresses in it, percent-encoded or not. */
export function addressesTold(text: string, addresses: Readonly<Record<string, string>>): string {
  let told = text
  for (const [address, name] of Object.entries(addresses)) {
    const [host = '', port] = address.split(/:(?=\d+$)/)
    if (port === undefined) {
      told = told.replaceAll(host, name)
      continue
    }
    const pattern = new RegExp(`${host.replaceAll(/[.[\]]/g, '\\$&')}(:|%3A)${port}(?!\\d)`, 'gi')
    told = told.replaceAll(pattern, (_, colon: string) => name.replaceAll(':', colon))
  }
  return told
}
