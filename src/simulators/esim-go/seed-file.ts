// What a user's seed file lays over what there is: money, bundles on sale, inventory, eSIMs.
import { defined } from '../../state/defined.ts'
import { addDuration, durationProblem, isoDuration } from '../../state/duration.ts'
import type { World } from '../../state/world.ts'
import { findCountry } from '../countries.ts'
import {
  fields,
  flag,
  list,
  number,
  optional,
  shortList,
  text,
  textMatching,
  texts,
  time,
  whole,
  wrong,
} from '../seed-reading.ts'
import type { StockShown } from '../simulator.ts'
import { putLot, usableLots } from './bundles/inventory.ts'
import { lookUpBought } from './catalogue/on-sale.ts'
import { money, toCents } from './money.ts'
import { accountOf, usableCredit } from './organisation/account.ts'
import { accounts, type CatalogueBundle, SLUG, userBundles } from './records.ts'
import { bundleOnSale, putEsim } from './seed-esims.ts'

/** Units of money, as a user writes them, in cents. */
function cents(where: string, value: unknown): number {
  return toCents(number(where, value, 0, 1e9))
}

function isNot(where: string, value: unknown): boolean {
  return !flag(where, value)
}

/** The instant a duration from now. */
function later(world: World, where: string, value: unknown): number {
  const duration = text(where, value)
  const problem = durationProblem(duration)
  if (problem !== undefined) throw wrong(where, problem)
  return addDuration(world.now, duration)
}

const countryCode = textMatching(/^[A-Z]{2}$/)

/** Codes of countries with networks, at least one. */
function countryCodes(where: string, value: unknown): string[] {
  const codes = shortList(where, value).map((code) => countryCode(where, code))
  const unserved = codes.find((code) => !findCountry(code))
  if (unserved !== undefined)
    throw wrong(where, `names ${unserved}, which is no country with networks`)
  if (codes.length === 0) throw wrong(where, 'must name a country')
  return codes
}

const BUNDLE_FIELDS = [
  'name',
  'description',
  'countries',
  'dataAmount',
  'duration',
  'price',
  'unlimited',
  'groups',
  'speed',
  'area',
  'imageUrl',
  'autostart',
  'onSale',
]

/** The area a bundle is sold as, where it is not sold as its countries. */
function soldAs(where: string, value: unknown): { name: string; region: string } {
  const entry = fields(where, value, ['name', 'region'])
  return {
    name: text(`${where}.name`, entry.name),
    region: text(`${where}.region`, entry.region),
  }
}

/** True of a bundle that is not on sale, and only known: somebody has bought it. */
function offSale(where: string, value: unknown): true | undefined {
  return flag(where, value) ? undefined : true
}

function userBundle(where: string, value: unknown): CatalogueBundle {
  const entry = fields(where, value, BUNDLE_FIELDS)
  const countries = countryCodes(`${where}.countries`, entry.countries)
  const name = text(`${where}.name`, entry.name)
  const unlimited = flag(`${where}.unlimited`, entry.unlimited)
  return {
    name,
    description: optional(`${where}.description`, entry.description, text) ?? name,
    groups: optional(`${where}.groups`, entry.groups, texts) ?? ['Own'],
    countries,
    dataAmount: unlimited ? -1 : whole(`${where}.dataAmount`, entry.dataAmount, 1, 1e9),
    duration: whole(`${where}.duration`, entry.duration, 1, 3650),
    speed: entry.speed === null ? null : (optional(`${where}.speed`, entry.speed, texts) ?? ['4G']),
    autostart: optional(`${where}.autostart`, entry.autostart, flag) ?? true,
    unlimited,
    price: cents(`${where}.price`, entry.price),
    billingType: 'FixedCost',
    ...defined({
      area: optional(`${where}.area`, entry.area, soldAs),
      imageUrl: optional(`${where}.imageUrl`, entry.imageUrl, text),
      isOffSale: optional(`${where}.onSale`, entry.onSale, offSale),
    }),
  }
}

/**
 * Puts bundles on sale: a list adds to what is there, `{replace: true, bundles}` takes the place of
 * the default catalogue and of earlier bundles of one's own, `replace: false` brings the default
 * one back.
 */
function putCatalogue(world: World, value: unknown): void {
  const isList = value === undefined || Array.isArray(value)
  const { replace, bundles } = isList
    ? { replace: undefined, bundles: value }
    : fields(`${SLUG}.catalogue`, value, ['replace', 'bundles'])
  const where = isList ? `${SLUG}.catalogue` : `${SLUG}.catalogue.bundles`
  if (replace !== undefined) replaceCatalogue(world, flag(`${SLUG}.catalogue.replace`, replace))
  if (replace === true && bundles === undefined)
    throw wrong(where, 'must list what is on sale instead')
  for (const [at, bundle] of list(where, bundles).entries())
    world.in(userBundles).put(userBundle(`${where}[${at}]`, bundle))
}

