// A user's own stock from a seed file: balance, catalogue, inventory, eSIMs.
import { addDuration, DurationError } from '../../state/duration.ts'
import { Refusal } from '../../state/refusal.ts'
import { install, simKey, sims } from '../../state/sims.ts'
import type { World } from '../../state/world.ts'
import { findCountry } from '../countries.ts'
import { addLot } from './bundles/inventory.ts'
import { putOnEsim } from './bundles/put-on-esim.ts'
import type { CatalogueBundle } from './catalogue/default-bundles.ts'
import { lookUp } from './catalogue/on-sale.ts'
import { mintEsim } from './esims/esims.ts'
import { account } from './organisation/account.ts'
import { accounts, esims, ownBundles, SLUG } from './records.ts'

type Fields = Readonly<Record<string, unknown>>

function wrong(where: string, what: string): Refusal {
  return new Refusal('invalid-request', `${SLUG}.${where} ${what}`)
}

function fields(where: string, value: unknown, allowed: readonly string[]): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw wrong(where, 'must hold names and values')
  const unknown = Object.keys(value).find((name) => !allowed.includes(name))
  if (unknown !== undefined)
    throw wrong(where, `knows no "${unknown}"; it knows: ${allowed.join(', ')}`)
  return value as Fields
}

function list(where: string, value: unknown): readonly unknown[] {
  if (value === undefined) return []
  if (!Array.isArray(value)) throw wrong(where, 'must be a list')
  return value
}

function text(where: string, value: unknown, pattern = /^.+$/): string {
  if (typeof value !== 'string' || !pattern.test(value))
    throw wrong(where, `must be a text that fits ${pattern.source}`)
  return value
}

function number(where: string, value: unknown, low: number, high: number): number {
  if (typeof value !== 'number' || !(value >= low && value <= high))
    throw wrong(where, `must be a number from ${low} to ${high}`)
  return value
}

function whole(where: string, value: unknown, low: number, high: number): number {
  if (!Number.isInteger(number(where, value, low, high)))
    throw wrong(where, 'must be a whole number')
  return value as number
}

/** Units of money, as a user writes them, in cents. */
function cents(where: string, value: unknown): number {
  return Math.round(number(where, value, 0, 1e9) * 100)
}

function flag(where: string, value: unknown): boolean {
  if (value !== undefined && typeof value !== 'boolean') throw wrong(where, 'must be true or false')
  return value === true
}

/** The instant a duration from now. */
function later(world: World, where: string, value: unknown): number {
  try {
    return addDuration(world.now, text(where, value))
  } catch (error) {
    throw error instanceof DurationError ? wrong(where, `is wrong: ${error.message}`) : error
  }
}

/** A bundle on sale, by name. */
function bundleOnSale(world: World, where: string, value: unknown): CatalogueBundle {
  const found = lookUp(world, text(where, value))
  if (!found) throw wrong(where, `names "${value}", which is not on sale: names are case-sensitive`)
  return found
}

function ownBundle(where: string, value: unknown): CatalogueBundle {
  const given = fields(where, value, [
    'name',
    'description',
    'countries',
    'dataAmount',
    'duration',
    'price',
    'unlimited',
    'groups',
    'speed',
  ])
  const countries = list(`${where}.countries`, given.countries).map((code) =>
    text(`${where}.countries`, code, /^[A-Z]{2}$/),
  )
  const unserved = countries.find((code) => !findCountry(code))
  if (countries.length === 0 || unserved !== undefined)
    throw wrong(
      `${where}.countries`,
      unserved ? `names ${unserved}, which is no country with networks` : 'must name a country',
    )
  const name = text(`${where}.name`, given.name)
  const unlimited = flag(`${where}.unlimited`, given.unlimited)
  return {
    name,
    description:
      given.description === undefined ? name : text(`${where}.description`, given.description),
    groups:
      given.groups === undefined
        ? ['Own']
        : list(`${where}.groups`, given.groups).map((group) => text(`${where}.groups`, group)),
    countries,
    dataAmount: unlimited ? -1 : whole(`${where}.dataAmount`, given.dataAmount, 1, 1e9),
    duration: whole(`${where}.duration`, given.duration, 1, 3650),
    speed:
      given.speed === undefined
        ? ['4G']
        : list(`${where}.speed`, given.speed).map((speed) => text(`${where}.speed`, speed)),
    autostart: true,
    unlimited,
    price: cents(`${where}.price`, given.price),
    billingType: 'FixedCost',
  }
}

function ownEsim(world: World, where: string, value: unknown): void {
  const given = fields(where, value, [
    'iccid',
    'matchingId',
    'smdpAddress',
    'msisdn',
    'customerRef',
    'installed',
    'bundles',
  ])
  const iccid =
    given.iccid === undefined ? undefined : text(`${where}.iccid`, given.iccid, /^\d{18,22}$/)
  if (iccid !== undefined && world.in(esims).has(iccid))
    throw wrong(`${where}.iccid`, `${iccid} is there twice`)
  const esim = mintEsim(world, {
    ...(iccid === undefined ? {} : { iccid }),
    ...(given.matchingId === undefined
      ? {}
      : { matchingId: text(`${where}.matchingId`, given.matchingId) }),
    ...(given.smdpAddress === undefined
      ? {}
      : { smdpAddress: text(`${where}.smdpAddress`, given.smdpAddress) }),
    ...(given.msisdn === undefined
      ? {}
      : { msisdn: text(`${where}.msisdn`, given.msisdn, /^[1-9]\d{6,14}$/) }),
    ...(given.customerRef === undefined
      ? {}
      : { customerRef: text(`${where}.customerRef`, given.customerRef) }),
  })
  for (const name of list(`${where}.bundles`, given.bundles))
    putOnEsim(
      world,
      esim.iccid,
      bundleOnSale(world, `${where}.bundles`, name),
      `${world.random.uuid()}-0`,
    )
  const sim = world.in(sims).get(simKey(SLUG, esim.iccid))
  if (flag(`${where}.installed`, given.installed) && sim) install(world, sim)
}

/**
 * Lays a user's stock over the default state.
 * @throws Refusal `invalid-request` naming the first thing that is wrong with it
 */
export function stock(world: World, own: unknown): void {
  const given = fields('seed file', own, [
    'balance',
    'testCredit',
    'testCreditLifetime',
    'savedCard',
    'catalogue',
    'inventory',
    'esims',
  ])
  const holder = account(world)
  world.in(accounts).put({
    ...holder,
    ...(given.balance === undefined ? {} : { balance: cents('balance', given.balance) }),
    ...(given.testCredit === undefined
      ? {}
      : { testCredit: cents('testCredit', given.testCredit) }),
    ...(given.savedCard === undefined ? {} : { cardless: !flag('savedCard', given.savedCard) }),
    ...(given.testCreditLifetime === undefined
      ? {}
      : { testCreditExpiresAt: later(world, 'testCreditLifetime', given.testCreditLifetime) }),
  })
  for (const [at, bundle] of list('catalogue', given.catalogue).entries())
    world.in(ownBundles).put(ownBundle(`catalogue[${at}]`, bundle))
  for (const [at, lot] of list('inventory', given.inventory).entries()) {
    const { bundle, quantity } = fields(`inventory[${at}]`, lot, ['bundle', 'quantity'])
    const found = bundleOnSale(world, `inventory[${at}].bundle`, bundle)
    addLot(world, found, whole(`inventory[${at}].quantity`, quantity, 1, 1e6), found.price)
  }
  for (const [at, esim] of list('esims', given.esims).entries())
    ownEsim(world, `esims[${at}]`, esim)
}
