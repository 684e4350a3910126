// Data products: Highland's own, and those a partner defines in the setting `products`.
import type { World } from '../../state/world.ts'
import { builtIn, type Product, parseProduct } from './product-line.ts'
import { settings } from './settings.ts'

/** The products a company defined; Highland's are the default ones. */
export function productsOf(world: World, company: string): Product[] {
  const partners = world.settings(settings).products.flatMap((line) => parseProduct(line) ?? [])
  return [...builtIn, ...partners].filter((product) => product.company === company)
}

/** A product a company may use: its own or a default one. */
export function findProduct(world: World, company: string, id: string): Product | undefined {
  return [...productsOf(world, company), ...builtIn].find((product) => product.id === id)
}
