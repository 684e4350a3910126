// A refresh: the eSIM is thrown off its network and registers there again after a while.
import { addDuration } from '../../../state/duration.ts'
import { attach, detach, type Sim, simKey, sims } from '../../../state/sims.ts'
import { defineTask } from '../../../state/tasks.ts'
import type { World } from '../../../state/world.ts'
import { SLUG } from '../records.ts'
import { settings } from '../settings.ts'
import { noteAction } from './esims.ts'
import { noteHistory } from './history.ts'

/**
 * Refreshes an eSIM; one that is on no network stays so, which is no reason to
 * refuse.
 */
export function refresh(world: World, sim: Sim): void {
  noteAction(world, sim.iccid, 'eSIM Refreshed')
  noteHistory(world, sim.iccid, 'eSIM Refreshed')
  if (!sim.attached) return
  detach(world, sim)
  const back = addDuration(world.now, world.settings(settings).refreshOutage)
  if (back <= world.now) attachAgain(world, sim.iccid, world.now)
  else world.scheduleOnce(registerAgain, back, { iccid: sim.iccid, lost: String(world.now) })
}

/**
 * Registers an eSIM on the network it was on, unless something else became of it since it lost
 * that one.
 * @param lost when that was, virtual ms
 */
function attachAgain(world: World, iccid: string, lost: number): void {
  const sim = world.in(sims).get(simKey(SLUG, iccid))
  const isServed = sim?.profile === 'enabled' && sim.service === 'active'
  if (isServed && sim.lastNetwork && !sim.attached && sim.lastSeenAt === lost)
    attach(world, sim, sim.lastNetwork)
}

export const registerAgain = defineTask({
  provider: SLUG,
  name: 'register-again',
  shownAs: { kind: 'sim', says: 'the eSIM registers on its network again' },
  perform: (world, { iccid, lost }: { iccid: string; lost: string }) =>
    attachAgain(world, iccid, Number(lost)),
})
