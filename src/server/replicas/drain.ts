// What is under way in a world ends, before that is let go.
import type { HostedWorld } from '../hosted-world.ts'
import { pause } from '../ticker.ts'
import type { InUse } from './in-use.ts'

/** Wall ms that what is under way may take, and then to end once it is broken off. */
const UNTIL_STOPPED = 5000
const UNTIL_LEFT = 1000

/**
 * Waits until nothing is under way in a world; what takes long is broken off.
 * @param why told to who listens to its events
 */
export async function drained(hosted: HostedWorld, inUse: InUse, why: string): Promise<void> {
  const { runner, feed } = hosted
  feed.end(why)
  const over = new AbortController()
  const rest = async () => {
    while (!over.signal.aborted && inUse.idleFor(hosted) === undefined) {
      await inUse.rest(hosted)
      await runner.idle()
    }
    over.abort()
  }
  const resting = rest()
  await Promise.race([resting, pause(UNTIL_STOPPED, over.signal)])
  if (over.signal.aborted) return
  runner.stop(why)
  await Promise.race([resting, pause(UNTIL_LEFT, over.signal)])
  over.abort()
}
