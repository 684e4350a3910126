// Looks at a case whose steps are done: exchanges and callbacks are held to their document, and probes ask more.
import { defined } from '../state/defined.ts'
import type { DoneCase, Finding, SeenExchange } from '../workflows/seen-exchange.ts'
import { firstGood, operationName, operationOf } from './call.ts'
import { CALLBACK_CHECKS, type CallbackCheck, callbackFindings } from './callback-checks.ts'
import { EXCHANGE_CHECKS, type ExchangeCheck } from './exchange-checks.ts'
import type { Ask, Probe, Probing } from './probes/probe.ts'
import { PROBES } from './probes.ts'

/** What a case is looked at for. */
export interface Inspection {
  readonly checks: readonly ExchangeCheck[]
  readonly callbackChecks: readonly CallbackCheck[]
  readonly probes: readonly Probe[]
  /** Fields that may differ from call to call: JSON pointers. */
  readonly volatile: readonly string[]
  /** Probes of calls and their answers that were made where all cases work on the same. */
  readonly probedBefore: Set<string>
}

/** The names that `--checks` takes. */
export const CHECK_NAMES: readonly string[] = [
  ...EXCHANGE_CHECKS,
  ...CALLBACK_CHECKS,
  ...PROBES,
].map(({ name }) => name)

/** What is found in a case, in the order of its steps; then of its callbacks, then by probes. */
export async function inspected(
  done: DoneCase,
  inspection: Inspection,
): Promise<readonly Finding[]> {
  const { exchanges, send } = done
  const { checks, callbackChecks, probes, volatile } = inspection
  const found: Finding[] = exchanges.flatMap((exchange) =>
    checks.flatMap((check) => check.find(exchange).map((each) => findingOf(check, exchange, each))),
  )
  if (callbackChecks.length > 0) found.push(...(await callbackFindings(done, callbackChecks)))
  const chosen = new Map<SeenExchange, Probe[]>()
  for (const probe of probes)
    for (const exchange of (probe.chosen ?? firstGood)(exchanges))
      if (probe.fits(exchange) && !isProbed(probe, exchange, done, inspection))
        chosen.set(exchange, [...(chosen.get(exchange) ?? []), probe])
  for (const exchange of exchanges) {
    const earlier = exchanges.slice(0, exchanges.indexOf(exchange))
    const ask: Ask = async (request) => {
      const answer = await send(request, operationOf(exchange, request))
      if (!answer) throw new NotSent()
      return answer
    }
    for (const probe of chosen.get(exchange) ?? [])
      for (const each of await probed(probe, exchange, { ask, exchanges, earlier, volatile }))
        found.push(findingOf({ ...probe, severity: 'failure' }, exchange, each))
  }
  return found
}

/**
 * Whether a probe was made of the same call with the same answer, in a run whose cases all work on the
 * same; it is noted. Probes that choose their calls ask much.
 */
function isProbed(
  { name, chosen }: Probe,
  { request, reply }: SeenExchange,
  { world }: DoneCase,
  { probedBefore }: Inspection,
): boolean {
  if (!chosen || world !== undefined) return false
  const key = `${name} ${request.method} ${request.url} ${reply.body.toString('latin1')}`
  const isKnown = probedBefore.has(key)
  probedBefore.add(key)
  return isKnown
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
