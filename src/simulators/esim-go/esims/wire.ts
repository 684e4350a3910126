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

/**
 * What is asked for beside the details; `installUrl`, which v2.4 refuses, asks
 * for both links.
 */
type AdditionalFields = components['parameters']['AdditionalFields'] | undefined

/** What cannot be installed any more is Unavailable; only v2.5 says why. */
function shownStatus({ service, profile }: Sim): Schemas['ProfileStatus'] {
  return service === 'ceased' ? 'Unavailable' : profileStatus(profile)
}

/**
 * What every version shows of an eSIM, with Apple's link where any is asked for. It is put together
 * field by field, quicker than with `defined`: no other call is made as often.
 */
function details(
  { sim, esim }: EsimWithSim,
  additionalFields: AdditionalFields,
): Schemas['EsimDetails'] {
  const { iccid, smdpAddress, matchingId, firstInstalledAt } = sim
  const { pin, puk } = esim
  const profileStatus = shownStatus(sim)
  const json: Schemas['EsimDetails'] = {
    iccid,
    matchingId,
    smdpAddress,
    profileStatus,
    pin,
    puk,
  }
  if (firstInstalledAt !== undefined) json.firstInstalledDateTime = firstInstalledAt
  json.customerRef = esim.customerRef
  if (additionalFields !== undefined) json.appleInstallUrl = appleInstallUrl(sim)
  return json
}

function androidLink(sim: Sim, additionalFields: AdditionalFields): string | undefined {
  if (additionalFields !== 'installUrl') return undefined
  return androidInstallUrl(sim)
}

/** What v2.5 adds about the service (public). */
function service({ msisdn, service }: Sim): { msisdn?: string; state: Schemas['EsimState'] } {
  const state = serviceStates[service]
  return msisdn === undefined ? { state } : { msisdn, state }
}

/** What v2.5 adds to the details (public). */
function details25({ sim, esim }: EsimWithSim): Partial<Schemas['EsimDetails']> {
  const json: Partial<Schemas['EsimDetails']> = service(sim)
  if (sim.service === 'ceased') json.profileStatus = 'Deactivated'
  json.brandingId = esim.brandingId ?? DEFAULT_BRANDING
  return json
}

export function esimDetails(
  found: EsimWithSim,
  additionalFields: AdditionalFields,
  basePath: string,
): Schemas['EsimDetails'] {
  const json = details(found, additionalFields)
  const link = androidLink(found.sim, additionalFields)
  if (link !== undefined) json.androidInstallUrl = link
  return since25(basePath, json, () => details25(found))
}

/** What `GET /esims/assignments` tells as JSON, in every version. */
export function installDetails(
  ordered: EsimWithSim & { readonly bundle: string; readonly reference: string },
  additionalFields: AdditionalFields,
): Schemas['InstallDetails'] {
  const { sim, bundle, reference } = ordered
  const { customerRef: _, ...json } = details(ordered, additionalFields)
  return defined({
    ...json,
    bundle,
    reference,
    androidInstallUrl: androidLink(sim, additionalFields),
  })
}

export function listedEsim(world: World, esim: Esim, basePath: string): Schemas['ListedEsim'] {
  const { iccid, customerRef, lastAction, actionAt, physical, assignedAt } = esim
  const json: Schemas['ListedEsim'] = defined({
    iccid,
    customerRef,
    lastAction,
    actionDate: actionAt === undefined ? undefined : iso(actionAt),
    physical,
    assignedDate: iso(assignedAt),
  })
  return since25(basePath, json, () => {
    const sim = world.in(sims).get(simKey(SLUG, iccid))
    return sim ? service(sim) : {}
  })
}

export function historyEntry(item: HistoryItem): Schemas['HistoryEntry'] {
  const { name, bundle, at, bundleState, alertType } = item
  return defined({ name, bundle, bundleName: bundle, date: iso(at), bundleState, alertType })
}
