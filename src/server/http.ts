// The socket side: node:http in front of the pipeline, and of whatever serves the rest.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Simulator } from '../simulators/simulator.ts'
import { reasonOf } from '../state/reason.ts'
import { type AnyRefusal, Refusal } from '../state/refusal.ts'
import type { Access } from './access.ts'
import { type Destination, destinationOf, pathBelowWorld, rootOf, worldNamed } from './address.ts'
import { callerOf, passedOnFrom } from './came-by.ts'
import { shareWithPage } from './cors.ts'
import { addTime, type Counts } from './counts.ts'
import { type Answer, type BytesAnswer, type Exchange, emptyTrace, headerOf } from './exchange.ts'
import { type Forbidden, guardProvider } from './guard.ts'
import type { HostedWorld } from './hosted-world.ts'
import { serve, unkept } from './pipeline.ts'
import { type KnownProvider, type Provider, route } from './provider.ts'
import { providerOfHost } from './provider-hosts.ts'
import { dropBody, type OnBody, readBody } from './read-body.ts'
import { rendered } from './render.ts'
import { type KeptBody, keepBody } from './replicas/kept-body.ts'
import type { Replicas } from './replicas/replicas.ts'
import type { PipelineOptions, RequestContext } from './request-context.ts'
import { requestTarget } from './request-target.ts'
import { send } from './send.ts'
import type { Operation } from './spec.ts'
import { withStatusHeaders } from './status-headers.ts'
import { wallNow } from './ticker.ts'
import { whenBuilt } from './when-built.ts'
import { DEFAULT_WORLD, type SoughtWorld, type Worlds } from './worlds.ts'

export interface HttpOptions extends PipelineOptions {
  readonly providers: ReadonlyMap<string, KnownProvider>
  readonly worlds: Worlds
  /** What hrefs begin with, instead of the request's Host. */
  readonly publicUrl: string | undefined
  readonly access: Access
  /** Serves `/_sim` and whatever is nobody's. */
  readonly rest: RestListener
  /** Finds worlds that are elsewhere, where replicas share the store. */
  readonly replicas?: Replicas | undefined
  /** Counts what is answered. */
  readonly counts?: Counts
}

/** What is asked for where it is no provider's. */
export interface RestTarget {
  /** The world that the request names, by prefix or header. */
  readonly world: string | undefined
  /** What is left of the URL below a world's prefix. */
  readonly path: string
  /** Why the request cannot be answered, whatever it asks for. */
  readonly malformed: Refusal | undefined
  /** The provider at whose own port it came. */
  readonly ownSlug: string | undefined
}

/** Serves what is no provider's. */
export type RestListener = (
  request: IncomingMessage,
  response: ServerResponse,
  target: RestTarget,
) => void

export type Listener = (request: IncomingMessage, response: ServerResponse) => void

/** A request to a provider, with its body read. */
interface Arrival {
  readonly to: Destination
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly malformed: AnyRefusal | undefined
  /** Set where its sender is not let in, and why. */
  readonly forbidden: Forbidden | undefined
  readonly body: string | undefined
  /** Set where the body was not read, and why. */
  readonly unread: Refusal | undefined
  /** Its bytes, to be passed on; absent where there is nobody to pass them on to. */
  readonly kept: KeptBody | undefined
  /** When it came, by `wallNow`. */
  readonly since: number
}

/**
 * Listens to one port.
 * @param ownSlug the provider mounted at `/` there, for a port of its own
 */
export function listener(options: HttpOptions, ownSlug?: string): Listener {
  const { providerHosts } = options.access
  // A port of a provider's own is that provider's under any host.
  const hostSlugOf = (url: string, own: string | undefined, request: IncomingMessage) =>
    own === undefined && url !== '*' ? providerOfHost(providerHosts, request) : undefined
  return (request, response) => {
    if (options.replicas && !options.replicas.arrive(request, response)) return
    const { url, malformed } = requestTarget(request)
    const own = passedOnFrom(request)?.ownSlug ?? ownSlug
    const to = destinationOf(url, own, hostSlugOf(url, own, request))
    const known = options.providers.get(to.slug)
    if (!known) {
      options.rest(request, response, {
        world: worldNamed(to, request),
        path: url === '*' ? url : pathBelowWorld(to),
        malformed,
        ownSlug: own,
      })
      return
    }
    const forbidden = guardProvider(options.access, request)
    if (shareWithPage(options.access, request, response, forbidden !== undefined)) return
    const kept = options.replicas && keepBody(request)
    const came = { to, request, response, malformed, forbidden, kept, since: wallNow() }
    const onBody: OnBody = (body, unread) => arrived(options, known, { ...came, body, unread })
    if (forbidden) dropBody(request, forbidden.refusal, onBody)
    else readBody(request, onBody)
  }
}

