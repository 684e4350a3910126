// Base URLs: where clients reach the providers of a world.
import { basesOf, type Simulator } from '../simulators/simulator.ts'

type Mounted = Pick<Simulator, 'slug' | 'mounts'>

/**
 * What every URL of a world begins with.
 * @param root URL of the simulator, without a trailing slash
 * @param world absent where the URLs name none
 */
export function worldUrl(root: string, world: string | undefined): string {
  return world === undefined ? root : `${root}/w/${world}`
}

/** The base URLs of a provider in a world. */
export function baseUrlsOf({ slug, mounts }: Mounted, world: string): string[] {
  return basesOf({ mounts }).map((base) => `${world}/${slug}${base}`)
}

/** The base URLs of a provider on a port of its own, where it is mounted at `/`. */
export function ownBaseUrlsOf({ mounts }: Mounted, endpoint: string): string[] {
  return basesOf({ mounts }).map((base) => endpoint + base)
}

/** All base URLs in a world, by provider. */
export function baseUrlsIn(
  providers: Iterable<{ readonly simulator: Mounted }>,
  world: string,
): Record<string, string[]> {
  const urls: Record<string, string[]> = {}
  for (const { simulator } of providers) urls[simulator.slug] = baseUrlsOf(simulator, world)
  return urls
}
