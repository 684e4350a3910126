// Whether a simulator can serve, as a balancer asks: nothing is waited for, and no name is told.
import type { SimulatorServer } from '../server/server.ts'

/** Why it should be asked nothing now, in a sentence for everybody; `undefined` where it may be. */
export function whyNotReady(server: SimulatorServer): string | undefined {
  const { store, worlds } = server
  if (server.isEnding()) return 'it is ending: what still comes is served, ask another'
  if (store.leases && !store.leases.areSure)
    return 'its store does not answer: it waits until it does'
  const refusing = worlds.list().filter(({ world }) => store.failure(world.name)).length
  if (refusing === 0) return undefined
  const what = refusing === 1 ? 'a world refuses' : `${refusing} worlds refuse`
  return `${what} writes, which cannot be kept at present: GET /_sim/health tells why`
}
