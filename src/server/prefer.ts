// What the header Prefer (RFC 7240) asks of a simulator: a documented reply, an example, a delay.
import type { Reply } from '../simulators/call.ts'
import type { Simulator } from '../simulators/simulator.ts'
import { addDuration, durationProblem } from '../state/duration.ts'
import { Refusal } from '../state/refusal.ts'
import { shortName } from './bounded.ts'
import { documentedReply, whyUndocumented } from './documented-reply.ts'
import { examplesOf } from './example.ts'
import { LONGEST_WAIT } from './longest-wait.ts'
import type { Operation } from './spec.ts'

/** The preferences that are ours, as they were written. Others are the provider's, or nobody's. */
export interface Overrides {
  readonly code?: string
  readonly example?: string
  readonly delay?: string
}

const OURS = ['code', 'example', 'delay'] as const

/** Its parameters, behind a semicolon, mean nothing to us. */
const PREFERENCE = /^\s*([\w!#$%&'*+.^`|~-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s";,]+))\s*(?:;|$)/

/**
 * What of the header is ours; `undefined` where nothing is. Of one that is sent twice the first counts
 * (RFC 7240 2).
 */
export function overridesIn(header: string): Overrides | undefined {
  const found = new Map<string, string>()
  for (const preference of partsOf(header)) {
    const [, name = '', quoted, bare = ''] = PREFERENCE.exec(preference) ?? []
    const known = OURS.find((each) => each === name.toLowerCase())
    if (known === undefined || found.has(known)) continue
    found.set(known, quoted === undefined ? bare : quoted.replaceAll(/\\(.)/g, '$1'))
  }
  return found.size === 0 ? undefined : Object.fromEntries(found)
}

/** The preferences of a header: a comma within quotes parts none. */
function partsOf(header: string): string[] {
  const parts: string[] = []
  let begin = 0
  let isQuoted = false
  for (let at = 0; at < header.length; at += 1) {
    const character = header[at]
    if (isQuoted && character === '\\') at += 1
    else if (character === '"') isQuoted = !isQuoted
    else if (character === ',' && !isQuoted) {
      parts.push(header.slice(begin, at))
      begin = at + 1
    }
  }
  return [...parts, header.slice(begin)]
}

/** As `Preference-Applied` tells them (RFC 7240 3). */
export function appliedText(overrides: Overrides): string {
  return OURS.flatMap((name) => {
    const value = overrides[name]
    if (value === undefined) return []
    return `${name}=${/^[\w!#$%&'*+.^`|~-]+$/.test(value) ? value : JSON.stringify(value)}`
  }).join(', ')
}

/**
 * How long the answer is to wait, in wall ms.
 * @throws Refusal `invalid-request` for no duration
 */
export function delayIn({ delay }: Overrides): number {
  if (delay === undefined) return 0
  const problem = durationProblem(delay)
  if (problem !== undefined) throw wrong('delay', delay, problem)
  const ms = addDuration(0, delay)
  if (ms > LONGEST_WAIT) throw wrong('delay', delay, 'give at most a day')
  return ms
}

/**
 * The documented reply that is asked for; `undefined` where none is.
 * @throws Refusal `invalid-request` naming what there is instead
 */
export function replyIn(
  { code, example }: Overrides,
  simulator: Simulator,
  { operation, basePath }: { readonly operation: Operation; readonly basePath: string },
): Reply | undefined {
  if (code === undefined && example === undefined) return undefined
  const status = code === undefined ? statusOf(operation, example ?? '') : Number(code)
  const reason = `the header Prefer asked for ${status}`
  const found = documentedReply(simulator, operation, { status, example, reason, basePath })
  if (found) return found

  if (example !== undefined) throw noExample(operation, example)
  throw wrong('code', code ?? '', whyUndocumented(simulator, operation, status))
}

function statusOf(operation: Operation, example: string): number {
  const status = examplesOf(operation).get(example)
  if (status === undefined) throw noExample(operation, example)
  return status
}

function noExample(operation: Operation, example: string): Refusal {
  const names = [...examplesOf(operation)].map(([name, status]) => `${name} (${status})`)
  const has = names.length > 0 ? names.join(', ') : 'no named examples'
  return wrong('example', example, `${operation.id} has ${has}`)
}

function wrong(name: string, value: string, what: string): Refusal {
  return new Refusal('invalid-request', `Prefer: ${name}=${shortName(value)}: ${what}`)
}
