// Account of data used: which bundle carried how much, at which instant.
import type { Bundle } from './bundles.ts'
import { defineCollection, SEPARATOR, sortable } from './collection.ts'
import type { World } from './world.ts'

/** What a bundle carried at one instant; told of the bundle is what is still wanted when it has gone. */
export interface UsageRecord
  extends Pick<Bundle, 'provider' | 'iccid' | 'name' | 'reference' | 'extra'> {
  readonly bundle: string
  readonly at: number
  readonly bytes: number
}

const uses = defineCollection<UsageRecord>({
  name: 'uses',
  key: ({ provider, iccid, at, bundle }) => `${provider}/${iccid}/${sortable(at)}/${bundle}`,
  indexes: {
    time: ({ provider, iccid, at }) => provider + SEPARATOR + iccid + SEPARATOR + sortable(at),
  },
})

/** Writes a use down; uses of a bundle at one instant are one. */
export function recordUsage(world: World, bundle: Bundle, bytes: number): void {
  const { id, provider, iccid, name, reference, extra } = bundle
  const use: UsageRecord = {
    provider,
    iccid,
    bundle: id,
    name,
    reference,
    ...(extra ? { extra } : {}),
    at: world.now,
    bytes,
  }
  const before = world.in(uses).get(uses.key(use))?.bytes ?? 0
  world.in(uses).put({ ...use, bytes: before + bytes })
}

/** The uses of a SIM from `from` to `to`, both included, oldest first: ms since the epoch, fractions too. */
export function usageWithin(
  world: World,
  provider: string,
  iccid: string,
  from: number,
  to: number,
): UsageRecord[] {
  const bound = (instant: number) =>
    provider + SEPARATOR + iccid + SEPARATOR + sortable(Math.max(0, instant))
  const all = world.in(uses)
  return all.page(
    'time',
    { from: bound(Math.ceil(from)), to: bound(Math.floor(to) + 1) },
    0,
    all.size,
  )
}
