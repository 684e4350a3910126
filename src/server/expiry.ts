// Worlds that are kept for a while only: removed when their time is over.
import type { HostedWorld } from './hosted-world.ts'
import { alarm, wallNow } from './ticker.ts'

export interface Expiry {
  /** Removes what is over and waits for the next; called when there may be another. */
  check(): void
  stop(): void
}

/** How long a world that could not be removed waits for the next try, in wall ms. */
const RETRY = 60_000

export function openExpiry(
  list: () => readonly HostedWorld[],
  remove: (hosted: HostedWorld) => void,
): Expiry {
  const bell = alarm(check)

  function check(): void {
    const now = wallNow()
    let next: number | undefined
    for (const hosted of list()) {
      const { expiresAt } = hosted.world.identity
      if (expiresAt === undefined) continue
      if (expiresAt <= now) remove(hosted)
      next = Math.min(next ?? Number.POSITIVE_INFINITY, expiresAt <= now ? now + RETRY : expiresAt)
    }
    bell.set(next === undefined ? undefined : next - now)
  }

  return { check, stop: () => bell.set(undefined) }
}
