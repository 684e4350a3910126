// The returns process: an eSIM with no bundle left that is not installed goes back to eSIM Go, and comes back if it turns out to be installed.
import { defineCollection } from '../../../state/collection.ts'
import { addDuration } from '../../../state/duration.ts'
import { type Sim, simKey, sims } from '../../../state/sims.ts'
import { defineTask } from '../../../state/tasks.ts'
import type { World } from '../../../state/world.ts'
import { type Esim, esims, SLUG } from '../records.ts'
import { settings } from '../settings.ts'
import { noteHistory } from './history.ts'
import { profileStatus } from './wire.ts'

/** An eSIM that has left the account; the SIM itself goes on in whatever handset has it. */
export interface Returning {
  readonly esim: Esim
  readonly leftAt: number
}

export const returning = defineCollection<Returning>({
  name: 'esim-go.returning',
  key: ({ esim }) => esim.iccid,
})

export function isInstalled({ profile }: Sim): boolean {
  return profileStatus(profile) === 'Installed'
}

/** Takes an eSIM out of the account at once. */
export function startReturn(world: World, iccid: string): void {
  const esim = world.in(esims).get(iccid)
  if (!esim) return
  world.in(returning).put({ esim, leftAt: world.now })
  world.in(esims).delete(iccid)
}

/** Somebody has installed an eSIM: if it had left the account, it comes back once the least time of a return is over. */
export function noticeInstalled(world: World, iccid: string): void {
  const gone = world.in(returning).get(iccid)
  if (!gone) return
  const earliest = addDuration(gone.leftAt, world.settings(settings).returnsDelay)
  world.schedule(concludeReturn, earliest, { iccid })
}

/** The return is looked into: an eSIM that is installed comes back to the account. */
export const concludeReturn = defineTask({
  provider: SLUG,
  name: 'return-esim',
  perform(world, { iccid }: { iccid: string }) {
    const gone = world.in(returning).get(iccid)
    const sim = world.in(sims).get(simKey(SLUG, iccid))
    if (!gone || !sim || !isInstalled(sim)) return
    world.in(returning).delete(iccid)
    world.in(esims).put(gone.esim)
    noteHistory(world, iccid, 'eSIM Returned')
  },
})
