// eSIMs of a user's seed file: new ones, and those of a real account as they are there.
import { defined } from '../../state/defined.ts'
import { type ActivationCode, parseActivationCode } from '../../state/installation-code.ts'
import { install, type Sim, simKey, sims } from '../../state/sims.ts'
import type { World } from '../../state/world.ts'
import {
  type Fields,
  fields,
  flag,
  optional,
  shortList,
  text,
  textMatching,
  time,
  word,
  wrong,
} from '../seed-reading.ts'
import { putOnEsim } from './bundles/put-on-esim.ts'
import { lookUp } from './catalogue/on-sale.ts'
import { mintEsim } from './esims/esims.ts'
import { watchKnownEsim } from './esims/idle.ts'
import { type CatalogueBundle, type Esim, esims, LAST_ACTIONS, SLUG } from './records.ts'
import { putKnownAssignments } from './seed-assignments.ts'

const ESIM_FIELDS = [
  'iccid',
  'activationCode',
  'matchingId',
  'smdpAddress',
  'msisdn',
  'customerRef',
  'installed',
  'bundles',
  'profile',
  'service',
  'pin',
  'puk',
  'physical',
  'brandingId',
  'assignedAt',
  'firstInstalledAt',
  'lastAction',
  'actionAt',
]

const iccidText = textMatching(/^\d{18,22}$/)
const msisdnText = textMatching(/^[1-9]\d{6,14}$/)
const pinText = textMatching(/^\d{4,8}$/)
const pukText = textMatching(/^\d{8,9}$/)
/** A part of an activation code, which has 255 characters at most (GSMA SGP.22, 4.1). */
const codePart = textMatching(/^.{1,255}$/)

/** A bundle on sale, by name. @throws Refusal `invalid-request` */
export function bundleOnSale(world: World, where: string, value: unknown): CatalogueBundle {
  const found = lookUp(world, text(where, value))
  if (!found) throw wrong(where, `names "${value}", which is not on sale: names are case-sensitive`)
  return found
}

/** How an eSIM is installed: its activation code, or parts of one. */
function installationCode(where: string, entry: Fields) {
  const whole = optional(`${where}.activationCode`, entry.activationCode, activationCode)
  const matchingId = optional(`${where}.matchingId`, entry.matchingId, codePart)
  const smdpAddress = optional(`${where}.smdpAddress`, entry.smdpAddress, codePart)
  if (whole && (matchingId ?? smdpAddress) !== undefined)
    throw wrong(`${where}.activationCode`, 'says matchingId and smdpAddress, too: leave these out')
  return whole ?? { matchingId, smdpAddress }
}

function activationCode(where: string, value: unknown): ActivationCode {
  const code = parseActivationCode(text(where, value))
  if (!code) throw wrong(where, 'must look like 1$address$code, or 1$address$code$OID$1')
  return code
}

/** Puts an eSIM in the account. @throws Refusal `invalid-request` */
export function putEsim(world: World, where: string, value: unknown): void {
  const entry = fields(where, value, ESIM_FIELDS)
  const iccid = optional(`${where}.iccid`, entry.iccid, iccidText)
  if (iccid !== undefined && world.in(sims).has(simKey(SLUG, iccid)))
    throw wrong(`${where}.iccid`, `${iccid} is there already`)

  const known = knownOf(where, entry)
  const esim = mintEsim(world, {
    iccid,
    ...installationCode(where, entry),
    msisdn: optional(`${where}.msisdn`, entry.msisdn, msisdnText),
    customerRef: optional(`${where}.customerRef`, entry.customerRef, text),
    brandingId: optional(`${where}.brandingId`, entry.brandingId, text),
    isWatched: !known,
  })
  const assigned = shortList(`${where}.bundles`, entry.bundles)
  for (const [at, each] of assigned.entries())
    if (typeof each === 'string') {
      const bundle = bundleOnSale(world, `${where}.bundles[${at}]`, each)
      putOnEsim(world, esim.iccid, bundle, { reference: `${world.random.uuid()}-0` })
    }
  putKnownAssignments(world, esim.iccid, `${where}.bundles`, assigned)
  if (known) putKnown(world, esim.iccid, known)

  const installed = flag(`${where}.installed`, entry.installed)
  const sim = world.in(sims).get(simKey(SLUG, esim.iccid))
  if (installed && sim) install(world, sim, { wanted: 'none' })
}

/** What is known of an eSIM that lives somewhere else. */
interface Known {
  readonly sim: Partial<Sim>
  readonly esim: Partial<Esim>
}

const PROFILES = ['released', 'downloaded', 'installed', 'enabled', 'disabled', 'deleted'] as const
const SERVICES = ['active', 'suspended', 'ceased'] as const

function knownOf(where: string, entry: Fields): Known | undefined {
  const at = <T>(name: string, read: (where: string, value: unknown) => T) =>
    optional(`${where}.${name}`, entry[name], read)
  const assignedAt = at('assignedAt', time)
  const sim = defined({
    profile: at('profile', (here, value) => word(here, value, PROFILES)),
    service: at('service', (here, value) => word(here, value, SERVICES)),
    firstInstalledAt: at('firstInstalledAt', time),
    createdAt: assignedAt,
  })
  const esim = defined({
    pin: at('pin', pinText),
    puk: at('puk', pukText),
    physical: at('physical', flag),
    assignedAt,
    lastAction: at('lastAction', (here, value) => word(here, value, LAST_ACTIONS)),
    actionAt: at('actionAt', time),
  })
  const isKnown = Object.keys(sim).length > 0 || Object.keys(esim).length > 0
  if (isKnown && entry.installed !== undefined)
    throw wrong(`${where}.installed`, 'is said by profile: leave one of them out')
  return isKnown ? { sim, esim } : undefined
}

/** Lays what is known over an eSIM that was just made. */
function putKnown(world: World, iccid: string, known: Known): void {
  const sim = world.in(sims).get(simKey(SLUG, iccid))
  const esim = world.in(esims).get(iccid)
  if (!sim || !esim) return
  // The code of a deactivated one installs nothing any more.
  const code = known.sim.service === 'ceased' ? { codeExpiresAt: world.now } : {}
  world.in(sims).put({ ...sim, ...code, ...known.sim })
  world.in(esims).put({ ...esim, ...known.esim })
  watchKnownEsim(world, iccid)
}
