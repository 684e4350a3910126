// API keys of a provider: one in each new world, known wherever a request carries it.
import { credentials } from '../state/credentials.ts'
import { HEX, openRandom } from '../state/random.ts'
import { Refusal } from '../state/refusal.ts'
import type { World } from '../state/world.ts'
import type { HeaderOf } from './call.ts'
import type { Authentication } from './simulator.ts'

/**
 * How a provider knows who calls: by a key in a header.
 * @param slug of the provider
 * @param header its name in lower case; of `authorization`, the key stands behind `Bearer`
 */
export function keyAuthentication(slug: string, header = 'authorization'): Authentication {
  const isBearer = header === 'authorization'
  const named = isBearer ? 'Authorization: Bearer <key>' : `${header}: <key>`
  const credentialIn = (read: HeaderOf) => {
    const written = read(header)
    return isBearer ? /^Bearer\s+(\S+)$/i.exec(written ?? '')?.[1] : written
  }
  return {
    kind: 'api-key',
    credentialIn,
    authenticate(read, world) {
      const key = credentialIn(read)
      if (key === undefined) throw new Refusal('unauthorized', `the header ${named} is missing`)
      if (world.in(credentials).get(`${slug}/${key}`)?.kind !== 'api-key')
        throw new Refusal('unauthorized', `the key is none of the world "${world.name}"`)
    },
  }
}

/** Gives a provider its key in a new world: `test-<slug>-key` in `default`, elsewhere another. */
export function seedKey(world: World, slug: string): void {
  const { name, seed } = world.identity
  const secret =
    name === 'default' ? `test-${slug}-key` : openRandom(`${name}/${seed}/${slug}`).text(32, HEX)
  world.in(credentials).put({ provider: slug, kind: 'api-key', secret })
}
