// What a world looks like on the wire: its clock, URLs, credentials and callback targets.
import type { SimulatorServer } from '../server/server.ts'
import { DEFAULT_WORLD, type HostedWorld } from '../server/worlds.ts'
import type { Simulator } from '../simulators/simulator.ts'
import { targets } from '../state/callbacks.ts'
import { permanentOf } from '../state/credentials.ts'
import { defined } from '../state/defined.ts'
import { iso } from '../state/instant.ts'
import { sims } from '../state/sims.ts'
import type { World } from '../state/world.ts'
import { baseUrlsIn, worldUrl } from './base-urls.ts'
import { type CredentialsShown, clockShown, type WorldRow, type WorldShown } from './wire.ts'

export function worldRow({ world }: HostedWorld): WorldRow {
  const { name, expiresAt } = world.identity
  return defined({
    name,
    clock: clockShown(world),
    sims: world.in(sims).size,
    expiresAt: expiresAt === undefined ? undefined : iso(expiresAt),
  })
}

/**
 * The whole of a world but its records.
 * @param root URL of the simulator as the caller reaches it, without a trailing slash
 */
export function worldShown(server: SimulatorServer, hosted: HostedWorld, root: string): WorldShown {
  const { world } = hosted
  const url = worldUrl(root, world.name === DEFAULT_WORLD ? undefined : world.name)
  const providers = [...server.providers.values()]
  const mounts = baseUrlsIn(providers, url)
  const baseUrls = Object.entries(mounts).map(([slug, [first = `${url}/${slug}`]]) => [slug, first])
  const credentials = providers.map(({ simulator }) => [
    simulator.slug,
    credentialsShown(simulator, world, url),
  ])
  const destinations = [...world.in(targets).values()].map((target) => [
    target.provider,
    defined({ url: server.redactor.redacted(target.url, 'url'), version: target.version }),
  ])

  return {
    ...worldRow(hosted),
    seed: world.identity.seed,
    baseUrls: Object.fromEntries(baseUrls),
    mounts,
    credentials: Object.fromEntries(credentials),
    targets: Object.fromEntries(destinations),
  }
}

/** All the keys of a provider that are shown, the first one first. */
export function keysIn({ apiKey, apiKeys }: CredentialsShown): readonly string[] {
  return apiKeys ?? (apiKey === undefined ? [] : [apiKey])
}

/** All the clients of a provider that are shown, the first one first. */
export function clientsIn(shown: CredentialsShown): NonNullable<CredentialsShown['clients']> {
  const { clientId: client, clientSecret: secret, clients } = shown
  return clients ?? (client === undefined || secret === undefined ? [] : [{ client, secret }])
}

/** @param url what every URL of the world begins with */
function credentialsShown(
  { slug, settings, auth, callbacks }: Simulator,
  world: World,
  url: string,
): CredentialsShown {
  const credentials = permanentOf(world, slug)
  const keys = credentials.filter(({ kind }) => kind === 'api-key')
  const clients = credentials.flatMap(({ client, secret }) =>
    client === undefined ? [] : [{ client, secret }],
  )
  const tokenPath = auth.tokenPath?.(world.settings(settings))
  return defined({
    apiKey: keys[0]?.secret,
    apiKeys: keys.length > 1 ? keys.map(({ secret }) => secret) : undefined,
    clientId: clients[0]?.client,
    clientSecret: clients[0]?.secret,
    clients: clients.length > 1 ? clients : undefined,
    tokenUrl: tokenPath === undefined ? undefined : `${url}/${slug}${tokenPath}`,
    callbackSecret: callbacks?.secret?.(world),
  })
}
