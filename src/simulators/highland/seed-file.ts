// A user's own products and stock: the part of a seed file that is Highland's.
import { activationCode } from '../../state/installation-code.ts'
import { Refusal } from '../../state/refusal.ts'
import { checkSettings, chosenSettings } from '../../state/settings.ts'
import type { World } from '../../state/world.ts'
import { fields, list, wrong } from '../seed-reading.ts'
import type { StockShown } from '../simulator.ts'
import { parseProduct } from './product-line.ts'
import { type Esim, esims, SLUG } from './records.ts'
import { addAcquired, addCompanies } from './seed-acquired.ts'
import { settings } from './settings.ts'
import { addLines } from './stock.ts'

const NAMES = ['products', 'esims', 'companies', 'acquired']

/** What tells a product from others: a company's id of it. */
function productKey(line: unknown): unknown {
  const product = typeof line === 'string' ? parseProduct(line) : undefined
  return product ? `${product.company},${product.id}` : line
}

/** Adds products; one takes the place of that which its company has under the same id. */
function addProducts(world: World, added: readonly unknown[]): void {
  if (added.length === 0) return
  const taken = new Set(added.map(productKey))
  const kept = world.settings(settings).products.filter((line) => !taken.has(productKey(line)))
  const products = [...kept, ...added]
  const values = { ...world.in(chosenSettings).get(SLUG)?.values, products }
  checkSettings(settings, values)
  world.in(chosenSettings).put({ provider: SLUG, values })
}

/** @throws Refusal `invalid-request`, naming each line that is wrong */
function addEsims(world: World, lines: readonly unknown[]): void {
  const at = lines.findIndex((line) => typeof line !== 'string')
  if (at >= 0) throw wrong(`${SLUG}.esims[${at}]`, 'must be a text: put it in quotes')
  try {
    addLines(world, lines.map(String))
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    throw new Refusal('invalid-request', `${SLUG}.esims: ${error.message}`)
  }
}

/**
 * Adds a user's own to what there is.
 * @param content `products` as the setting has them, `esims` as PUT /highland/esim takes them;
 *   `companies`, and eSIMs that they have `acquired`
 * @throws Refusal `invalid-request`, naming what is wrong
 */
export function applySeedFile(world: World, content: unknown): void {
  const stock = fields(`${SLUG}.stock`, content ?? {}, NAMES)
  addCompanies(world, stock.companies)
  addProducts(world, list(`${SLUG}.products`, stock.products))
  addEsims(world, list(`${SLUG}.esims`, stock.esims))
  addAcquired(world, stock.acquired)
}

function lineOf({ simId, iccid, imsi, msisdn, ...code }: Esim): string {
  return [simId, iccid, imsi, msisdn, activationCode(code)].join()
}

/** The products that are defined, and the eSIMs nobody has acquired. */
export function stockShown(world: World, limit: number): StockShown {
  const { products } = world.settings(settings)
  const free = world.in(esims).page('free', {}, 0, limit)
  return {
    stock: { products: products.slice(0, limit), esims: free.map(lineOf) },
    more: {
      products: products.length - limit,
      esims: world.in(esims).count('free') - limit,
    },
  }
}
