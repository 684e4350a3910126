// eSIMs taken out of service: suspended for a while, deactivated or deleted for good.
import { bundlesOf } from '../../../state/bundles.ts'
import { detach, moveService, type Sim, simKey, sims } from '../../../state/sims.ts'
import type { World } from '../../../state/world.ts'
import { isCurrent, takeOff } from '../assignments.ts'
import { type EsimWithSim, esims, SLUG } from '../records.ts'

/** An eSIM that is in the account and in service, be it suspended. */
export function findInService(world: World, iccid: string): EsimWithSim | undefined {
  const esim = world.in(esims).get(iccid)
  const sim = world.in(sims).get(simKey(SLUG, iccid))
  return esim && sim && sim.service !== 'ceased' ? { sim, esim } : undefined
}

/** Takes an eSIM off the network it is on, if it is on one. */
function detachIfAttached(world: World, sim: Sim): Sim {
  return sim.attached ? detach(world, sim) : sim
}

/**
 * Suspends an eSIM or lifts its suspension; its bundles stay, and their time goes on (public).
 * @throws Refusal `wrong-state` where it is so already, or deactivated
 */
export function setSuspended(world: World, sim: Sim, suspended: boolean): void {
  if (suspended) detachIfAttached(world, moveService(world, sim, 'suspend'))
  else moveService(world, sim, 'resume')
}

/**
 * Deactivates an eSIM for good: no network serves it, and its code installs nothing any more
 * (inferred). It stays in the account.
 */
export function deactivate(world: World, sim: Sim): void {
  const ceased = detachIfAttached(world, moveService(world, sim, 'cease'))
  world.in(sims).put({ ...ceased, codeExpiresAt: world.now })
}

/**
 * Deletes an eSIM: its bundles go without a refund, and it leaves the account
 * (public).
 */
export function deleteEsim(world: World, sim: Sim): void {
  const current = bundlesOf(world, SLUG, sim.iccid).filter(isCurrent)
  for (const bundle of current) takeOff(world, bundle, 'revoked')
  if (sim.service !== 'ceased') deactivate(world, sim)
  world.in(esims).delete(sim.iccid)
}
