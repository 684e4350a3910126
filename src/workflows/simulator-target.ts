// The simulator as a target: each case in a world of its own, whose clock moves where a case waits.
import { type ControlClient, ControlError } from '../control/client.ts'
import { controlClient } from '../control/node-client.ts'
import type { DeliveryShown, WorldShown } from '../control/wire.ts'
import type { ChosenCredentials } from '../server/chosen-credentials.ts'
import { pause } from '../server/ticker.ts'
import { grouped } from '../state/collection.ts'
import { defined } from '../state/defined.ts'
import { otherBaseUrl, type SourceUrls } from './other-source.ts'
import type { CallbackResult } from './result.ts'
import type { SeenCallback, SeenExchange } from './seen-exchange.ts'
import type { Answer, SentRequest } from './send.ts'
import type { Call, CaseStart, Deliveries, Session, Target } from './session.ts'
import { type Source, type SourceOperation, simulatorBase } from './sources.ts'
import { WorldCredentials } from './world-credentials.ts'

export interface SimulatorTargetOptions {
  /** Of the simulator, without a trailing slash. */
  readonly url: string
  readonly token?: string | undefined
  /** Trusted besides the usual ones, as PEM, where the URL is of https. */
  readonly ca?: string | undefined
  /** What is random in every world comes of it, and of nothing else. */
  readonly seed: string
  /** By provider: what each world has instead of its own. Only one world at a time can have it. */
  readonly credentials?: ChosenCredentials
  /** Where sources are that are none of the simulator. */
  readonly sources?: SourceUrls
  /** Leaves the worlds there when their cases are done. */
  readonly keep: boolean
  /** What reports call it; its URL unless given. */
  readonly name?: string
  /** Lets go of the simulator at the end, where it was started for the run. */
  readonly stop?: () => Promise<void>
}

/** Exchanges of a world that are looked through for faults: as many as one answer has. */
const MOST_EXCHANGES = 1000

/** Steps of a world that are looked through for the one that a call made. */
const MOST_STEPS = 1000

/** How many callbacks of a world are told. */
const MOST_CALLBACKS = 200

export function simulatorTarget(options: SimulatorTargetOptions): Target {
  const { url, token, ca } = options
  const control = controlClient({ url, token, ca })
  return defined({
    ca,
    name: options.name ?? url,
    async open(name: string, { given, startsAt: at }: CaseStart, sources: readonly Source[]) {
      const world = worldName(name)
      await removed(control, world)
      const shown = await control.call('createWorld', {
        body: defined({
          name: world,
          seed: options.seed,
          given,
          credentials: options.credentials,
          clock: defined({ mode: 'frozen' as const, at }),
        }),
      })
      const session = new SimulatorSession(shown, options, control)
      await session.fetchTokens(sources)
      return session
    },
    async close() {
      await options.stop?.()
    },
  })
}

/** A world left by an earlier run is in the way. */
async function removed(control: ControlClient, name: string): Promise<void> {
  try {
    await control.call('removeWorld', { path: { name } })
  } catch (error) {
    if (!(error instanceof ControlError) || error.status !== 404) throw error
  }
}

/** A name that worlds may have, made of one that cases may have; the same for the same case. */
function worldName(name: string): string {
  const plain = name.replaceAll(/[^A-Za-z0-9._-]+/g, '-').replaceAll(/^[^A-Za-z0-9]+|-+$/g, '')
  const mark = markOf(name)
  return `${plain.slice(0, 63 - mark.length)}-${mark}`
}

/** A few letters that tell names apart whose beginnings are alike (FNV-1a). */
function markOf(text: string): string {
  let value = 0x811c9dc5
  for (let at = 0; at < text.length; at += 1)
    value = Math.imul(value ^ text.charCodeAt(at), 0x01000193)
  return (value >>> 0).toString(36)
}

function callbackResult(delivery: DeliveryShown): CallbackResult {
  const { callback, provider, type, iccid, at, attempt, url } = delivery
  const { status, error, signature, body } = delivery
  const told = { callback, provider, type, iccid, at, attempt, url, status, error, signature, body }
  return defined(told)
}

/** Operations of the control API after which a world is another. */
const NEW_LIVES: ReadonlySet<string> = new Set(['resetWorld', 'putState'])

/** A class, since its methods work on the same few things. */
class SimulatorSession implements Session {
  readonly world: string
  readonly #shown: WorldShown
  readonly #options: SimulatorTargetOptions
  readonly #control: ControlClient
  readonly #base: string
  readonly #credentials: WorldCredentials
  readonly #secrets = new Set<string>()

