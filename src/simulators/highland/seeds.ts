// What exists at the start: Highland and a test company, a stock, the test eSIM; and a user's own of a seed file.
import { mintIccid, mintImsi } from '../../state/identifiers.ts'
import { CAPITALS_AND_DIGITS } from '../../state/random.ts'
import { Refusal } from '../../state/refusal.ts'
import { checkSettings, chosenSettings } from '../../state/settings.ts'
import { install } from '../../state/sims.ts'
import type { World } from '../../state/world.ts'
import { HIGHLAND_ID } from './catalogue.ts'
import { addProduct } from './esims.ts'
import { findProduct } from './products.ts'
import { companies, esims, SLUG } from './records.ts'
import { settings } from './settings.ts'
import { addLines, assign } from './stock.ts'

/** The company and the eSIM of the vendor's own examples (public). */
const TEST_COMPANY = '1a9a1d8ddc9311f09e024c50dd6c0d86'
const TEST_ESIM = '76010106'
const FIRST_ESIM = 61_007_764
const STOCK = 50

/** A line of the stock. Issuer and network are as in the public example; nobody has a number with 555-01 in it. */
function minted({ random }: World, simId: string | number, position: number): string {
  const code = Array.from({ length: 4 }, () => random.text(5, CAPITALS_AND_DIGITS)).join('-')
  const numbers = [
    mintIccid(random, '8948010'),
    mintImsi(random, '26001'),
    14_255_550_100 + position,
  ]
  return [simId, ...numbers, `1$rsp.esimulator.example$${code}`].join()
}

function begin(world: World, stock: number): void {
  const rest = { country: 'US', email: 'api@partner.example', createdAt: world.now }
  world
    .in(companies)
    .put({ id: HIGHLAND_ID, name: 'Highland Solutions LLC', registration: 'HIGHLAND', ...rest })
  world.in(companies).put({ id: TEST_COMPANY, name: 'Test Company', registration: 'TEST', ...rest })
  addLines(world, [minted(world, TEST_ESIM, 0)])
  const esim = world.in(esims).get(TEST_ESIM)
  // Installed: a test eSIM is there to be used at any time, and its code would be good for three days only.
  if (esim) install(world, assign(world, esim, TEST_COMPANY).sim)
  addLines(
    world,
    Array.from({ length: stock }, (_, at) => minted(world, FIRST_ESIM + at, at + 1)),
  )
}

/** States by name; each begins from an empty world. */
export const seeds: Readonly<Record<string, (world: World) => void>> = {
  default: (world) => begin(world, STOCK),
  'an empty stock': (world) => begin(world, 0),
  'an eSIM with a data product': (world) => {
    begin(world, STOCK)
    const [esim, product] = [
      world.in(esims).get(TEST_ESIM),
      findProduct(world, TEST_COMPANY, '852'),
    ]
    if (esim && product) addProduct(world, esim, product)
  },
}

/**
 * Lays a user's own over the default state: `products` as the setting has them, `esims` as PUT /highland/esim takes them.
 * @throws Refusal `invalid-request`, `duplicate-esim`, naming what is wrong
 */
export function stock(world: World, own: unknown): void {
  const {
    products = [],
    esims: lines = [],
    ...rest
  } = (own ?? {}) as Readonly<Record<string, unknown>>
  const problem =
    Object.keys(rest).length > 0
      ? `knows products and esims, and no ${Object.keys(rest)}`
      : undefined
  if (problem || !Array.isArray(lines))
    throw new Refusal('invalid-request', `${SLUG} ${problem ?? 'esims must be a list of lines'}`)
  const values = {
    ...world.in(chosenSettings).get(SLUG)?.values,
    products: products as readonly string[],
  }
  checkSettings(settings, values)
  world.in(chosenSettings).put({ provider: SLUG, values })
  addLines(world, lines.map(String))
}
