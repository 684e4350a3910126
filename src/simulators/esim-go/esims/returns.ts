// The returns process: an eSIM that is not installed and has no bundle left goes back to eSIM Go.
import { defineCollection } from '../../../state/collection.ts'
import { addDuration } from '../../../state/duration.ts'
import { fields, instant } from '../../../state/shape.ts'
import type { ProfileState } from '../../../state/sim-lifecycle.ts'
import { type Sim, simKey, sims } from '../../../state/sims.ts'
import { defineTask } from '../../../state/tasks.ts'
import type { World } from '../../../state/world.ts'
import { type Esim, esimShape, esims, SLUG } from '../records.ts'
import { settings } from '../settings.ts'
import { noteHistory } from './history.ts'

/**
 * An eSIM that has left the account; the SIM itself goes on in whatever handset
 * has it.
 */
export interface Returning {
  readonly esim: Esim
  readonly leftAt: number
}

export const returning = defineCollection<Returning>({
  name: 'esim-go.returning',
  key: ({ esim }) => esim.iccid,
  shape: fields<Returning>({ esim: esimShape, leftAt: instant }),
})

const ON_THE_CARD: ReadonlySet<ProfileState> = new Set(['installed', 'enabled', 'disabled'])

/** True where its profile is on a card, enabled or not. */
export function isInstalled({ profile }: Sim): boolean {
  return ON_THE_CARD.has(profile)
}

/**
 * Takes an eSIM out of the account at once, which is what its history calls returned (public: it is
 * no longer the organisation's). One that comes back shows that it was away.
 */
export function startReturn(world: World, iccid: string): void {
  const esim = world.in(esims).get(iccid)
  if (!esim) return
  world.in(returning).put({ esim, leftAt: world.now })
  world.in(esims).delete(iccid)
  noteHistory(world, iccid, 'eSIM Returned')
}

/**
 * Called when an eSIM is installed: if it had left the account, its return is looked into once the
 * setting `returnsDelay` is over.
 */
export function onInstalled(world: World, iccid: string): void {
  const returned = world.in(returning).get(iccid)
  if (!returned) return
  const earliest = addDuration(returned.leftAt, world.settings(settings).returnsDelay)
  world.scheduleOnce(concludeReturn, earliest, { iccid })
}

/** Looks into a return: an eSIM that is installed comes back to the account. */
export const concludeReturn = defineTask({
  provider: SLUG,
  name: 'return-esim',
  shownAs: { kind: 'sim', says: 'the eSIM comes back to the account where it is installed' },
  perform(world, { iccid }: { iccid: string }) {
    const returned = world.in(returning).get(iccid)
    const sim = world.in(sims).get(simKey(SLUG, iccid))
    if (!returned || !sim || !isInstalled(sim)) return
    world.in(returning).delete(iccid)
    world.in(esims).put(returned.esim)
  },
})
