// What is due in the simulators of this process: said where a callback is waited for and does not come.
import type { SimulatorServer } from '../server/server.ts'
import { targets } from '../state/callbacks.ts'
import { isoDuration } from '../state/duration.ts'
import { iso } from '../state/instant.ts'
import { firstTask, tasks } from '../state/task-queue.ts'
import type { World } from '../state/world.ts'

const open = new Set<SimulatorServer>()

/** Counts a simulator as one of this process until it is closed. */
export function countedHere(server: SimulatorServer): SimulatorServer {
  open.add(server)
  const close = () => {
    open.delete(server)
    return server.close()
  }
  return { ...server, close }
}

/**
 * Why nothing may have come to a receiver, as far as the simulators of this process know: the end of
 * a sentence, empty where they know nothing.
 * @param origin of the receiver
 */
export function whyNothingCame(origin: string): string {
  const worlds = [...open].flatMap((server) => server.worlds.list().map(({ world }) => world))
  if (worlds.length === 0) return ''
  const toHere = worlds.filter((world) => callsBack(world, origin))
  if (toHere.length === 0)
    return `; no simulator of this process sends callbacks to ${origin}: begin it with callbackUrl, or call sim.callbacks.target(slug, url)`
  for (const world of toHere) {
    const task = firstTask(world.in(tasks))
    if (task && world.clock.mode === 'frozen')
      return frozenHint(world.name, iso(task.due), isoDuration(Math.max(0, task.due - world.now)))
  }
  return ''
}

/** Says that something waits for a clock that stands. */
export function frozenHint(world: string, due: string, away: string): string {
  const what = `the clock of the world "${world}" is frozen, and something is due at ${due}`
  return `; ${what}: sim.clock.advance('${away}') brings it there`
}

function callsBack(world: World, origin: string): boolean {
  const urls = [...world.in(targets).values()].map(({ url }) => url)
  return urls.some((url) => URL.canParse(url) && new URL(url).origin === origin)
}
