// A user's own products and stock: the part of a seed file that is Highland's.
import { Refusal } from '../../state/refusal.ts'
import { checkSettings, chosenSettings } from '../../state/settings.ts'
import type { World } from '../../state/world.ts'
import { SLUG } from './records.ts'
import { settings } from './settings.ts'
import { addLines } from './stock.ts'

/** @throws Refusal `invalid-request` */
function setProducts(world: World, products: unknown): void {
  const values = {
    ...world.in(chosenSettings).get(SLUG)?.values,
    products: products as readonly string[],
  }
  checkSettings(settings, values)
  world.in(chosenSettings).put({ provider: SLUG, values })
}

/**
 * Lays a user's own over the default state.
 * @param content `products` as the setting has them, `esims` as PUT /highland/esim takes them
 * @throws Refusal `invalid-request`, `duplicate-esim`, naming what is wrong
 */
export function applySeedFile(world: World, content: unknown): void {
  const fields = (content ?? {}) as Readonly<Record<string, unknown>>
  const { products = [], esims: lines = [], ...rest } = fields
  const others = Object.keys(rest)
  if (others.length > 0)
    throw new Refusal('invalid-request', `${SLUG} knows products and esims, and no ${others}`)
  if (!Array.isArray(lines))
    throw new Refusal('invalid-request', `${SLUG} esims must be a list of lines`)

  setProducts(world, products)
  addLines(world, lines.map(String))
}
