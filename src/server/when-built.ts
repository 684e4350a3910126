// What needs an index that has yet to be built: that is built in turns, and then it is done.
import { type Building, NotBuilt } from '../state/indexes.ts'
import { openTurns } from '../stores/turns.ts'

/** Builds an index in turns. */
async function built(building: Building): Promise<void> {
  const turns = openTurns()
  while (!building.goOn()) await turns.over()
}

/**
 * What `act` comes to. It runs `World.patiently` and does nothing where that throws NotBuilt: then it
 * is run again, once the index is there.
 */
export function whenBuilt<R>(act: () => R | Promise<R>): R | Promise<R> {
  try {
    const result = act()
    return result instanceof Promise ? result.catch((error) => again(error, act)) : result
  } catch (error) {
    if (!(error instanceof NotBuilt)) throw error
    return again(error, act)
  }
}

async function again<R>(error: unknown, act: () => R | Promise<R>): Promise<R> {
  if (!(error instanceof NotBuilt)) throw error
  await built(error.building)
  return whenBuilt(act)
}
