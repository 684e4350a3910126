// What is on sale in a world: the default catalogue and the user's own bundles over it.
import { Refusal } from '../../../state/refusal.ts'
import type { World } from '../../../state/world.ts'
import type { EsimGoRefusal } from '../errors.ts'
import { refusedBundles, refuseIfMagic } from '../magic-values.ts'
import { accountOf } from '../organisation/account.ts'
import { type CatalogueBundle, userBundles } from '../records.ts'
import { defaultBundle, defaultCatalogue } from './default-bundles.ts'
import { catalogueMagicBundle } from './magic-bundles.ts'
import { asListed } from './search.ts'

/** Every bundle on sale, in the order they are listed in. */
export function onSale(world: World): readonly CatalogueBundle[] {
  const user = world.in(userBundles)
  const others = hasDefaultCatalogue(world) ? defaultCatalogue() : []
  if (user.size === 0) return others
  const own = [...user.values()].filter(({ isOffSale }) => !isOffSale)
  return [...own, ...others.filter(({ name }) => !ownBundle(world, name))].sort(asListed)
}

/** The user's own bundle of a name, while it is on sale. */
function ownBundle(world: World, name: string): CatalogueBundle | undefined {
  const own = world.in(userBundles).get(name)
  return own?.isOffSale ? undefined : own
}

/** False where the user's own bundles have replaced the default catalogue. */
function hasDefaultCatalogue(world: World): boolean {
  return accountOf(world).onlyOwnBundles !== true
}

/** The bundle of exactly this name that can be bought, or `undefined`. */
export function lookUp(world: World, name: string): CatalogueBundle | undefined {
  return (
    ownBundle(world, name) ??
    (hasDefaultCatalogue(world) ? defaultBundle(name) : undefined) ??
    catalogueMagicBundle(name)
  )
}

/**
 * The bundle of exactly this name, also where it was bought before the catalogue was replaced: what
 * somebody has goes on being usable.
 */
export function lookUpBought(world: World, name: string): CatalogueBundle | undefined {
  return lookUp(world, name) ?? world.in(userBundles).get(name) ?? defaultBundle(name)
}

/** @throws Refusal `unknown-bundle`, or what a magic name provokes */
export function findBundle(world: World, name: string): CatalogueBundle {
  return found(name, lookUp(world, name))
}

/**
 * A bundle that is to be put on an eSIM, on sale or bought before.
 * @throws Refusal `unknown-bundle`, or what a magic name provokes
 */
export function findBought(world: World, name: string): CatalogueBundle {
  return found(name, lookUpBought(world, name))
}

function found(name: string, bundle: CatalogueBundle | undefined): CatalogueBundle {
  if (bundle) return bundle
  refuseIfMagic(refusedBundles, name)
  throw new Refusal<EsimGoRefusal>(
    'unknown-bundle',
    `there is no bundle "${name}": names are case-sensitive, see GET /catalogue`,
    { bundle: name },
  )
}
