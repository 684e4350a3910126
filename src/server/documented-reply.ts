// A reply of an operation that its spec documents: in the words of its provider, or the example.
import type { Reply } from '../simulators/call.ts'
import type { Simulator } from '../simulators/simulator.ts'
import { Refusal } from '../state/refusal.ts'
import { exampleOf } from './example.ts'
import type { Operation } from './spec.ts'
import { withStatusHeaders } from './status-headers.ts'

/** What is asked for. */
export interface WantedReply {
  readonly status: number
  /** Of an example of the spec; the first unless told. */
  readonly example?: string | undefined
  /** What a refusal gives as its reason. */
  readonly reason: string
  readonly retryAfter?: number | undefined
  /** Of the mount the call came by. */
  readonly basePath?: string | undefined
}

/** Refusals that mostly have a status; where a provider has several, these are looked at first. */
const TYPICAL: Readonly<Record<number, readonly string[]>> = {
  400: ['invalid-request'],
  401: ['unauthorized'],
  403: ['unauthorized'],
  404: ['not-found', 'unknown-route'],
  409: ['wrong-state', 'busy'],
  429: ['rate-limited'],
  500: ['internal'],
  501: ['not-implemented'],
  503: ['busy', 'writes-refused'],
}

/**
 * The reply of that status: a refusal in the provider's words, else an example of the spec.
 * `undefined` where the provider never answers so.
 */
export function documentedReply(
  simulator: Simulator,
  operation: Operation,
  wanted: WantedReply,
): Reply | undefined {
  const { status, example } = wanted
  const isRefusal = status >= 400 && example === undefined
  const worded = isRefusal ? refusalWith(simulator, operation, wanted) : undefined
  return worded ?? exampleOf(operation, status, example)
}

/** A refusal of the provider that has the status and fits the spec. */
function refusalWith(
  { refusalCodes, refusalReply, settings }: Simulator,
  operation: Operation,
  { status, reason, retryAfter, basePath }: WantedReply,
): Reply | undefined {
  const typical = TYPICAL[status] ?? []
  const codes = [...typical.filter((code) => refusalCodes.includes(code)), ...refusalCodes]
  for (const code of codes) {
    const refusal = new Refusal<string>(code, reason, { retryAfter })
    const own = refusalReply(refusal, operation.id, settings.defaults, basePath)
    if (own.status !== status) continue
    const type = own.body === undefined ? undefined : operation.jsonType(status)
    if (operation.violations(status, type, own.body).length === 0)
      return withStatusHeaders(own, refusal)
  }
  return undefined
}

/** Why `documentedReply` has none, and what there is instead. */
export function whyUndocumented(
  simulator: Simulator,
  operation: Operation,
  status: number,
): string {
  const { content = {} } = operation.object.responses[status] ?? {}
  const [type] = Object.keys(content)
  if (type !== undefined)
    return `the spec has no example of the ${type} that ${operation.id} answers with ${status}`
  const known = documentedStatuses(simulator, operation).join(', ')
  return `${status} is not documented for ${operation.id}, which answers ${known}`
}

/** Every status that `documentedReply` has a reply for, in order. */
function documentedStatuses(simulator: Simulator, operation: Operation): number[] {
  const explicit = Object.keys(operation.object.responses).map(Number)
  const worded = simulator.refusalCodes.map((code) => {
    const refusal = new Refusal<string>(code, code)
    return simulator.refusalReply(refusal, operation.id, simulator.settings.defaults).status
  })
  const all = new Set([...explicit, ...worded].filter((status) => status >= 200))
  return [...all]
    .filter((status) => documentedReply(simulator, operation, { status, reason: 'listed' }))
    .toSorted((a, b) => a - b)
}
