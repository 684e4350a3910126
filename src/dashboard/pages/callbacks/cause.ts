// What caused a callback: the exchange that set it off, or what happened to its SIM at that instant.
import { call } from '../../client.ts'
import type { AnyCallback } from './callback-list.ts'

export type Cause =
  | { readonly kind: 'exchange'; readonly id: number; readonly what: string }
  | { readonly kind: 'events'; readonly types: readonly string[] }
  | { readonly kind: 'unknown' }

export async function causeOf(callback: AnyCallback): Promise<Cause> {
  const { id, queuedAt, provider } = callback
  const query = { since: queuedAt, until: queuedAt, provider, limit: 1000 }
  const { entries } = await call('listJournal', { query })
  const exchange = entries.find(({ effects }) => effects?.callbacks.includes(id))
  if (exchange) {
    const { method, operation = exchange.url } = exchange
    return { kind: 'exchange', id: exchange.id, what: `${method} ${operation}` }
  }
  const types = await eventsAt(callback)
  return types.length === 0 ? { kind: 'unknown' } : { kind: 'events', types }
}

/** What happened to the SIM of a callback at the instant it was queued. */
async function eventsAt({ iccid, provider, queuedAt }: AnyCallback): Promise<readonly string[]> {
  if (iccid === undefined) return []
  try {
    const { timeline } = await call('getSim', { path: { iccid }, query: { provider } })
    return timeline.filter(({ at }) => at === queuedAt).map(({ type }) => type)
  } catch {
    // A SIM that is there no more has no time line.
    return []
  }
}
