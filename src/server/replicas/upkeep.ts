// What a replica sees to by itself: worlds that nobody uses are let go, those that come due are opened.
import { reasonOf } from '../../state/reason.ts'
import type { Leases } from '../../stores/leases.ts'
import type { HostedWorld } from '../hosted-world.ts'
import { alarm, wallNow } from '../ticker.ts'
import { HeldElsewhere } from './held-elsewhere.ts'
import type { InUse } from './in-use.ts'
import { wakeAt } from './wake.ts'

/** Wall ms after which a world that nobody uses is let go, unless told. */
export const IDLE = 60_000
/** Wall ms between two looks. */
const EVERY = 1000
const SOONEST = 20

/** What it works on. */
export interface Keeping {
  readonly leases: Leases
  readonly inUse: InUse
  readonly list: () => readonly HostedWorld[]
  readonly open: (world: string) => Promise<unknown>
  readonly letGo: (hosted: HostedWorld) => Promise<void>
  readonly report: (sentence: string) => void
}

export interface Upkeep {
  start(): void
  stop(): void
}

/** @param idle wall ms after which a world that nobody uses is let go */
export function openUpkeep(keeping: Keeping, idle: number): Upkeep {
  const { leases, inUse, list, open, letGo, report } = keeping
  let isStopped = false
  /** Told once until the store answers again. */
  let isAway = false
  const bell = alarm(() => void look())
  const every = Math.min(EVERY, Math.max(idle, SOONEST))

  async function look(): Promise<void> {
    const now = wallNow()
    const unused = list().filter((hosted) => isUnused(hosted, now))
    const gone = unused.map((hosted) => letGo(hosted).catch(tell))
    try {
      for (const world of isStopped ? [] : await leases.due()) await open(world).catch(told)
      isAway = false
    } catch (error) {
      if (!isAway) tell(error)
      isAway = true
    }
    await Promise.all(gone)
    if (!isStopped) bell.set(every)
  }

  /** What comes due before it would be idle again is waited for here. */
  function isUnused(hosted: HostedWorld, now: number): boolean {
    if ((inUse.idleFor(hosted) ?? 0) < idle) return false
    const wake = wakeAt(hosted.world)
    return wake === undefined || wake > now + idle
  }

  const tell = (error: unknown) => report(`replicas: ${reasonOf(error)}`)
  const told = (error: unknown) => {
    // Another was faster, and looks after it.
    if (!(error instanceof HeldElsewhere)) tell(error)
  }
  return {
    start: () => bell.set(every),
    stop() {
      isStopped = true
      bell.set(undefined)
    },
  }
}
