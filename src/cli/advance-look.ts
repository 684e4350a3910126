// How far an advance has come: the clock, its callbacks, and the receivers that keep it waiting.
import type { DeliveryShown } from '../control/wire.ts'
import type { WorldClient } from '../control/world-client.ts'

/** How many of the latest attempts are looked at. */
const LOOKED_AT = 200

/** What went wrong with attempts, by receiver: how, and how often. */
function failures(attempts: readonly DeliveryShown[]): string[] {
  const counts = new Map<string, number>()
  for (const { url, status, error } of attempts) {
    if (error === undefined || status !== undefined) continue
    const what = `${hostOf(url)}: ${error}`
    counts.set(what, (counts.get(what) ?? 0) + 1)
  }
  return [...counts].map(([what, count]) => `${what}, ${count === 1 ? 'once' : `${count} times`}`)
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url
}

/**
 * What tells how far an advance has come that begins now. What was attempted before is not counted.
 * @returns looks at the world, which answers while its clock is moved
 */
export async function advanceLook(client: WorldClient): Promise<() => Promise<string>> {
  const latest = await client.callbacks
    .deliveries({ order: 'newest', limit: 1 })
    .catch(() => undefined)
  const after = latest?.deliveries[0]?.id ?? 0
  return async () => {
    const { now } = await client.clock.show()
    const attempts = await client.callbacks.deliveries({ after, order: 'newest', limit: LOOKED_AT })
    const pending = await client.control.call('listCallbacks', {
      query: { state: 'pending', limit: 1 },
    })
    const parts = [`the clock has come to ${now}`]
    const all = attempts.total + pending.total
    if (all > 0) parts.push(`${attempts.total} of ${all} callbacks attempted`)
    return [...parts, ...failures(attempts.deliveries)].join('; ')
  }
}
