// The JSON that eSIM Go's v2.5 adds to that of v2.4 (public).
import { androidInstallUrl } from '../../../state/installation-code.ts'
import type { ServiceState } from '../../../state/sim-lifecycle.ts'
import { type Sim, simKey, sims } from '../../../state/sims.ts'
import type { World } from '../../../state/world.ts'
import type { Assignment } from '../assignments.ts'
import { lookUp } from '../catalogue/on-sale.ts'
import { type Esim, type Order, SLUG } from '../records.ts'
import type { components } from '../spec.d.ts'
import { dataAllowance, remaining } from './wire.ts'

type Schemas = components['schemas']

/** Lower case, as the API's description has them; one guide writes a capital letter. An eSIM of ours is never inactive. */
const states: Readonly<Record<ServiceState, Schemas['EsimState']>> = {
  inactive: 'deactivated',
  active: 'active',
  suspended: 'suspended',
  ceased: 'deactivated',
}

function serviceOf({ msisdn, service }: Sim) {
  return { ...(msisdn === undefined ? {} : { msisdn }), state: states[service] }
}

/** The branding an eSIM has that was ordered without one (public). */
const DEFAULT_BRANDING = '(default)'

export function esimDetails({ sim, esim }: { sim: Sim; esim: Esim }) {
  const gone = sim.service === 'ceased' ? { profileStatus: 'Deactivated' as const } : {}
  return { ...serviceOf(sim), ...gone, brandingId: esim.brandingId ?? DEFAULT_BRANDING }
}

export function listedEsim(world: World, { iccid }: Esim) {
  const sim = world.in(sims).get(simKey(SLUG, iccid))
  return sim ? serviceOf(sim) : {}
}

/** The link for Android, which comes with Apple's where `installUrl` is asked for: v2.4 refuses that. */
export function installLink(
  { smdpAddress, matchingId }: Sim,
  additionalFields: string | undefined,
) {
  return additionalFields === 'installUrl'
    ? { androidInstallUrl: androidInstallUrl(smdpAddress, matchingId) }
    : {}
}

export function assignment(world: World, { bundle }: Assignment) {
  return {
    allowances: [
      {
        type: 'DATA' as const,
        service: 'ROAMING' as const,
        description: lookUp(world, bundle.name)?.description ?? bundle.name,
        initialAmount: bundle.initialBytes,
        remainingAmount: remaining(bundle),
        unit: 'BYTES' as const,
        unlimited: bundle.unlimited,
      },
    ],
  }
}

export function inventoryBundle(world: World, name: string) {
  const bundle = lookUp(world, name)
  return bundle ? { allowances: [dataAllowance(bundle)] } : {}
}

/** Absent from orders of a state that was kept before it was noted. */
export function order({ runningBalance }: Order) {
  return runningBalance === undefined ? {} : { runningBalance: (runningBalance / 100).toFixed(2) }
}