/**
 * Answers at once where the spec is compiled and the world open, as they mostly
 * are.
 */
function arrived(options: HttpOptions, known: KnownProvider, arrival: Arrival): void {
  const provider = known.ready(arrival.to.path)
  const hosted = provider && worldOf(options, known.simulator, arrival)
  if (provider && hosted && !(hosted instanceof Promise)) {
    if (!options.replicas || options.replicas.use(hosted, arrival.response)) {
      answer(options, provider, hosted, arrival)
      return
    }
  }

  answerOnceReady(options, known, arrival, hosted).catch((error: unknown) =>
    leaveUnserved(options, known, arrival, { refusal: refusalOf(error) }),
  )
}

function refusalOf(error: unknown): AnyRefusal {
  return error instanceof Refusal ? error : new Refusal('internal', reasonOf(error))
}

/**
 * The world a request speaks to, once it is open; `passed-on` where another replica has it.
 * @param opening the world, where it is being opened already
 */
function reached(
  options: HttpOptions,
  known: KnownProvider,
  arrival: Arrival,
  opening: SoughtWorld,
): SoughtWorld | Promise<HostedWorld | undefined | 'passed-on'> {
  const { replicas } = options
  if (!replicas) return opening ?? worldOf(options, known.simulator, arrival)
  const { to, request, response, kept, unread } = arrival
  let first = opening
  const seek = () => {
    const sought = first ?? worldOf(options, known.simulator, arrival)
    first = undefined
    return sought
  }
  const ownSlug = to.ownPort ? to.slug : undefined
  const body = async () => {
    if (kept?.chunks) return kept.chunks
    // Too long to be passed on, and to be read by anybody.
    throw unread ?? new Refusal('unreadable-body', 'the body was not kept')
  }
  return replicas.reach(seek, { request, response, body, ownSlug })
}

/** @param opening the world, where it is being opened already */
async function answerOnceReady(
  options: HttpOptions,
  known: KnownProvider,
  arrival: Arrival,
  opening: SoughtWorld,
): Promise<void> {
  const { to, request, forbidden } = arrival
  const provider = known.ready(to.path) ?? (await known.compile(to.path))
  const hosted = await reached(options, known, arrival, opening)
  if (hosted === 'passed-on') return
  if (hosted) return answer(options, provider, hosted, arrival)

  const missing = new Refusal(
    'unknown-world',
    options.worlds.gone.whyNone(worldNamed(to, request) ?? DEFAULT_WORLD),
  )
  const operation = operationAt(provider, request.method ?? 'GET', to.path)
  const refusal = forbidden?.refusal ?? missing
  leaveUnserved(options, known, arrival, { refusal, operation })
}

/** Says in the provider's words why no world can be spoken to. */
function leaveUnserved(
  { counts }: HttpOptions,
  known: KnownProvider,
  { response, since }: Arrival,
  { refusal, operation }: { refusal: AnyRefusal; operation?: Operation | undefined },
): void {
  const reply = unserved(known, refusal, operation)
  const how = { operation, faults: [], code: refusal.code }
  counts?.answered(known.simulator.slug, how, reply, since)
  send(response, reply, undefined)
}

/** The operation of a path as it is served where no setting has moved it. */
function operationAt(provider: Provider, method: string, path: string): Operation | undefined {
  try {
    return route(provider, method, path, provider.simulator.settings.defaults).operation
  } catch {
    return undefined
  }
}

/**
 * The world a request speaks to: by prefix, by header, by credential, else `default`.
 * A promise where it has yet to be opened, or to be looked for among those that have.
 */
