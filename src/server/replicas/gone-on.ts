// The clock of a world that nobody had for a while: it went on.
import { type Clock, reopenedAt } from '../../state/clock.ts'
import type { Records } from '../../state/collection.ts'
import { LAST_INSTANT } from '../../state/instant.ts'
import { worldRecords } from '../../state/world-records.ts'

/**
 * The records of a world whose clock, where it runs, went on while nobody had it.
 * @param idle wall ms
 */
export function goneOn(records: Records, idle: number): Records {
  const kept = records.get(worldRecords.name)
  const clock = kept?.get('clock') as (Clock & { readonly id: 'clock' }) | undefined
  if (!kept || clock?.mode !== 'running' || idle <= 0) return records
  const until = Math.min(reopenedAt(clock) + Math.floor(idle * clock.rate), LAST_INSTANT)
  return new Map(records).set(worldRecords.name, new Map(kept).set('clock', { ...clock, until }))
}
