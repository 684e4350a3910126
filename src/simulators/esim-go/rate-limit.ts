// The rate limit: so many requests a second from one address (public; off unless set).
import { STANDS_STILL } from '../../state/clock.ts'
import { defineCollection, sortable } from '../../state/collection.ts'
import { iso } from '../../state/instant.ts'
import { keepLatest } from '../../state/keep-latest.ts'
import { Refusal } from '../../state/refusal.ts'
import { count, fields, instant, text } from '../../state/shape.ts'
import type { World } from '../../state/world.ts'
import type { Admission } from '../simulator.ts'
import type { EsimGoRefusal } from './errors.ts'
import { settings } from './settings.ts'

/**
 * Ms of a window; windows begin with whole seconds of the world (inferred: they
 * are fixed).
 */
const WINDOW = 1000
/** What a request takes from its window. */
const COST = 1

/** How many callers a world counts, though its clock stand still; the oldest windows go first. */
export const CALLERS_KEPT = 10_000

/** What one caller has asked in its latest window. */
export interface Window {
  readonly caller: string
  /** Virtual ms at which it ends, excluded. */
  readonly endsAt: number
  readonly spent: number
}

export const windows = defineCollection<Window>({
  name: 'esim-go.rate-windows',
  key: ({ caller }) => caller,
  shape: fields<Window>({ caller: text, endsAt: instant, spent: count }),
  indexes: { end: ({ endsAt }) => sortable(endsAt) },
})

/** Deletes windows that are over, a few at a time. */
function deleteEnded(world: World): void {
  const all = world.in(windows)
  for (const { caller, endsAt } of all.page('end', {}, 0, 2))
    if (endsAt <= world.now) all.delete(caller)
}

/** Counts a request; the count stays whatever becomes of the request. */
export function countRequest(caller: string, world: World): Admission | undefined {
  const limit = world.settings(settings).rateLimit
  if (limit === 0) return undefined
  const { now } = world
  const endsAt = now - (now % WINDOW) + WINDOW
  const latest = world.in(windows).get(caller)
  const spent = latest?.endsAt === endsAt ? latest.spent : 0
  const admitted = spent + COST <= limit
  if (admitted)
    world.transaction(() => {
      deleteEnded(world)
      world.in(windows).put({ caller, endsAt, spent: spent + COST })
      keepLatest(world, windows, { index: 'end', prefix: '' }, CALLERS_KEPT)
    }, now)
  const headers = {
    'X-Ratelimit-Limit': String(limit),
    'X-Ratelimit-Remaining': String(Math.max(0, admitted ? limit - spent - COST : 0)),
    'X-Ratelimit-Reset': iso(endsAt),
    'X-Ratelimit-Cost': String(COST),
  }
  if (admitted) return { headers }

  const retryAfter = Math.ceil((endsAt - now) / 1000)
  const still = world.clock.mode === 'frozen' ? `, which ${STANDS_STILL}` : ''
  const until = `the window ends at ${iso(endsAt)} of this world's clock${still}`
  const reason = `more than ${limit} requests a second from ${caller}: ${until}`
  return { headers, refusal: new Refusal<EsimGoRefusal>('rate-limited', reason, { retryAfter }) }
}
