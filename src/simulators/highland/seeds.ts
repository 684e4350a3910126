// What exists at the start: Highland and a test company, a stock, the test eSIM.
import { mintIccid, mintImsi, mintMatchingId, SMDP_ADDRESS } from '../../state/identifiers.ts'
import { install } from '../../state/sims.ts'
import type { World } from '../../state/world.ts'
import { HIGHLAND_ID } from './catalogue.ts'
import { addProduct } from './esims.ts'
import { findProduct } from './products.ts'
import { type Company, companies, esims } from './records.ts'
import { addLines, assign } from './stock.ts'

/** The company and the eSIM of the vendor's own examples (public). */
export const TEST_COMPANY = '1a9a1d8ddc9311f09e024c50dd6c0d86'
const TEST_ESIM = '76010106'
const FIRST_ESIM = 61_100_001
const STOCK = 50

/** Issuer and network of the public example. */
export const ICCID_PREFIX = '8948010'
export const IMSI_PREFIX = '26001'
/** Nobody has a number with 555-01 in it. */
const FIRST_MSISDN = 14_255_550_100

/** A line of the stock. */
export function stockLine({ random }: World, simId: string | number, position: number): string {
  const matchingId = mintMatchingId(random)
  const iccid = mintIccid(random, ICCID_PREFIX)
  const imsi = mintImsi(random, IMSI_PREFIX)
  const msisdn = FIRST_MSISDN + position
  return `${simId},${iccid},${imsi},${msisdn},1$${SMDP_ADDRESS}$${matchingId}`
}

function addCompany(
  world: World,
  { id, name, registration }: Required<Pick<Company, 'id' | 'name' | 'registration'>>,
): void {
  world.in(companies).put({
    id,
    name,
    registration,
    country: 'US',
    email: 'api@partner.example',
    createdAt: world.now,
  })
}

function start(world: World, stock: number): void {
  addCompany(world, {
    id: HIGHLAND_ID,
    name: 'Highland Solutions LLC',
    registration: 'HIGHLAND',
  })
  addCompany(world, { id: TEST_COMPANY, name: 'Test Company', registration: 'TEST' })

  addLines(world, [stockLine(world, TEST_ESIM, 0)])
  const esim = world.in(esims).get(TEST_ESIM)
  // Installed, so that it can be used at any time: its code is good for three days only.
  if (esim) install(world, assign(world, esim, TEST_COMPANY).sim)

  const positions = Array.from({ length: stock }, (_, at) => at)
  addLines(
    world,
    positions.map((at) => stockLine(world, FIRST_ESIM + at, at + 1)),
  )
}

function esimWithProduct(world: World): void {
  start(world, STOCK)
  const esim = world.in(esims).get(TEST_ESIM)
  const product = findProduct(world, TEST_COMPANY, '852')
  if (esim && product) addProduct(world, esim, product)
}

/** States by name; each begins from an empty world. */
export const seeds = {
  default: (world) => start(world, STOCK),
  'an empty stock': (world) => start(world, 0),
  'an eSIM with a data product': esimWithProduct,
} satisfies Readonly<Record<string, (world: World) => void>>

/** What each holds, and what to do next in it. */
export const seedTexts: Readonly<Record<keyof typeof seeds, string>> = {
  default:
    'companies, a stock of eSIMs and the test eSIM, acquired and installed: acquire another, or add a product',
  'an empty stock': 'companies and the test eSIM, and no other eSIM in stock: acquiring is refused',
  'an eSIM with a data product':
    'the test eSIM in a handset, enabled, with a data product: attach it and use data',
}
