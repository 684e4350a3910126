// The JSON of eSIMs: one of them, the list, their history, what installs them.
import { defined } from '../../../state/defined.ts'
import { androidInstallUrl, appleInstallUrl } from '../../../state/installation-code.ts'
import { iso } from '../../../state/instant.ts'
import type { ProfileState, ServiceState } from '../../../state/sim-lifecycle.ts'
import { type Sim, simKey, sims } from '../../../state/sims.ts'
import type { World } from '../../../state/world.ts'
import { type Esim, type EsimWithSim, SLUG } from '../records.ts'
import type { components } from '../spec.d.ts'
import { since25 } from '../versions.ts'
import type { HistoryItem } from './history.ts'

type Schemas = components['schemas']

/**
 * Never Available, Enabled, Disabled or Deleted (public): what is on the card is Installed, what
 * was deleted is Released again.
 */
const profileStatuses: Readonly<Record<ProfileState, Schemas['ProfileStatus']>> = {
  released: 'Released',
  downloaded: 'Downloaded',
  installed: 'Installed',
  enabled: 'Installed',
  disabled: 'Installed',
  deleted: 'Released',
}

export function profileStatus(state: ProfileState): Schemas['ProfileStatus'] {
  return profileStatuses[state]
}

/**
 * Lower case, as the API's description has them; one guide writes a capital letter. An eSIM of
 * ours is never inactive.
 */
const serviceStates: Readonly<Record<ServiceState, Schemas['EsimState']>> = {
  inactive: 'deactivated',
  active: 'active',
  suspended: 'suspended',
  ceased: 'deactivated',
}

/** The branding an eSIM has that was ordered without one (public). */
const DEFAULT_BRANDING = '(default)'

/** What is asked for beside the details; `installUrl`, which v2.4 refuses, asks for both links. */
type AdditionalFields = components['parameters']['AdditionalFields'] | undefined

/** What cannot be installed any more is Unavailable; only v2.5 says why. */
function shownStatus({ service, profile }: Sim): Schemas['ProfileStatus'] {
  return service === 'ceased' ? 'Unavailable' : profileStatus(profile)
}

/** What every version shows of an eSIM, with Apple's link where any is asked for. */
function details({ sim, esim }: EsimWithSim, additionalFields: AdditionalFields) {
  const { smdpAddress, matchingId } = sim
  const withLink = additionalFields !== undefined
  return defined({
    iccid: sim.iccid,
    matchingId,
    smdpAddress,
    profileStatus: shownStatus(sim),
    pin: esim.pin,
    puk: esim.puk,
    firstInstalledDateTime: sim.firstInstalledAt,
    customerRef: esim.customerRef,
    appleInstallUrl: withLink ? appleInstallUrl(smdpAddress, matchingId) : undefined,
  })
}

function androidLink({ smdpAddress, matchingId }: Sim, additionalFields: AdditionalFields) {
  if (additionalFields !== 'installUrl') return {}
  return { androidInstallUrl: androidInstallUrl(smdpAddress, matchingId) }
}

/** What v2.5 adds about the service (public). */
function service({ msisdn, service }: Sim) {
  return defined({ msisdn, state: serviceStates[service] })
}

export function esimDetails(
  { sim, esim }: EsimWithSim,
  additionalFields: AdditionalFields,
  basePath: string,
): Schemas['EsimDetails'] {
  return {
    ...details({ sim, esim }, additionalFields),
    ...androidLink(sim, additionalFields),
    ...since25(basePath, () =>
      defined({
        ...service(sim),
        profileStatus: sim.service === 'ceased' ? ('Deactivated' as const) : undefined,
        brandingId: esim.brandingId ?? DEFAULT_BRANDING,
      }),
    ),
  }
}

/** What `GET /esims/assignments` tells as JSON, in every version. */
export function installDetails(
  ordered: EsimWithSim & { readonly bundle: string; readonly reference: string },
  additionalFields: AdditionalFields,
): Schemas['InstallDetails'] {
  const { sim, bundle, reference } = ordered
  const { customerRef: _, ...rest } = details(ordered, additionalFields)
  return { ...rest, bundle, reference, ...androidLink(sim, additionalFields) }
}

export function listedEsim(world: World, esim: Esim, basePath: string): Schemas['ListedEsim'] {
  const { iccid, customerRef, lastAction, actionAt, physical, assignedAt } = esim
  const acted = lastAction !== undefined && actionAt !== undefined
  return {
    ...defined({
      iccid,
      customerRef,
      lastAction: acted ? lastAction : undefined,
      actionDate: acted ? iso(actionAt) : undefined,
      physical,
      assignedDate: iso(assignedAt),
    }),
    ...since25(basePath, () => {
      const sim = world.in(sims).get(simKey(SLUG, iccid))
      return sim ? service(sim) : {}
    }),
  }
}

export function historyEntry(item: HistoryItem): Schemas['HistoryEntry'] {
  const { name, bundle, at, bundleState, alertType } = item
  return defined({ name, bundle, bundleName: bundle, date: iso(at), bundleState, alertType })
}
