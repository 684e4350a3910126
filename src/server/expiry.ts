// Worlds that are kept for a while only: removed when their time is over.
import type { HostedWorld } from './hosted-world.ts'
import { alarm, wallNow } from './ticker.ts'

export interface Expiry {
  /** Removes what is over and waits for the next. */
  check(): void
  /** Waits for one more, too. */
  add(hosted: HostedWorld): void
  stop(): void
}

/** How long a world that could not be removed waits for the next try, in wall ms. */
const RETRY = 60_000

export function openExpiry(
  list: () => readonly HostedWorld[],
  remove: (hosted: HostedWorld) => void,
): Expiry {
  const bell = alarm(check)
  /** When it rings, in wall ms since the epoch. */
  let rings = Number.POSITIVE_INFINITY

  function check(): void {
    const now = wallNow()
    rings = Number.POSITIVE_INFINITY
    for (const hosted of list()) {
      const { expiresAt } = hosted.world.identity
      if (expiresAt === undefined) continue
      if (expiresAt <= now) remove(hosted)
      rings = Math.min(rings, expiresAt <= now ? now + RETRY : expiresAt)
    }
    bell.set(rings === Number.POSITIVE_INFINITY ? undefined : rings - now)
  }

  return {
    check,
    add({ world }) {
      const { expiresAt } = world.identity
      // Not all are looked at where nothing is over: there may be hundreds.
      if (expiresAt === undefined || expiresAt >= rings) return
      const left = expiresAt - wallNow()
      if (left <= 0) return check()
      rings = expiresAt
      bell.set(left)
    },
    stop: () => bell.set(undefined),
  }
}
