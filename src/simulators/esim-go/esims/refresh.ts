// A refresh: the eSIM is thrown off its network and registers there again after a while.
import { addDuration } from '../../../state/duration.ts'
import { attach, detach, type Sim, simKey, sims } from '../../../state/sims.ts'
import type { World } from '../../../state/world.ts'
import { SLUG } from '../records.ts'
import { settingsOf } from '../settings.ts'
import { noteAction } from './esims.ts'
import { noteHistory } from './history.ts'

/** An eSIM that is on no network has none to lose: the request goes out all the same. */
export function refresh(world: World, sim: Sim): void {
  noteAction(world, sim.iccid, 'eSIM Refreshed')
  noteHistory(world, sim.iccid, 'eSIM Refreshed')
  if (!sim.attached) return
  detach(world, sim)
  const back = addDuration(world.now, settingsOf(world).refreshOutage)
  if (back <= world.now) registerAgain(world, sim.iccid, world.now)
  else world.schedule('esim-go/register-again', back, { iccid: sim.iccid, lost: String(world.now) })
}

/** Registers an eSIM where it was, unless something else became of it since it lost the network at `lost` (virtual ms). */
export function registerAgain(world: World, iccid: string, lost: number): void {
  const sim = world.in(sims).get(simKey(SLUG, iccid))
  const served = sim?.profile === 'enabled' && sim.service === 'active'
  if (served && sim.lastNetwork && !sim.attached && sim.lastSeenAt === lost)
    attach(world, sim, sim.lastNetwork)
}
