// A real endpoint as a target: nothing is sent to it that was not allowed, nor faster than its file says.
import { JSON_TYPE } from '../server/media-type.ts'
import { pause, wallNow } from '../server/ticker.ts'
import { addDuration } from '../state/duration.ts'
import { iso } from '../state/instant.ts'
import { clientToken } from '../workflows/client-token.ts'
import { type Effect, effectOfUnknown, exceeds } from '../workflows/effect.ts'
import type { Answer, SentRequest } from '../workflows/send.ts'
import type { Call, Session, Target } from '../workflows/session.ts'
import type { SecurityScheme, Source, SourceOperation } from '../workflows/sources.ts'
import { effectOfCall, jsonBody } from './call.ts'
import type { TargetFile } from './target-file.ts'
import { whySkipped } from './what-runs.ts'

export interface RealTargetOptions {
  readonly file: TargetFile
  /** The most that a call may do to the outside. */
  readonly allow: Effect
  /** How long a workflow may wait: wall ms. */
  readonly maxWait: number
  /** What arrived at the runner's own receiver, where callbacks reach it. */
  readonly received?: readonly ReceivedCallback[]
}

/** A callback that arrived. */
export interface ReceivedCallback {
  /** Wall ms since the epoch. */
  readonly at: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Ends the base URL of operations that are stood in for: nothing is ever sent there. */
const STOOD_IN = 'http://stood-in.invalid'

export function realTarget(options: RealTargetOptions): Target {
  const { file, allow, maxWait, received } = options
  let looked = 0
  // Who looks first has it: nobody knows which workflow caused a callback.
  const arrived = () => {
    const latest = (received ?? []).slice(looked)
    looked += latest.length
    return latest
  }
  const pace = paced(file.rate)
  const tokens = new Tokens(file, pace)
  const permission = {
    provider: file.provider,
    baseUrl: file.baseUrl,
    allow,
    maxWait,
    hasReceiver: received !== undefined,
  }
  return {
    name: file.baseUrl,
    isReal: true,
    skips: (workflow) => whySkipped(workflow, permission),
    async open() {
      return new RealSession(options, tokens, pace, arrived)
    },
    async close() {},
  }
}

/** Lets one through after another, so many a second. */
export function paced(rate: number): () => Promise<void> {
  let next = 0
  return async () => {
    const now = wallNow()
    const at = Math.max(now, next)
    next = at + 1000 / rate
    if (at > now) await pause(at - now)
  }
}

/** A class, since its methods work on the same few things. */
class RealSession implements Session {
  readonly world = undefined
  readonly #options: RealTargetOptions
  readonly #tokens: Tokens
  readonly #arrived: () => readonly ReceivedCallback[]
  readonly pace: () => Promise<void>

  constructor(
    options: RealTargetOptions,
    tokens: Tokens,
    pace: () => Promise<void>,
    arrived: () => readonly ReceivedCallback[],
  ) {
    this.#options = options
    this.#tokens = tokens
    this.pace = pace
    this.#arrived = arrived
  }

  baseUrl({ simulator }: Source): string {
    return simulator?.slug === 'control' ? STOOD_IN : this.#options.file.baseUrl
  }

  async credentials({ security }: SourceOperation, { securitySchemes, simulator }: Source) {
    if (simulator?.slug === 'control' || security.length === 0) return {}
    for (const name of security.flatMap((each) => Object.keys(each))) {
      const scheme = securitySchemes[name]
      const headers = scheme && (await this.#headers(scheme))
      if (headers) return headers
    }
    return {}
  }

  async #headers(scheme: SecurityScheme): Promise<Readonly<Record<string, string>> | undefined> {
    const { apiKey } = this.#options.file.credentials
    if (scheme.type === 'apiKey')
      return scheme.in === 'header' && apiKey !== undefined
        ? { [String(scheme.name).toLowerCase()]: apiKey }
        : undefined
    const token = await this.#tokens.token(scheme)
    return token === undefined ? undefined : { authorization: `Bearer ${token}` }
  }

