// When a world that is let go has to be looked after again: somebody opens it then.
import { wallUntil } from '../../state/clock.ts'
import { firstTask, tasks } from '../../state/task-queue.ts'
import type { World } from '../../state/world.ts'
import { wallNow } from '../ticker.ts'

/**
 * Wall ms since the epoch at which something comes due in a world by itself: a task, or its end.
 * `undefined` where nothing does.
 */
export function wakeAt(world: World): number | undefined {
  const now = wallNow()
  const next = firstTask(world.in(tasks))
  const left = next && wallUntil(world.clock, now, next.due)
  const { expiresAt } = world.identity
  const instants = [left === undefined ? undefined : now + left, expiresAt]
  const known = instants.filter((instant) => instant !== undefined)
  return known.length === 0 ? undefined : Math.min(...known)
}
