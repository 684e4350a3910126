// What is on sale in a world: the default catalogue and the user's own bundles over it.
import { Refusal } from '../../../state/refusal.ts'
import type { World } from '../../../state/world.ts'
import type { EsimGoRefusal } from '../errors.ts'
import { refusedBundles, refuseIfMagic } from '../magic-values.ts'
import { type CatalogueBundle, userBundles } from '../records.ts'
import { defaultBundle, defaultCatalogue } from './default-bundles.ts'
import { catalogueMagicBundle } from './magic-bundles.ts'

/** Every bundle on sale, cheapest first. */
export function onSale(world: World): readonly CatalogueBundle[] {
  const user = world.in(userBundles)
  if (user.size === 0) return defaultCatalogue()
  const others = defaultCatalogue().filter(({ name }) => !user.has(name))
  return [...user.values(), ...others].sort((a, b) => a.price - b.price)
}

/** The bundle of exactly this name, or `undefined`. */
export function lookUp(world: World, name: string): CatalogueBundle | undefined {
  return world.in(userBundles).get(name) ?? defaultBundle(name) ?? catalogueMagicBundle(name)
}

/** @throws Refusal `unknown-bundle`, or what a magic name provokes */
export function findBundle(world: World, name: string): CatalogueBundle {
  const bundle = lookUp(world, name)
  if (bundle) return bundle
  refuseIfMagic(refusedBundles, name)
  throw new Refusal<EsimGoRefusal>(
    'unknown-bundle',
    `there is no bundle "${name}": names are case-sensitive, see GET /catalogue`,
    { bundle: name },
  )
}
