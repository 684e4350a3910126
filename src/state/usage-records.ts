// Data that was used: which bundle carried how much, at which instant.
import { checkedAmount } from './amount.ts'
import type { Bundle } from './bundles.ts'
import { defineCollection, SEPARATOR, sortable } from './collection.ts'
import { defined } from './defined.ts'
import { keepLatest } from './keep-latest.ts'
import { amount, byName, fields, iccid, instant, name, optional, text } from './shape.ts'
import type { Sim } from './sims.ts'
import type { World } from './world.ts'

/**
 * What a bundle carried at one instant, with what is asked of the bundle when
 * it has gone.
 */
export interface UsageRecord
  extends Pick<Bundle, 'provider' | 'iccid' | 'name' | 'reference' | 'extra'> {
  readonly bundle: string
  readonly at: number
  readonly bytes: number
}

export const usageRecords = defineCollection<UsageRecord>({
  name: 'uses',
  key: ({ provider, iccid, at, bundle }) => `${provider}/${iccid}/${sortable(at)}/${bundle}`,
  shape: fields<UsageRecord>({
    provider: name,
    iccid,
    bundle: text,
    name: text,
    reference: text,
    extra: optional(byName(text)),
    at: instant,
    bytes: amount,
  }),
  indexes: {
    time: ({ provider, iccid, at }) => provider + SEPARATOR + iccid + SEPARATOR + sortable(at),
  },
})

/** How many uses of a SIM a world keeps; the oldest go first. */
export const USES_KEPT = 10_000

/**
 * Writes down that a bundle carried data now; all that it carries at one
 * instant is one record.
 */
export function recordUsage(world: World, bundle: Bundle, bytes: number): void {
  const { id, provider, iccid, name, reference, extra } = bundle
  const about = { provider, iccid, bundle: id, name, reference, extra, at: world.now }
  const record: UsageRecord = defined({ ...about, bytes })
  const all = world.in(usageRecords)
  const before = all.get(usageRecords.key(record))?.bytes ?? 0
  const together = checkedAmount(before + bytes, 'what was used at one instant, in bytes,')
  all.put({ ...record, bytes: together })
  const ofSim = { index: 'time', prefix: provider + SEPARATOR + iccid + SEPARATOR }
  keepLatest(world, usageRecords, ofSim, USES_KEPT)
}

/**
 * What a SIM used, oldest first, from `from` to `to`: both included, ms since
 * the epoch.
 */
export function usageWithin(
  world: World,
  { provider, iccid }: Pick<Sim, 'provider' | 'iccid'>,
  from: number,
  to: number,
): UsageRecord[] {
  const all = world.in(usageRecords)
  const bound = (instant: number) =>
    provider + SEPARATOR + iccid + SEPARATOR + sortable(Math.max(0, instant))
  // Records stand at whole ms; the bounds may lie between two.
  const range = { from: bound(Math.ceil(from)), to: bound(Math.floor(to) + 1) }
  return all.page('time', range, 0, all.size)
}
