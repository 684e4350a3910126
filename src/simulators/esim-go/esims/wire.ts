// The JSON of eSIMs: one of them, the list, their history, what installs them.
import { defined } from '../../../state/defined.ts'
import { iso } from '../../../state/instant.ts'
import type { ProfileState, ServiceState } from '../../../state/sim-lifecycle.ts'
import { type Sim, simKey, sims } from '../../../state/sims.ts'
import type { World } from '../../../state/world.ts'
import { type Esim, type EsimWithSim, PROFILE_NAME, SLUG } from '../records.ts'
import type { components } from '../spec.d.ts'
import { before23, since25 } from '../versions.ts'
import type { HistoryItem } from './history.ts'
import { type InstallLinks, installUrls } from './install-links.ts'

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

/** What cannot be installed any more is Unavailable; only v2.5 says why. */
function shownStatus({ service, profile }: Sim): Schemas['ProfileStatus'] {
  return service === 'ceased' ? 'Unavailable' : profileStatus(profile)
}

/** What installs an eSIM, and whether it is installed. */
function installation({ sim, esim }: EsimWithSim) {
  const { iccid, smdpAddress, matchingId } = sim
  const { pin, puk } = esim
  return { iccid, matchingId, smdpAddress, profileStatus: shownStatus(sim), pin, puk }
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
  json.profileName = PROFILE_NAME
  json.brandingId = esim.brandingId ?? DEFAULT_BRANDING
  return json
}

/**
 * An eSIM as every version shows it. It is put together field by field, quicker than with
 * `defined`: no other call is made as often.
 */
export function esimDetails(
  found: EsimWithSim,
  links: InstallLinks,
  basePath: string,
): Schemas['EsimDetails'] {
  const { sim, esim } = found
  const json: Schemas['EsimDetails'] = installation(found)
  if (sim.firstInstalledAt !== undefined) json.firstInstalledDateTime = sim.firstInstalledAt
  json.customerRef = esim.customerRef
  if (links.apple) Object.assign(json, installUrls(sim, links))
  return since25(basePath, json, () => details25(found))
}

/**
 * What `GET /esims/assignments` tells as JSON, in every version: when it was first installed as a
 * date and time (public), where the details have milliseconds.
 */
export function installDetails(
  ordered: EsimWithSim & { readonly bundle: string; readonly reference: string },
  links: InstallLinks,
): Schemas['InstallDetails'] {
  const { sim, bundle, reference } = ordered
  const { firstInstalledAt } = sim
  return defined({
    ...installation(ordered),
    firstInstalledDateTime: firstInstalledAt === undefined ? undefined : iso(firstInstalledAt),
    bundle,
    reference,
    ...installUrls(sim, links),
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

export function historyEntry(item: HistoryItem, basePath: string): Schemas['HistoryEntry'] {
  const { name, bundle, at, bundleState, alertType } = item
  const json: Schemas['HistoryEntry'] = defined({
    name,
    bundle,
    bundleName: bundle,
    date: iso(at),
    bundleState,
    alertType,
  })
  return before23(basePath, json, ['alertType'])
}