  constructor(shown: WorldShown, options: SimulatorTargetOptions, control: ControlClient) {
    this.world = shown.name
    this.#shown = shown
    this.#options = options
    this.#control = control
    this.#base = `${options.url}/w/${shown.name}`
    this.#credentials = new WorldCredentials(shown.credentials, {
      place: { url: options.url, world: shown.name, ca: options.ca },
      onToken: (text) => this.#secrets.add(text),
    })
    for (const { apiKey, clientSecret, callbackSecret } of Object.values(shown.credentials))
      for (const secret of [apiKey, clientSecret, callbackSecret, options.token])
        if (secret !== undefined) this.#secrets.add(secret)
  }

  /**
   * Fetches the tokens that calls of these sources will need, before anything happens and for longer
   * than a workflow goes on: in the middle of it, a fault might hit what no step of it asked for.
   */
  async fetchTokens(sources: readonly Source[]): Promise<void> {
    for (const slug of new Set(sources.flatMap(({ simulator }) => simulator?.slug ?? []))) {
      if (this.#shown.credentials[slug]?.tokenUrl === undefined) continue
      const control = this.#inWorld()
      const path = { slug }
      const { tokenLifetime: own } = (await control.call('getSettings', { path })).settings
      if (own) await control.call('changeSettings', { path, body: { tokenLifetime: 'P100Y' } })
      await this.#credentials.token(slug, undefined)
      const before = own && own.value !== own.default ? own.value : null
      if (own) await control.call('changeSettings', { path, body: { tokenLifetime: before } })
    }
  }

  /** A new life of the world knows none of the tokens of the one before. */
  async answered({ source, operation }: Call, answer: Answer): Promise<void> {
    const isNewLife = source?.simulator?.slug === 'control' && NEW_LIVES.has(operation?.id ?? '')
    if (!isNewLife || 'error' in answer || answer.status > 299) return
    this.#credentials.forget()
  }

  baseUrl(source: Source): string {
    const { simulator } = source
    if (!simulator) return otherBaseUrl(source, this.#options.sources ?? {})
    return this.#base + simulatorBase(simulator)
  }

  async credentials(
    operation: SourceOperation,
    source: Source,
    now: number | undefined,
  ): Promise<Readonly<Record<string, string>>> {
    if (!source.simulator || operation.security.length === 0) return {}
    if (source.simulator.slug !== 'control')
      return this.#credentials.headersFor(operation, source, now)
    const { token } = this.#options
    return token === undefined ? {} : { authorization: `Bearer ${token}` }
  }

  async wait(seconds: number, stop?: AbortSignal): Promise<void> {
    const control = this.#inWorld()
    const { mode } = await control.call('getClock')
    if (mode === 'frozen')
      await control.call('advanceClock', { body: { by: `PT${seconds.toFixed(3)}S` } })
    else await pause(seconds * 1000, stop)
  }

  async faulted(exchanges: readonly SeenExchange[]): Promise<ReadonlySet<SeenExchange>> {
    const control = this.#inWorld()
    const asked = exchanges.filter(({ request }) => request.headers.prefer !== undefined)
    const { total } = await control.call('listJournal', { query: { fault: 'true', limit: 1 } })
    if (total === 0) return new Set(asked)
    const { entries } = await control.call('listJournal', { query: { limit: MOST_EXCHANGES } })
    const calls = grouped(entries, ({ method, url }) => `${method} ${url}`)
    const own = exchanges.filter(({ source: { simulator } }) => {
      return simulator !== undefined && simulator.slug !== 'control'
    })
    // The same call may have been made several times: the journal has them in that order, the newest
    // first. What it has forgotten may have been broken, too.
    const broken = own.toReversed().filter(({ request: { method, url } }) => {
      const { pathname, search } = new URL(url)
      const entry = calls.get(`${method} ${pathname}${search}`)?.shift()
      return entry === undefined || entry.fault !== undefined
    })
    return new Set([...asked, ...broken])
  }

  async point(): Promise<number> {
    const { steps } = await this.#inWorld().call('listHistory', { query: { limit: 1 } })
    return steps[0]?.id ?? 0
  }

  async stateAt(point: number, call: SentRequest | undefined): Promise<object> {
    const control = this.#inWorld()
    if (!this.#options.keep) {
      const to = (call && (await this.#stepOf(call, point))) ?? point
      // What a world had before it was reset is gone: then it is told as it is.
      await control.call('rewindWorld', { body: { to } }).catch(() => {})
    }
    return control.call('getState')
  }

  /** The step before the one that a call made; `undefined` where it made none: it was refused, or reads. */
  async #stepOf({ method, url }: SentRequest, point: number): Promise<number | undefined> {
    const { steps } = await this.#inWorld().call('listHistory', { query: { limit: MOST_STEPS } })
    const made = steps.find(({ id, cause }) => id <= point && cause.kind !== 'time')
    const path = new URL(url).pathname.replace(`/w/${this.world}`, '')
    return made?.cause.what.split('?')[0] === `${method} ${path}` ? made.id - 1 : undefined
  }

  async deliveries(): Promise<Deliveries> {
    const control = this.#inWorld()
    const { mode } = await control.call('getClock')
    // What is due now has left when this is answered, and not at some time between.
    if (mode === 'frozen') await control.call('advanceClock', { body: { by: 'PT0S' } })
    const query = { limit: MOST_CALLBACKS }
    const { total, deliveries } = await control.call('listDeliveries', { query })
    const more = total - deliveries.length
    const moreCallbacks = more > 0 ? more : undefined
    return { callbacks: deliveries.map(callbackResult), moreCallbacks }
  }

  async received(): Promise<readonly SeenCallback[]> {
    const control = this.#inWorld()
    const { deliveries } = await control.call('listDeliveries', {
      query: { limit: MOST_CALLBACKS },
    })
    const genuine = deliveries.filter(
      ({ faults = [], signature }) => faults.length === 0 && signature !== 'broken',
    )
    return genuine.map(({ callback, type, provider, at, headers, body }) => ({
      title: `the callback ${callback} (${type})`,
      provider,
      at: Date.parse(at),
      headers,
      body,
      credentials: { ...this.#shown.credentials[provider] } as SeenCallback['credentials'],
    }))
  }

  secrets(): Iterable<string> {
    return this.#secrets
  }

  async close(): Promise<void> {
    if (!this.#options.keep) await removed(this.#control, this.world)
  }

  #inWorld(): ControlClient {
    const { url, token, ca } = this.#options
    return controlClient({ url, world: this.world, token, ca })
  }
}
