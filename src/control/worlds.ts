// Health and worlds: what there is, made, begun anew and removed.

import { checkWorldName } from '../server/world-start.ts'
import type { HostedWorld, WorldStart } from '../server/worlds.ts'
import { credentialsOf, DEFAULT_WORLD } from '../server/worlds.ts'
import { reply } from '../simulators/call.ts'
import { basesOf, type Simulator } from '../simulators/simulator.ts'
import { targets } from '../state/callbacks.ts'
import { addDuration } from '../state/duration.ts'
import { iso } from '../state/instant.ts'
import { Refusal } from '../state/refusal.ts'
import { sims } from '../state/sims.ts'
import type { World } from '../state/world.ts'
import type { ControlCall, ControlHandlers } from './call.ts'
import { type ClockShown, clockShown, instant } from './clock.ts'

export interface Health {
  readonly status: 'ok'
  readonly version: string
  readonly providers?: readonly string[]
  readonly worlds?: number
  readonly writesRefused?: Readonly<Record<string, string>>
}

/** What a caller needs to be let in at a provider, and to check what it sends. */
export interface CredentialsShown {
  readonly apiKey?: string
  readonly clientId?: string
  readonly clientSecret?: string
  /** Where a client gets its tokens. */
  readonly tokenUrl?: string
  /** What callbacks are signed with. */
  readonly callbackSecret?: string
}

export interface WorldRow {
  readonly name: string
  readonly clock: ClockShown
  readonly sims: number
  /** By the wall clock. */
  readonly expiresAt?: string
}

export interface WorldShown extends WorldRow {
  readonly seed: string
  /** By provider: the first of its base URLs. */
  readonly baseUrls: Readonly<Record<string, string>>
  /** By provider: all of its base URLs. */
  readonly mounts: Readonly<Record<string, readonly string[]>>
  readonly credentials: Readonly<Record<string, CredentialsShown>>
  readonly targets: Readonly<Record<string, { readonly url: string; readonly version?: number }>>
}

function rowOf({ world }: HostedWorld): WorldRow {
  const { name, expiresAt } = world.identity
  return {
    name,
    clock: clockShown(world),
    sims: world.in(sims).size,
    ...(expiresAt === undefined ? {} : { expiresAt: iso(expiresAt) }),
  }
}

/** The whole of a world but its records, with URLs as the caller reaches them. */
export function worldShown(
  { server, root }: Pick<ControlCall, 'server' | 'root'>,
  hosted: HostedWorld,
): WorldShown {
  const { world } = hosted
  const prefix = world.name === DEFAULT_WORLD ? root : `${root}/w/${world.name}`
  const mounts: Record<string, string[]> = {}
  const baseUrls: Record<string, string> = {}
  for (const [slug, { simulator }] of server.providers) {
    const urls = basesOf(simulator).map((base) => `${prefix}/${slug}${base}`)
    mounts[slug] = urls
    baseUrls[slug] = urls[0] ?? `${prefix}/${slug}`
  }
  const sendTo = [...world.in(targets).values()].map(({ provider, url, version }) => [
    provider,
    { url, ...(version === undefined ? {} : { version }) },
  ])
  const credentials = Object.fromEntries(
    [...server.providers.values()].map(({ simulator }) => [
      simulator.slug,
      credentialsShown(simulator, world, prefix),
    ]),
  )
  return {
    ...rowOf(hosted),
    seed: world.identity.seed,
    baseUrls,
    mounts,
    credentials,
    targets: Object.fromEntries(sendTo),
  }
}

function credentialsShown(
  { slug, settings, auth, callbacks }: Simulator,
  world: World,
  prefix: string,
): CredentialsShown {
  const own = credentialsOf(world).filter(({ provider }) => provider === slug)
  const key = own.find(({ kind }) => kind === 'api-key')
  const client = own.find(({ kind }) => kind === 'client')
  const callbackSecret = callbacks?.secret?.(world)
  return {
    ...(key ? { apiKey: key.secret } : {}),
    ...(client?.client === undefined
      ? {}
      : { clientId: client.client, clientSecret: client.secret }),
    ...(auth.tokenPath
      ? { tokenUrl: `${prefix}/${slug}${auth.tokenPath(world.settings(settings))}` }
      : {}),
    ...(callbackSecret === undefined ? {} : { callbackSecret }),
  }
}

function named({ server, path }: ControlCall): HostedWorld {
  const hosted = server.worlds.get(String(path.name))
  if (!hosted)
    throw new Refusal(
      'not-found',
      `there is no world "${path.name}": GET /_sim/worlds lists them, POST /_sim/worlds makes one`,
    )
  hosted.runner.catchUp()
  return hosted
}

interface NewWorld {
  readonly name: string
  readonly seed?: string
  readonly given?: string
  readonly clock?: {
    readonly mode?: 'running' | 'frozen'
    readonly at?: string
    readonly rate?: number
  }
  readonly ttl?: string
}

function beginning({ seed, given, clock = {}, ttl }: NewWorld): WorldStart {
  const { at, ...rest } = clock
  const kept = ttl === undefined ? undefined : addDuration(0, ttl)
  if (kept !== undefined && kept <= 0)
    throw new Refusal('invalid-request', 'ttl must be longer than nothing')
  return {
    ...(seed === undefined ? {} : { seed }),
    ...(given === undefined ? {} : { given }),
    clock: { ...rest, ...(at === undefined ? {} : { at: instant('clock.at', at) }) },
    ...(kept === undefined ? {} : { ttl: kept }),
  }
}

export const worldHandlers: ControlHandlers = {
  getHealth({ server, trusted }) {
    const { version, providers, worlds, store } = server
    if (!trusted) return reply(200, { status: 'ok', version } satisfies Health)
    const failures = worlds.list().flatMap(({ world: { name } }) => {
      const failure = store.failure(name)
      return failure ? [[name, failure.message] as const] : []
    })
    const health: Health = {
      status: 'ok',
      version,
      providers: [...providers.keys()],
      worlds: worlds.list().length,
      ...(failures.length > 0 ? { writesRefused: Object.fromEntries(failures) } : {}),
    }
    return reply(200, health)
  },
  listWorlds: ({ server }) => reply(200, { worlds: server.worlds.list().map(rowOf) }),
  async createWorld(call) {
    const wanted = call.body as NewWorld
    checkWorldName(wanted.name)
    const hosted = call.server.worlds.create(wanted.name, beginning(wanted))
    hosted.runner.wake()
    await call.server.store.flushed(wanted.name)
    return reply(201, worldShown(call, hosted))
  },
  getWorld: (call) => reply(200, worldShown(call, named(call))),
  async removeWorld(call) {
    const hosted = named(call)
    if (hosted.world.name === DEFAULT_WORLD)
      throw new Refusal(
        'wrong-state',
        `the world "${DEFAULT_WORLD}" cannot be removed: POST /_sim/reset begins it anew`,
      )
    await call.server.worlds.remove(hosted)
    return { status: 204 }
  },
  resetWorld(call) {
    const { seed, given } = (call.body ?? {}) as Pick<NewWorld, 'seed' | 'given'>
    call.server.worlds.reset(call.hosted, {
      ...(seed === undefined ? {} : { seed }),
      ...(given === undefined ? {} : { given }),
    })
    return reply(200, worldShown(call, call.hosted))
  },
}
