// Companies and eSIMs that somebody has already: parts of a seed file.
import { type Bundle, bundles, bundlesOf, putKnownBundle } from '../../state/bundles.ts'
import { defined } from '../../state/defined.ts'
import { mintIccid, mintImsi, mintMatchingId, SMDP_ADDRESS } from '../../state/identifiers.ts'
import { activationCode } from '../../state/installation-code.ts'
import { simKey, sims } from '../../state/sims.ts'
import type { World } from '../../state/world.ts'
import {
  fields,
  flag,
  list,
  optional,
  shortList,
  text,
  textMatching,
  time,
  whole,
  word,
  wrong,
} from '../seed-reading.ts'
import { HIGHLAND_ID } from './catalogue.ts'
import { findProduct } from './products.ts'
import { companies, esims, SLUG } from './records.ts'
import { ICCID_PREFIX, IMSI_PREFIX } from './seeds.ts'
import { addLines, assign } from './stock.ts'

const hexId = textMatching(/^[0-9a-f]{32}$/)
const digits = textMatching(/^\d{1,10}$/)
const simIdText = textMatching(/^\d{1,20}$/)
const iccidText = textMatching(/^89\d{16,18}$/)
const msisdnText = textMatching(/^\d{5,15}$/)
const countryCode = textMatching(/^[A-Z]{2}$/)

/** Adds companies; one takes the place of that with the same id. @throws Refusal `invalid-request` */
export function addCompanies(world: World, value: unknown): void {
  for (const [at, each] of list(`${SLUG}.companies`, value).entries()) {
    const where = `${SLUG}.companies[${at}]`
    const names = ['id', 'name', 'registration', 'country', 'email', 'createdAt']
    const entry = fields(where, each, names)
    world.in(companies).put({
      id: hexId(`${where}.id`, entry.id),
      name: text(`${where}.name`, entry.name),
      ...defined({
        registration: optional(`${where}.registration`, entry.registration, text),
        country: optional(`${where}.country`, entry.country, countryCode),
        email: optional(`${where}.email`, entry.email, text),
      }),
      createdAt: optional(`${where}.createdAt`, entry.createdAt, time) ?? world.now,
    })
  }
}

const ESIM = [
  'simId',
  'company',
  'iccid',
  'imsi',
  'msisdn',
  'activationCode',
  'suspended',
  'products',
]

/** Adds eSIMs of companies, in the handset. @throws Refusal `invalid-request` */
export function addAcquired(world: World, value: unknown): void {
  for (const [at, each] of list(`${SLUG}.acquired`, value).entries()) {
    const where = `${SLUG}.acquired[${at}]`
    const entry = fields(where, each, ESIM)
    const company = hexId(`${where}.company`, entry.company)
    if (!world.in(companies).has(company))
      throw wrong(`${where}.company`, `names ${company}, which is no company here`)
    const simId = simIdText(`${where}.simId`, entry.simId)
    const sim = acquired(world, where, simId, { ...entry, company })
    const service = flag(`${where}.suspended`, entry.suspended) ? 'suspended' : 'active'
    world.in(sims).put({ ...sim, profile: 'enabled', service, firstInstalledAt: world.now })
    for (const [place, product] of shortList(`${where}.products`, entry.products).entries())
      putProduct(world, sim.iccid, company, [`${where}.products[${place}]`, product])
  }
}

/** An eSIM that is there, such as the test eSIM, becomes the company's; another is made up. */
function acquired(
  world: World,
  where: string,
  simId: string,
  entry: Readonly<Record<string, unknown>> & { readonly company: string },
) {
  const { random } = world
  const iccid = optional(`${where}.iccid`, entry.iccid, iccidText)
  const there = world.in(esims).get(simId)
  if (there?.company !== undefined) {
    if (iccid !== undefined && there.iccid !== iccid)
      throw wrong(`${where}.simId`, `${simId} is there already, as ${there.iccid}`)
    return takenOver(world, there.iccid, simId, entry.company)
  }
  if (!there) {
    const code = { smdpAddress: SMDP_ADDRESS, matchingId: mintMatchingId(random) }
    const line = [
      simId,
      iccid ?? mintIccid(random, ICCID_PREFIX),
      optional(`${where}.imsi`, entry.imsi, text) ?? mintImsi(random, IMSI_PREFIX),
      optional(`${where}.msisdn`, entry.msisdn, msisdnText) ??
        `999${simId.padStart(9, '0')}`.slice(0, 15),
      optional(`${where}.activationCode`, entry.activationCode, text) ?? activationCode(code),
    ]
    addLines(world, [line.join()])
  }
  const free = world.in(esims).get(simId)
  if (!free) throw wrong(`${where}.simId`, `${simId} cannot be put in stock`)
  return assign(world, free, entry.company).sim
}

/** What was on it goes. */
function takenOver(world: World, iccid: string, simId: string, company: string) {
  const esim = world.in(esims).get(simId)
  const sim = world.in(sims).get(simKey(SLUG, iccid))
  if (!esim || !sim) throw wrong(`${SLUG}.acquired`, `${simId} is half there`)
  for (const each of bundlesOf(world, SLUG, iccid)) world.in(bundles).delete(bundles.key(each))
  world.in(esims).put({ ...esim, company })
  return sim
}

const PRODUCT = [
  'id',
  'name',
  'market',
  'state',
  'totalBytes',
  'usedBytes',
  'addedAt',
  'startedAt',
  'endsAt',
]
const STATES = ['queued', 'active', 'depleted', 'expired'] as const

/** Puts a product on an eSIM as it is there. One that is not sold any more tells its days by its name. */
function putProduct(
  world: World,
  iccid: string,
  company: string,
  [where, value]: readonly [where: string, value: unknown],
): void {
  const entry = fields(where, value, PRODUCT)
  const id = digits(`${where}.id`, entry.id)
  const sold = findProduct(world, company, id)
  const name = optional(`${where}.name`, entry.name, text) ?? sold?.name ?? ''
  const [, days = sold?.days] = /\/(\d{1,4})days$/.exec(name) ?? []
  if (days === undefined)
    throw wrong(`${where}.name`, 'must end in the days it is good for: /30days')
  const at = <T>(field: string, read: (where: string, value: unknown) => T) =>
    optional(`${where}.${field}`, entry[field], read)
  const initialBytes = at('totalBytes', bytes) ?? sold?.bytes ?? 0
  const usedBytes = at('usedBytes', bytes) ?? 0
  if (usedBytes > initialBytes)
    throw wrong(`${where}.usedBytes`, 'must not be more than totalBytes')
  const market = at('market', digits) ?? sold?.market ?? ''
  const state: Bundle['state'] = at('state', (here, each) => word(here, each, STATES)) ?? 'queued'
  putKnownBundle(world, {
    id: String(world.next('highland.product')),
    provider: SLUG,
    iccid,
    name,
    reference: id,
    unlimited: false,
    initialBytes,
    usedBytes,
    duration: `P${days}D`,
    state,
    assignedAt: at('addedAt', time) ?? world.now,
    extra: defined({
      market,
      countries: sold && sold.company !== HIGHLAND_ID ? sold.countries : undefined,
      validFrom: sold && sold.validFrom !== 'use' ? sold.validFrom : undefined,
    }),
    ...defined({ startedAt: at('startedAt', time), endsAt: at('endsAt', time) }),
  })
}

function bytes(where: string, value: unknown): number {
  return whole(where, value, 0, Number.MAX_SAFE_INTEGER)
}
