// Looks at a case whose steps are done: every exchange is held to its document, and probes ask more.
import { defined } from '../state/defined.ts'
import type { DoneCase, Finding, SeenExchange } from '../workflows/seen-exchange.ts'
import { effectOfCall, operationName } from './call.ts'
import { EXCHANGE_CHECKS, type ExchangeCheck } from './exchange-checks.ts'
import { firstGood } from './negative-inputs.ts'
import { PROBES, type Probe } from './probes.ts'

/** What a case is looked at for. */
export interface Inspection {
  readonly checks: readonly ExchangeCheck[]
  readonly probes: readonly Probe[]
  /** Whether a probe may repeat a call that does more than read: it is made wrong on purpose. */
  readonly mayChange: boolean
  /** Fields that may differ from call to call: JSON pointers. */
  readonly volatile: readonly string[]
}

/** The names that `--checks` takes. */
export const CHECK_NAMES: readonly string[] = [...EXCHANGE_CHECKS, ...PROBES].map(
  ({ name }) => name,
)

/** What is found in a case, in the order of its steps; what probes found comes behind. */
export async function inspected(
  { exchanges, send }: Pick<DoneCase, 'exchanges' | 'send'>,
  { checks, probes, mayChange, volatile }: Inspection,
): Promise<readonly Finding[]> {
  const found: Finding[] = exchanges.flatMap((exchange) =>
    checks.flatMap((check) => check.find(exchange).map((each) => findingOf(check, exchange, each))),
  )
  for (const exchange of firstGood(exchanges))
    for (const probe of probes) {
      if (!probe.fits(exchange)) continue
      if (!mayChange && (probe.mayChange || effectOfCall(exchange) !== 'reads')) continue
      const earlier = exchanges.slice(0, exchanges.indexOf(exchange))
      for (const each of await probe.find(exchange, { ask: send, earlier, volatile }))
        found.push(findingOf({ ...probe, severity: 'failure' }, exchange, each))
    }
  return found
}

function findingOf(
  { name, severity }: Pick<ExchangeCheck, 'name' | 'severity'>,
  exchange: SeenExchange,
  found: Pick<Finding, 'message' | 'pointer' | 'request'>,
): Finding {
  const about = { attempt: exchange.attempt, operation: operationName(exchange) }
  return defined({ check: name, severity, ...found, ...about })
}