function worldOf(
  { worlds }: HttpOptions,
  { slug, auth }: Simulator,
  { to, request, body }: Arrival,
): SoughtWorld {
  const named = worldNamed(to, request)
  if (named !== undefined) return worlds.get(named) ?? worlds.open(named)

  const secret = auth.credentialIn((name) => headerOf(request, name), undefined, body)
  const owner = secret === undefined ? undefined : worlds.byCredential(slug, secret)
  if (owner instanceof Promise) return owner.then((found) => found ?? defaultOf(worlds))
  return owner ?? defaultOf(worlds)
}

/** Open wherever no replicas share the store. */
function defaultOf(worlds: Worlds): SoughtWorld {
  return worlds.get(DEFAULT_WORLD) ?? (worlds.shared && worlds.open(DEFAULT_WORLD))
}

function answer(
  options: HttpOptions,
  provider: Provider,
  hosted: HostedWorld,
  arrival: Arrival,
): void {
  const { world, runner, journal, history } = hosted
  const { response, unread, since } = arrival
  const exchange = exchangeOf(arrival, options.publicUrl)
  const context: RequestContext = {
    provider,
    exchange,
    world,
    journal,
    history,
    options,
    trace: emptyTrace(),
    delays: hosted.delays,
    catchUp: () => world.patiently(() => runner.catchUp()),
  }
  if (unread) response.shouldKeepAlive = false

  const leaving: Leaving = { context, response, hosted, counts: options.counts, since }
  try {
    const caughtUp = whenBuilt(context.catchUp)
    const served =
      caughtUp instanceof Promise ? caughtUp.then(() => serve(context)) : serve(context)
    if (served instanceof Promise)
      served.then(
        (reply) => leave(leaving, reply),
        (error: unknown) => leaveUnkept(leaving, error),
      )
    else leave(leaving, served)
  } catch (error) {
    leaveUnkept(leaving, error)
  }
}

/** An answer on its way to who asked. */
interface Leaving {
  readonly context: RequestContext
  readonly response: ServerResponse
  readonly hosted: HostedWorld
  readonly counts: Counts | undefined
  readonly since: number
}

/** Sends a reply once what it tells of is kept. */
function leave(leaving: Leaving, reply: Answer): void {
  const kept = leaving.hosted.kept()
  const { code } = leaving.context.trace.refusal ?? {}
  if (!kept) {
    leaveNow(leaving, reply, code)
    return
  }
  const began = wallNow()
  kept.then(
    () => {
      if (leaving.counts) addTime(leaving.counts.flushes, wallNow() - began)
      leaveNow(leaving, reply, code)
    },
    (error: unknown) => leaveUnkept(leaving, error),
  )
}

/** Says that what has come due could not be kept. */
function leaveUnkept(leaving: Leaving, error: unknown): void {
  leaveNow(leaving, unkept(leaving.context, error), 'writes-refused')
}

/** @param code of the refusal that it tells of */
function leaveNow(leaving: Leaving, reply: Answer, code: string | undefined): void {
  const { context, response, hosted, counts, since } = leaving
  const { operation, faults } = context.trace
  counts?.answered(context.provider.simulator.slug, { operation, faults, code }, reply, since)
  send(response, reply, hosted)
}

function exchangeOf(
  { to, request, malformed, forbidden, body, unread }: Arrival,
  publicUrl: string | undefined,
): Exchange {
  return {
    method: request.method ?? 'GET',
    path: to.path,
    query: to.query,
    url: request.url ?? '/',
    headers: request.headers,
    body,
    malformed,
    forbidden,
    unread,
    // Made even where nobody asks: a getter in this literal cost a third of the throughput.
    root: rootOf(to, request, publicUrl),
    caller: callerOf(request),
  }
}

/**
 * What is said where no world can be spoken to: in the provider's words,
 * without its settings.
 */
function unserved(
  { simulator }: Pick<KnownProvider, 'simulator'>,
  refusal: AnyRefusal,
  operation?: Operation,
): BytesAnswer {
  const reply = simulator.refusalReply(refusal, operation?.id)
  return rendered(withStatusHeaders(reply, refusal), operation)
}
