// Looks at a case whose steps are done: every exchange is held to its document, and probes ask more.
import { defined } from '../state/defined.ts'
import type { DoneCase, Finding, SeenExchange } from '../workflows/seen-exchange.ts'
import { firstGood, operationName, operationOf } from './call.ts'
import { EXCHANGE_CHECKS, type ExchangeCheck } from './exchange-checks.ts'
import { type Ask, PROBES, type Probe, type Probing } from './probes.ts'

/** What a case is looked at for. */
export interface Inspection {
  readonly checks: readonly ExchangeCheck[]
  readonly probes: readonly Probe[]
  /** Fields that may differ from call to call: JSON pointers. */
  readonly volatile: readonly string[]
}

/** The names that `--checks` takes. */
export const CHECK_NAMES: readonly string[] = [...EXCHANGE_CHECKS, ...PROBES].map(
  ({ name }) => name,
)

/** What is found in a case, in the order of its steps; what probes found comes behind. */
export async function inspected(
  { exchanges, send, forbids }: DoneCase,
  { checks, probes, volatile }: Inspection,
): Promise<readonly Finding[]> {
  const found: Finding[] = exchanges.flatMap((exchange) =>
    checks.flatMap((check) => check.find(exchange).map((each) => findingOf(check, exchange, each))),
  )
  for (const exchange of firstGood(exchanges)) {
    const earlier = exchanges.slice(0, exchanges.indexOf(exchange))
    const ask: Ask = (request) => {
      if (forbids(request, operationOf(exchange, request)) !== undefined) throw new NotSent()
      return send(request)
    }
    for (const probe of probes.filter((each) => each.fits(exchange)))
      for (const each of await probed(probe, exchange, { ask, earlier, volatile }))
        found.push(findingOf({ ...probe, severity: 'failure' }, exchange, each))
  }
  return found
}

/** A probe may not send what it has to. */
class NotSent extends Error {}

async function probed(probe: Probe, exchange: SeenExchange, probing: Probing) {
  try {
    return await probe.find(exchange, probing)
  } catch (error) {
    if (error instanceof NotSent) return []
    throw error
  }
}

function findingOf(
  { name, severity }: Pick<ExchangeCheck, 'name' | 'severity'>,
  exchange: SeenExchange,
  found: Pick<Finding, 'message' | 'pointer' | 'request'>,
): Finding {
  const about = { attempt: exchange.attempt, operation: operationName(exchange) }
  return defined({ check: name, severity, ...found, ...about })
}
