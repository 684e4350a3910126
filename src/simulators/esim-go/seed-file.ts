// What a user's seed file lays over what there is: money, bundles on sale, inventory, eSIMs.
import { defined } from '../../state/defined.ts'
import { addDuration, durationProblem, isoDuration } from '../../state/duration.ts'
import { type ActivationCode, parseActivationCode } from '../../state/installation-code.ts'
import { Refusal } from '../../state/refusal.ts'
import { install, simKey, sims } from '../../state/sims.ts'
import type { World } from '../../state/world.ts'
import { findCountry } from '../countries.ts'
import type { StockShown } from '../simulator.ts'
import { addLot, usableLots } from './bundles/inventory.ts'
import { putOnEsim } from './bundles/put-on-esim.ts'
import { lookUp } from './catalogue/on-sale.ts'
import { mintEsim } from './esims/esims.ts'
import { money, toCents } from './money.ts'
import { accountOf, usableCredit } from './organisation/account.ts'
import { accounts, type CatalogueBundle, SLUG, userBundles } from './records.ts'

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

/** How long a text of a bundle or an eSIM may be, and a list within one: all of it is shown. */
export const LONGEST_STOCK_TEXT = 1000
export const MOST_IN_STOCK_LIST = 300

/** A list within an entry, which is not long. */
function shortList(where: string, value: unknown): readonly unknown[] {
  const found = list(where, value)
  if (found.length <= MOST_IN_STOCK_LIST) return found
  throw wrong(where, `must have ${MOST_IN_STOCK_LIST} entries at most`)
}

function text(where: string, value: unknown, pattern = /^.+$/): string {
  if (typeof value === 'string' && value.length > LONGEST_STOCK_TEXT)
    throw wrong(where, `must have ${LONGEST_STOCK_TEXT} characters at most`)
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
  const found = number(where, value, low, high)
  if (!Number.isInteger(found)) throw wrong(where, 'must be a whole number')
  return found
}

/** Units of money, as a user writes them, in cents. */
function cents(where: string, value: unknown): number {
  return toCents(number(where, value, 0, 1e9))
}

function flag(where: string, value: unknown): boolean {
  if (value !== undefined && typeof value !== 'boolean') throw wrong(where, 'must be true or false')
  return value === true
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

/** A bundle on sale, by name. */
function bundleOnSale(world: World, where: string, value: unknown): CatalogueBundle {
  const found = lookUp(world, text(where, value))
  if (!found) throw wrong(where, `names "${value}", which is not on sale: names are case-sensitive`)
  return found
}

/** What `read` makes of a value that may be left out; `undefined` where it is. */
function optional<T>(
  where: string,
  value: unknown,
  read: (where: string, value: unknown) => T,
): T | undefined {
  return value === undefined ? undefined : read(where, value)
}

function textMatching(pattern: RegExp): (where: string, value: unknown) => string {
  return (where, value) => text(where, value, pattern)
}

function texts(where: string, value: unknown): string[] {
  return shortList(where, value).map((line) => text(where, line))
}

const iccidText = textMatching(/^\d{18,22}$/)
const msisdnText = textMatching(/^[1-9]\d{6,14}$/)
const countryCode = textMatching(/^[A-Z]{2}$/)
/** A part of an activation code, which has 255 characters at most (GSMA SGP.22, 4.1). */
const codePart = textMatching(/^.{1,255}$/)

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
]

/** The area a bundle is sold as, where it is not sold as its countries. */
function soldAs(where: string, value: unknown): { name: string; region: string } {
  const entry = fields(where, value, ['name', 'region'])
  return {
    name: text(`${where}.name`, entry.name),
    region: text(`${where}.region`, entry.region),
  }
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
    autostart: true,
    unlimited,
    price: cents(`${where}.price`, entry.price),
    billingType: 'FixedCost',
    ...defined({
      area: optional(`${where}.area`, entry.area, soldAs),
      imageUrl: optional(`${where}.imageUrl`, entry.imageUrl, text),
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
    : fields('catalogue', value, ['replace', 'bundles'])
  const where = isList ? 'catalogue' : 'catalogue.bundles'
  if (replace !== undefined) replaceCatalogue(world, flag('catalogue.replace', replace))
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

const ESIM_FIELDS = [
  'iccid',
  'activationCode',
  'matchingId',
  'smdpAddress',
  'msisdn',
  'customerRef',
  'installed',
  'bundles',
]

/** How an eSIM is installed: its activation code, or parts of one. */
function installationCode(where: string, entry: Readonly<Record<string, unknown>>) {
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

function putEsim(world: World, where: string, value: unknown): void {
  const entry = fields(where, value, ESIM_FIELDS)
  const iccid = optional(`${where}.iccid`, entry.iccid, iccidText)
  if (iccid !== undefined && world.in(sims).has(simKey(SLUG, iccid)))
    throw wrong(`${where}.iccid`, `${iccid} is there already`)

  const esim = mintEsim(world, {
    iccid,
    ...installationCode(where, entry),
    msisdn: optional(`${where}.msisdn`, entry.msisdn, msisdnText),
    customerRef: optional(`${where}.customerRef`, entry.customerRef, text),
  })
  for (const name of shortList(`${where}.bundles`, entry.bundles)) {
    const bundle = bundleOnSale(world, `${where}.bundles`, name)
    putOnEsim(world, esim.iccid, bundle, { reference: `${world.random.uuid()}-0` })
  }

  const installed = flag(`${where}.installed`, entry.installed)
  const sim = world.in(sims).get(simKey(SLUG, esim.iccid))
  if (installed && sim) install(world, sim, { wanted: 'none' })
}

function putLot(world: World, where: string, value: unknown): void {
  const entry = fields(where, value, ['bundle', 'quantity'])
  const bundle = bundleOnSale(world, `${where}.bundle`, entry.bundle)
  addLot(world, bundle, whole(`${where}.quantity`, entry.quantity, 1, 1e6), bundle.price)
}

const FILE_FIELDS = [
  'balance',
  'testCredit',
  'testCreditLifetime',
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
  const file = fields('stock', content, FILE_FIELDS)
  world.in(accounts).put({
    ...accountOf(world),
    ...defined({
      balance: optional('balance', file.balance, cents),
      testCredit: optional('testCredit', file.testCredit, cents),
      cardless: optional('savedCard', file.savedCard, isNot),
      testCreditExpiresAt: optional(
        'testCreditLifetime',
        file.testCreditLifetime,
        (where, lifetime) => later(world, where, lifetime),
      ),
    }),
  })

  putCatalogue(world, file.catalogue)
  for (const [at, lot] of list('inventory', file.inventory).entries())
    putLot(world, `inventory[${at}]`, lot)
  for (const [at, esim] of list('esims', file.esims).entries()) putEsim(world, `esims[${at}]`, esim)
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
