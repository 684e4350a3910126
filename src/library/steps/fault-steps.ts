// Steps in which something breaks, and is whole again: calls of the API, and callbacks.
import fc from 'fast-check'
import { type Step, stepOf } from './step.ts'

/** A fault that happens once, of one provider. */
interface FaultOf {
  readonly kind: string
  readonly when?: 'before' | 'after'
  readonly callback?: string
  readonly by?: string
  readonly status?: number
  readonly body?: string
  readonly contentType?: string
}

/** As what stands in front of an API answers where that is down. */
const DOWN = { kind: 'status', status: 503, body: 'Service Unavailable', contentType: 'text/plain' }

/** How the next call of the API fails, once. `after`: it is done, and the answer is lost. */
const CALLS: readonly FaultOf[] = [
  { ...DOWN, when: 'before' },
  { ...DOWN, when: 'after' },
  { kind: 'reset', when: 'before' },
  { kind: 'reset', when: 'after' },
  { kind: 'truncated', when: 'after' },
  { kind: 'malformed', when: 'after' },
  { kind: 'empty', when: 'after' },
]

/** What happens to the next callback, once. */
const CALLBACKS: readonly FaultOf[] = [
  { kind: 'duplicate', callback: '*' },
  { kind: 'late', callback: '*', by: 'PT5M' },
  { kind: 'reorder', callback: '*' },
  { kind: 'drop', callback: '*' },
]

function faultStep<Client>(
  provider: string,
  faults: readonly FaultOf[],
  told: string,
): fc.Arbitrary<Step<Client>> {
  return stepOf<Client, FaultOf>({
    name: told,
    reads: ({ kind, when }) => `${told}: ${kind}${when === undefined ? '' : ` (${when})`}`,
    of: fc.constantFrom(...faults),
    when: async (model) => !(await model.isFaultPending()),
    async act({ sim }, fault) {
      await sim.faults.add({ ...fault, provider, times: 1 })
    },
  })
}

/** The next call of the provider's API fails; while that is to come, no other step calls it. */
export function callFaultStep<Client>(slug: string): fc.Arbitrary<Step<Client>> {
  return faultStep(slug, CALLS, 'the next call fails')
}

/** Something happens to the next callback of the provider. */
export function callbackFaultStep<Client>(slug: string): fc.Arbitrary<Step<Client>> {
  return faultStep(slug, CALLBACKS, 'the next callback is hurt')
}

/** What was to fail does not. */
export function recoveryStep<Client>(): fc.Arbitrary<Step<Client>> {
  return stepOf<Client, undefined>({
    name: 'all is well again',
    of: fc.constant(undefined),
    when: (model) => model.isFaultPending(),
    act: async ({ sim }) => {
      await sim.faults.clear()
    },
  })
}