  forbids(request: SentRequest, operation: SourceOperation | undefined): string | undefined {
    const effect = operation
      ? effectOfCall({ operation, request })
      : effectOfUnknown(request.method)
    const name = operation?.id ?? `${request.method} ${request.url}`
    return exceeds(effect, this.#options.allow) ? `${name} ${effect}: --allow ${effect}` : undefined
  }

  /** What stands in for the control API: time is waited for, callbacks are those that arrived. */
  async standIn({ operation, source, request }: Call): Promise<Answer | undefined> {
    if (!operation || source?.simulator?.slug !== 'control') return undefined
    if (operation.id === 'advanceClock') return await this.#waited(request)
    if (operation.id === 'listDeliveries') return answered(this.#deliveries())
    // The callbacks of a real endpoint go where its account says.
    if (operation.id === 'setCallbackTarget')
      return answered({ ...(jsonBody(request) as object | undefined), allowed: true })
    return { error: `${operation.id} needs the simulator` }
  }

  async #waited(request: SentRequest): Promise<Answer> {
    const { by = 'PT0S' } = (jsonBody(request) ?? {}) as { readonly by?: string }
    await pause(addDuration(0, by))
    return answered({ now: iso(wallNow()), mode: 'running', rate: 1, events: [] })
  }

  #deliveries() {
    const deliveries = (this.#options.received ?? []).map(({ at, headers, body }, index) => ({
      id: index + 1,
      at: iso(at),
      headers,
      body,
      json: jsonBody({ method: 'POST', url: '', headers, body }),
    }))
    return { total: deliveries.length, distinct: deliveries.length, deliveries }
  }

  async wait(seconds: number, stop?: AbortSignal): Promise<void> {
    await pause(seconds * 1000, stop)
  }

  async deliveries() {
    return { callbacks: [], moreCallbacks: undefined }
  }

  async received() {
    const { provider, credentials } = this.#options.file
    return this.#arrived().map(({ at, headers, body }) => ({
      title: `the callback that came at ${iso(at)}`,
      provider,
      at,
      headers,
      body,
      credentials,
    }))
  }

  secrets(): Iterable<string> {
    return this.#tokens.secrets
  }

  async close(): Promise<void> {}
}

function answered(body: object): Answer {
  const headers = { 'content-type': JSON_TYPE }
  const text = Buffer.from(JSON.stringify(body))
  return { status: 200, headers, body: text, isStoodIn: true }
}

/** Seconds that a token is taken to be good for where nothing tells. */
const USUAL_LIFETIME = 60

/** Access tokens of a real endpoint, each fetched when it is first needed and while it is good. */
class Tokens {
  readonly #file: TargetFile
  readonly #pace: () => Promise<void>
  readonly secrets = new Set<string>()
  #held: Promise<{ readonly text: string; readonly until: number }> | undefined

  constructor(file: TargetFile, pace: () => Promise<void>) {
    this.#file = file
    this.#pace = pace
    const { tokenUrl: _, ...secret } = file.credentials
    for (const each of Object.values(secret)) this.secrets.add(each)
  }

  /** @throws Error where the endpoint gives none */
  async token({ flows = {} }: SecurityScheme): Promise<string | undefined> {
    const { token, clientId, tokenUrl } = this.#file.credentials
    if (token !== undefined) return token
    if (clientId === undefined) return undefined
    const told = Object.values(flows).find((flow) => flow.tokenUrl !== undefined)?.tokenUrl
    const url = tokenUrl ?? (told && new URL(told, `${this.#file.baseUrl}/`).href)
    if (url === undefined) return undefined
    const held = await this.#held
    if (!held || wallNow() >= held.until) this.#held = this.#fetched(url)
    return (await this.#held)?.text
  }

  async #fetched(url: string): Promise<{ readonly text: string; readonly until: number }> {
    const { clientId = '', clientSecret = '' } = this.#file.credentials
    await this.#pace()
    const { text, lifetime } = await clientToken({ url, clientId, clientSecret }, USUAL_LIFETIME)
    this.secrets.add(text)
    return { text, until: wallNow() + lifetime }
  }
}