/** @param onlyOwn takes the default catalogue off sale, and what there was of one's own */
function replaceCatalogue(world: World, onlyOwn: boolean): void {
  world.in(accounts).put({ ...accountOf(world), onlyOwnBundles: onlyOwn })
  if (!onlyOwn) return
  const own = world.in(userBundles)
  for (const bundle of [...own.values()]) own.put({ ...bundle, isOffSale: true })
}

/**
 * Bundles that were bought before, in a lot of their own. One that is left of a lot of a real account
 * tells when it expires, and may be of a bundle that is not on sale any more.
 */
function addToInventory(world: World, where: string, value: unknown): void {
  const entry = fields(where, value, ['bundle', 'quantity', 'total', 'expiresAt', 'usageId'])
  const bundle =
    lookUpBought(world, text(`${where}.bundle`, entry.bundle)) ??
    bundleOnSale(world, `${where}.bundle`, entry.bundle)
  const remaining = whole(`${where}.quantity`, entry.quantity, 1, 1e6)
  const total = optional(`${where}.total`, entry.total, lotSize) ?? remaining
  if (total < remaining) throw wrong(`${where}.total`, 'must be at least the quantity')
  const id = optional(`${where}.usageId`, entry.usageId, lotId)
  const expiresAt = optional(`${where}.expiresAt`, entry.expiresAt, time)
  if (!putLot(world, { bundle: bundle.name, price: bundle.price, total, remaining, id, expiresAt }))
    throw wrong(`${where}.usageId`, `${id} is there already`)
}

function lotSize(where: string, value: unknown): number {
  return whole(where, value, 1, 1e6)
}

function lotId(where: string, value: unknown): number {
  return whole(where, value, 1, Number.MAX_SAFE_INTEGER)
}

const FILE_FIELDS = [
  'balance',
  'testCredit',
  'testCreditLifetime',
  'testCreditExpiresAt',
  'savedCard',
  'catalogue',
  'inventory',
  'esims',
]

/**
 * Lays the part of a seed file that is eSIM Go's over what there is: money takes the place of what
 * there was, all else is added.
 * @param content as parsed from the file, unchecked
 * @throws Refusal `invalid-request` naming the first thing that is wrong with it
 */
export function applySeedFile(world: World, content: unknown): void {
  const file = fields(`${SLUG}.stock`, content, FILE_FIELDS)
  const lifetime = optional(`${SLUG}.testCreditLifetime`, file.testCreditLifetime, (where, value) =>
    later(world, where, value),
  )
  world.in(accounts).put({
    ...accountOf(world),
    ...defined({
      balance: optional(`${SLUG}.balance`, file.balance, cents),
      testCredit: optional(`${SLUG}.testCredit`, file.testCredit, cents),
      cardless: optional(`${SLUG}.savedCard`, file.savedCard, isNot),
      testCreditExpiresAt:
        lifetime ?? optional(`${SLUG}.testCreditExpiresAt`, file.testCreditExpiresAt, time),
    }),
  })

  putCatalogue(world, file.catalogue)
  for (const [at, lot] of list(`${SLUG}.inventory`, file.inventory).entries())
    addToInventory(world, `${SLUG}.inventory[${at}]`, lot)
  for (const [at, esim] of list(`${SLUG}.esims`, file.esims).entries())
    putEsim(world, `${SLUG}.esims[${at}]`, esim)
}

/** A bundle on sale as a seed file has it. */
function bundleShown({ unlimited, dataAmount, price, ...bundle }: CatalogueBundle): object {
  const { name, description, countries, duration, groups, speed, area, imageUrl } = bundle
  const data = unlimited ? { unlimited } : { dataAmount }
  const shown = { name, description, countries, ...data, duration, price: money(price), groups }
  return defined({ ...shown, speed, area, imageUrl })
}

/**
 * The money, what is on sale of one's own, and what is in the inventory. eSIMs are not told: they
 * are among the world's SIMs.
 */
export function stockShown(world: World, limit: number): StockShown {
  const account = accountOf(world)
  const own = [...world.in(userBundles).values()].filter(({ isOffSale }) => !isOffSale)
  const bundles = own.slice(0, limit).map(bundleShown)
  const left = new Map<string, number>()
  for (const { bundle, remaining } of usableLots(world))
    left.set(bundle, (left.get(bundle) ?? 0) + remaining)
  const inventory = [...left].map(([bundle, quantity]) => ({ bundle, quantity }))

  const credit = usableCredit(world, account)
  const lifetime = credit > 0 ? isoDuration(account.testCreditExpiresAt - world.now) : undefined
  const stock = defined({
    balance: money(account.balance),
    testCredit: money(credit),
    testCreditLifetime: lifetime,
    savedCard: account.cardless !== true,
    catalogue: account.onlyOwnBundles === true ? { replace: true, bundles } : bundles,
    inventory: inventory.slice(0, limit),
  })
  const more = { catalogue: own.length - bundles.length, inventory: inventory.length - limit }
  return { stock, more }
}
