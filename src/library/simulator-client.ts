// A client of one world of a simulator, and of all that the simulator has: its worlds, its providers.

import { worldClient } from '../control/node-client.ts'
import type { AnswerOf, BodyOf } from '../control/operations.ts'
import type {
  CredentialsShown,
  Health,
  ProvenanceRow,
  ProvenanceShown,
  WorldRow,
  WorldShown,
} from '../control/wire.ts'
import type { WorldClient } from '../control/world-client.ts'
import { unknownName } from '../server/nearest.ts'
import type { ProviderSlug } from '../simulators/index.ts'
import { defined } from '../state/defined.ts'
import { OptionError } from './option-checks.ts'
import type { Given } from './providers.ts'

/** How a world begins. */
export type NewWorld<Slug extends string = ProviderSlug> = Omit<
  BodyOf<'createWorld'>,
  'given' | 'credentials'
> & {
  readonly given?: Given<Slug>
  /** Keys and clients of your own, by provider. */
  readonly credentials?: {
    readonly [Of in Slug]?: NonNullable<BodyOf<'createWorld'>['credentials']>[string]
  }
}

/** The worlds of a simulator. */
export interface Worlds<Slug extends string = ProviderSlug> {
  list(): Promise<readonly WorldRow[]>
  /** Makes one, with credentials of its own, and returns a client of it. */
  create(world: NewWorld<Slug>): Promise<SimulatorClient<Slug>>
  /** A client of one there is. */
  open(name: string): Promise<SimulatorClient<Slug>>
  remove(name: string): Promise<void>
}

/** What is known of the providers, and from where. */
export interface Provenance<Slug extends string = ProviderSlug> {
  list(): Promise<readonly ProvenanceRow[]>
  show(slug: Slug): Promise<ProvenanceShown>
}

/**
 * One world of a simulator that runs somewhere. Every method calls it, and throws ControlError for
 * what it refuses, NoAnswer where nothing answers.
 */
export interface SimulatorClient<Slug extends string = ProviderSlug> extends WorldClient<Slug> {
  /** Of the simulator, without a trailing slash. */
  readonly url: string
  /** The name of the world these methods speak to. */
  readonly world: string
  /**
   * Base URL of a provider in this world, as in `http://127.0.0.1:40123/esim-go/v2.4`.
   * @throws OptionError for a provider there is not
   */
  baseUrl(slug: Slug): string
  /** What opens each provider in this world, and checks what it sends. */
  readonly credentials: { readonly [Of in Slug]: CredentialsShown }
  /** The world as at its start, or as a named state. */
  reset(to?: { readonly seed?: string; readonly given?: Given<Slug> }): Promise<WorldShown>
  health(): Promise<Health>
  /** Resolves where it can serve; rejects with ControlError 503, which says why, where it cannot. */
  ready(): Promise<AnswerOf<'getReady'>>
  /** The metrics, in the text format of Prometheus. */
  metrics(): Promise<string>
  /** The OpenAPI document of the control API, at this simulator's URL. */
  openApi(): Promise<AnswerOf<'getOpenApi'>>
  /** The worlds of the same simulator. */
  readonly worlds: Worlds<Slug>
  readonly provenance: Provenance<Slug>
}

/** Where a simulator is, and what lets in. */
export interface ClientOptions {
  readonly url: string
  /** `default` unless given. */
  readonly world?: string | undefined
  readonly token?: string | undefined
  /** The state it began from: a reset that names none leads there. */
  readonly given?: string | undefined
  /** Throws where nothing may be asked any more. */
  readonly check?: () => void
}

/** A client of a world that is there. @throws ControlError, NoAnswer */
export async function openClient<Slug extends string>(
  options: ClientOptions,
): Promise<SimulatorClient<Slug>> {
  const client = worldClient(options) as WorldClient<Slug>
  return clientOf(options, client, await client.show())
}

/** @param shown the world as it is */
function clientOf<Slug extends string>(
  { url, token, given, check = () => {} }: ClientOptions,
  client: WorldClient<Slug>,
  shown: WorldShown,
): SimulatorClient<Slug> {
  const { call, text } = client.control
  const options = (world: string) => ({ url, token, check, world })
  let world = shown
  return {
    ...client,
    url: url.replace(/\/+$/, ''),
    world: world.name,
    baseUrl(slug) {
      check()
      return baseUrlIn(world, slug)
    },
    get credentials() {
      // A world has credentials of every provider there is.
      return world.credentials as SimulatorClient<Slug>['credentials']
    },
    health: () => call('getHealth'),
    ready: () => call('getReady'),
    metrics: () => text('getMetrics'),
    openApi: () => call('getOpenApi'),
    worlds: {
      list: async () => (await call('listWorlds')).worlds,
      async create(wanted) {
        const made = await call('createWorld', { body: defined(wanted) as BodyOf<'createWorld'> })
        const own = defined({ ...options(made.name), given: wanted.given as string | undefined })
        return clientOf<Slug>(own, worldClient(own) as WorldClient<Slug>, made)
      },
      open: (name) => openClient<Slug>(options(name)),
      async remove(name) {
        await call('removeWorld', { path: { name } })
      },
    },
    provenance: {
      list: async () => (await call('listProvenance')).providers,
      show: (slug) => call('getProvenance', { path: { slug } }),
    },
    async reset(to) {
      world = await client.reset(defined({ given, ...to }))
      return world
    },
    async restore(document) {
      world = await client.restore(document)
      return world
    },
  }
}

function baseUrlIn({ baseUrls }: WorldShown, slug: string): string {
  const base = Object.hasOwn(baseUrls, slug) ? baseUrls[slug] : undefined
  if (base !== undefined) return base
  throw new OptionError(`baseUrl: ${unknownName('no provider', slug, Object.keys(baseUrls))}`)
}
