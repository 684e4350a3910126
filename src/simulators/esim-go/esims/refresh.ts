// A refresh: the eSIM is thrown off its network and registers there again after a while.
import { addDuration } from '../../../state/duration.ts'
import { attach, detach, type Sim, simKey, sims } from '../../../state/sims.ts'
import { defineTask } from '../../../state/tasks.ts'
import type { World } from '../../../state/world.ts'
import { SLUG } from '../records.ts'
import { settings } from '../settings.ts'
import { noteAction } from './esims.ts'
import { noteHistory } from './history.ts'

/** An eSIM that is on no network has none to lose: the request goes out all the same. */
export function refresh(world: World, sim: Sim): void {
  noteAction(world, sim.iccid, 'eSIM Refreshed')
  noteHistory(world, sim.iccid, 'eSIM Refreshed')
  if (!sim.attached) return
  detach(world, sim)
  const back = addDuration(world.now, world.settings(settings).refreshOutage)
  if (back <= world.now) attachAgain(world, sim.iccid, world.now)
  else world.schedule(registerAgain, back, { iccid: sim.iccid, lost: String(world.now) })
}

/** Registers an eSIM where it was, unless something else became of it since it lost the network at `lost` (virtual ms). */
function attachAgain(world: World, iccid: string, lost: number): void {
  const sim = world.in(sims).get(simKey(SLUG, iccid))
  const served = sim?.profile === 'enabled' && sim.service === 'active'
  if (served && sim.lastNetwork && !sim.attached && sim.lastSeenAt === lost)
    attach(world, sim, sim.lastNetwork)
}

export const registerAgain = defineTask({
  provider: SLUG,
  name: 'register-again',
  perform: (world, { iccid, lost }: { iccid: string; lost: string }) =>
    attachAgain(world, iccid, Number(lost)),
})
