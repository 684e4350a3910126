// What is known of a world beside the calls that were made: settings, targets, SIMs, callbacks, and what came due.
import type { WorldClient } from '../../control/world-client.ts'
import { REDACTED } from '../../server/redaction/span.ts'
import type { CallbackPlace, DeliveredFacts, Facts } from './draft.ts'
import type { PlayedCall } from './played.ts'

/** @param isWhole true where the recording has all that was played */
export async function factsOf(
  client: WorldClient,
  calls: readonly PlayedCall[],
  isWhole: boolean,
): Promise<Facts> {
  const isProvider = (slug: string) => slug !== 'control'
  const called = new Set(calls.flatMap(({ source }) => source.simulator?.slug ?? []))
  const providers = [...called].filter(isProvider)
  const { targets } = await client.show()
  const settings = new Map<string, Readonly<Record<string, unknown>>>()
  const deliveries = new Map<string, DeliveredFacts>()
  for (const slug of providers) {
    const own = await changedSettings(client, slug)
    if (own) settings.set(slug, own)
    const delivered = isWhole ? await deliveredBy(client, slug) : undefined
    if (delivered) deliveries.set(slug, delivered)
  }
  const steps = await client.history(Number.POSITIVE_INFINITY)
  return {
    targets: new Map(Object.entries(targets)),
    settings,
    sims: await client.sims(),
    callbacks: await callbackPlaces(client),
    due: steps.flatMap(({ at, cause }) => (cause.kind === 'time' ? [Date.parse(at)] : [])),
    deliveries,
  }
}

/** Settings of a provider that are not as they are by themselves. */
async function changedSettings(client: WorldClient, slug: string) {
  const rows = Object.entries(await client.settings(slug))
  const own = rows.flatMap(([name, { value, default: usual }]) => {
    const text = JSON.stringify(value)
    return text === JSON.stringify(usual) || text.includes(REDACTED) ? [] : [[name, value] as const]
  })
  return own.length > 0 ? Object.fromEntries(own) : undefined
}

async function deliveredBy({ callbacks }: WorldClient, provider: string) {
  const { deliveries } = await callbacks.deliveries({ provider, order: 'newest', limit: 1 })
  const [latest] = deliveries
  if (!latest) return undefined
  const { total, distinct, types } = await callbacks.deliveries({ provider })
  return { total, distinct, types, last: Date.parse(latest.at) }
}

/** Where callbacks stand in the lists that have them, the oldest first. */
async function callbackPlaces({ callbacks }: WorldClient): Promise<readonly CallbackPlace[]> {
  const queued = await callbacks.list({ order: 'oldest', limit: 1000 })
  const unsent = await callbacks.unsent({ order: 'oldest', limit: 1000 })
  return [
    ...queued.map(({ id }, position) => ({ id, state: undefined, position })),
    ...unsent.map(({ id }, position) => ({ id, state: 'unsent', position })),
  ]
}
