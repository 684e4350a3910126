// One request in its stages: route, authenticate, validate, perform, check, commit, render.
import type { Call, Reply } from '../simulators/call.ts'
import { makingOf } from '../simulators/long-list.ts'
import type { SettingValues } from '../simulators/simulator.ts'
import { faults } from '../state/faults.ts'
import { reasonOf, traceOf } from '../state/reason.ts'
import { lookAt } from '../state/record-view.ts'
import { type AnyRefusal, Refusal } from '../state/refusal.ts'
import type { World } from '../state/world.ts'
import { shortName, tell } from './bounded.ts'
import { type Answer, type BytesAnswer, headerOf } from './exchange.ts'
import { disturbed, type Leave, type Stages } from './faults/disturbed.ts'
import type { Forbidden } from './guard.ts'
import { remember } from './journal.ts'
import { type LongList, unmadeListIn, withEntries, writtenInTurns } from './long-list.ts'
import { preferredType } from './media-type.ts'
import { passedOn } from './passed-on.ts'
import { type Route, route } from './provider.ts'
import { rendered, renderedContent, renderedText } from './render.ts'
import { type ValidRequest, validated } from './request.ts'
import type { RequestContext } from './request-context.ts'
import { isPublicPicture, type Operation } from './spec.ts'
import { withStatusHeaders } from './status-headers.ts'
import type { Upstream } from './upstream.ts'
import { whenBuilt } from './when-built.ts'

/**
 * Serves one exchange in a world; sending is left to the caller.
 * Returns a promise only where the body takes rendering, where it is made to wait, or where an index
 * is built first.
 */
export function serve(context: RequestContext): Answer | Promise<Answer> {
  const { upstream } = context.provider
  if (upstream) return servedUpstream(context, upstream)
  let found: Route
  try {
    found = admit(context)
  } catch (error) {
    return answered(context, refused(context, error))
  }
  if (!isLeftAlone(context))
    return interfered(context, found, (step) => carriedOut(context, found, { step, isWhole: true }))
  const reply = carriedOut(context, found, { isWhole: false })
  return reply instanceof Promise
    ? reply.then((done) => answered(context, done))
    : answered(context, reply)
}

/** True where neither a fault nor the call itself may change what is answered. */
function isLeftAlone({ world, exchange }: RequestContext): boolean {
  return world.in(faults).size === 0 && exchange.headers.prefer === undefined
}

/** Serves a call that a real endpoint answers: it lets in, counts and decides, and the world is left. */
async function servedUpstream(context: RequestContext, upstream: Upstream): Promise<Answer> {
  const { exchange, trace } = context
  const hindrance = exchange.forbidden?.refusal ?? exchange.malformed ?? exchange.unread
  if (hindrance) return answered(context, refused(context, hindrance))
  const found = routeOf(context)
  trace.operation = found?.operation
  trace.basePath = found?.basePath
  const failed = (error: unknown) => refused(context, error)
  const carryOut = () => passedOn(context, upstream, found).catch(failed)
  if (!found || isLeftAlone(context)) return answered(context, await carryOut())
  return interfered(context, found, carryOut)
}

/** Serves a call that is let in, with what faults and its own preferences make of it. */
function interfered(
  context: RequestContext,
  found: Route,
  carryOut: Stages['carryOut'],
): Answer | Promise<Answer> {
  const stages: Stages = {
    carryOut,
    refuse: (error) => refused(context, error),
    answer: (reply, leave) => answered(context, reply, leave),
    silent: (answer) => noted(context, answer),
  }
  try {
    return disturbed(context, found, stages)
  } catch (error) {
    return answered(context, refused(context, error))
  }
}

/** Finds the operation of a request and who asks for it. @throws Refusal */
function admit(context: RequestContext): Route {
  const { provider, exchange, world, trace } = context
  const settings = world.settings(provider.simulator.settings)

  // Who is not let in sets nothing going, not even a rate limit.
  if (exchange.forbidden) refuseEntry(context, exchange.forbidden)

  trace.stage = 'count'
  // Counted before anything else is made of it: what is refused counts against a rate limit, too.
  trace.admission = provider.simulator.requests?.count?.(exchange.caller, world)
  if (exchange.malformed) {
    trace.stage = 'read'
    trace.operation = operationOf(context)
    throw exchange.malformed
  }

  trace.stage = 'route'
  // The operation is found before anything is refused, so that the journal can name it.
  const found = route(provider, exchange.method, exchange.path, settings)
  const { operation } = found
  trace.operation = operation
  trace.basePath = found.basePath
  if (trace.admission?.refusal) throw trace.admission.refusal

  trace.stage = 'authenticate'
  // Who is nobody learns nothing about what a call would need.
  authenticate(context, operation)
  return found
}

/** How a call is carried out. */
interface CarryingOut {
  /** At whose end the world is looked at, and nothing is changed; absent for the present. */
  readonly step?: number | undefined
  /** Makes long lists at once: whoever looks at the reply sees all of it. */
  readonly isWhole: boolean
}

/**
 * The reply, whatever happens: a refusal and a failure are worded by the provider. A promise where an
 * index is built first: then it is carried out.
 */
function carriedOut(
  context: RequestContext,
  found: Route,
  how: CarryingOut,
): Reply | Promise<Reply> {
  const failed = (error: unknown) => refused(context, error)
  try {
    const reply = handled(context, found, how)
    return reply instanceof Promise ? reply.catch(failed) : reply
  } catch (error) {
    return failed(error)
  }
}

/** From validation to the provider's own reply, kept. @throws Refusal */
function handled(
  context: RequestContext,
  found: Route,
  { step, isWhole }: CarryingOut,
): Reply | Promise<Reply> {
  const { provider, world, trace } = context
  const { operation } = found
  const settings = world.settings(provider.simulator.settings)

  trace.stage = 'validate'
  // Handlers trust the types of the spec: what breaks them goes no further.
  const request = validate(context, found, settings)

  // A handler is synchronous and throws what it refuses, so that a request happens whole or not at
  // all, without a lock. A reply that breaks the spec undoes what was done as a refusal does.
  const act = () => {
    trace.stage = 'perform'
    const performed = perform(context, operation, callOf(context, found, request, settings))
    const reply = isWhole ? made(performed, world) : performed
    trace.stage = 'check'
    check(context, operation, reply)
    trace.stage = 'commit'
    return reply
  }
  const { epoch } = world
  const noted = trace.undocumented.length
  let isAgain = false
  return whenBuilt(() => {
    if (isAgain) {
      context.catchUp()
      // Another life of the world may have begun meanwhile.
      if (world.epoch !== epoch) authenticate(context, operation)
    }
    isAgain = true
    // Only then: to set a length costs more than to look at one.
    if (trace.undocumented.length > noted) trace.undocumented.length = noted
    return world.patiently(() =>
      step === undefined
        ? inTransaction(context, act)
        : world.asItWas(context.history.before(step), act),
    )
  })
}

/**
 * Refuses a request that is not let in, unless another site's page shows what anybody may see.
 * @throws Refusal `forbidden`
 */
function refuseEntry(context: RequestContext, { refusal, shownAs }: Forbidden): void {
  const operation = operationOf(context)
  context.trace.operation = operation
  if (shownAs === undefined || !operation || !isPublicPicture(operation)) throw refusal
}

/** @throws Refusal `unauthorized` */
function authenticate(context: RequestContext, operation: Operation): void {
  if (operation.isPublic) return
  const { provider, exchange, world } = context
  try {
    provider.simulator.auth.authenticate((name) => headerOf(exchange, name), world)
  } catch (error) {
    throw error instanceof Refusal ? withOwner(context, error) : error
  }
}

/** Says that a credential was good, where that is so: a world that is gone had it. */
function withOwner({ provider, exchange, options }: RequestContext, refusal: AnyRefusal) {
  const { slug, auth } = provider.simulator
  const secret = auth.credentialIn((name) => headerOf(exchange, name), undefined, exchange.body)
  const owner = secret === undefined ? undefined : options.worlds.gone.whose(slug, secret)
  if (owner === undefined) return refusal
  return new Refusal<string>(refusal.code, `${refusal.message}: ${owner}`, refusal.detail)
}

/**
 * The request in the types of its spec.
 * @throws Refusal naming everything that breaks it
 */
function validate(
  { exchange, trace }: RequestContext,
  found: Route,
  settings: SettingValues,
): ValidRequest {
  return validated(exchange, found, settings.strict === true, trace)
}

/**
 * Keeps what `act` changes, all of it or, where it throws, nothing: a step of the history.
 * @throws NotBuilt within `World.patiently`
 */
function inTransaction<R>(context: RequestContext, act: () => R): R {
  const { world, history, trace } = context
  const { result, events, changes } = history.within(context, () => world.transaction(act))
  if (changes.length > 0) trace.effects = { changes, events }
  return result
}

/** Lets the provider decide, within a transaction. @throws Refusal */
function perform({ provider, world }: RequestContext, operation: Operation, call: Call): Reply {
  const { slug, handlers, gaps } = provider.simulator
  const gap = gaps?.[operation.id]
  if (gap !== undefined)
    throw new Refusal('not-implemented', `${operation.id} is not simulated yet: ${gap}`)

  const handler = handlers[operation.id]
  if (!handler) throw new Error(`${operation.id} has no handler`)
  return world.withStream(slug, () => handler(call, world))
}

/** A reply with its long list made. */
function made(reply: Reply, world: World): Reply {
  const long = unmadeListIn(reply.body)
  const making = long && makingOf(long.list)
  if (!making) return reply
  const entries = making.entries.map((entry) => making.make(entry, world))
  return { ...reply, body: withEntries(reply.body, long, entries) }
}

/** Holds the provider's own reply to its spec. @throws Refusal `reply-violates-spec` */
function check({ options, trace }: RequestContext, operation: Operation, reply: Reply): void {
  if (!options.checked) return
  trace.violations = violationsOf(operation, reply)
  if (trace.violations.length > 0) throw violation(operation, trace.violations)
}

function violationsOf(operation: Operation, { status, body, content }: Reply): readonly string[] {
  const type = content?.type ?? (body === undefined ? undefined : operation.jsonType(status))
  return operation.violations(status, type, body)
}

function violation({ id }: Operation, broken: readonly string[]): AnyRefusal {
  return new Refusal(
    'reply-violates-spec',
    `the reply of ${id} would break the spec: ${broken.join('; ')}`,
  )
}

/**
 * The reply as bytes; a body of its own is rendered now that what it tells of
 * is kept, and a long list made.
 */
function render(context: RequestContext, reply: Reply): BytesAnswer | Promise<BytesAnswer> {
  const { content } = reply
  const long = content ? undefined : unmadeListIn(reply.body)
  if (!content && !long) return rendered(reply, context.trace.operation)

  const failed = (error: unknown) => {
    const refusal = refusalFor(context, error)
    context.trace.refusal = refusal
    context.trace.stage = 'render'
    return rendered(refusalReply(context, refusal), context.trace.operation)
  }
  if (long) return renderedInTurns(context, reply, long).catch(failed)
  if (!content) return rendered(reply, context.trace.operation)
  const done = (body: string | Uint8Array) => renderedContent(reply, content.type, body)
  try {
    const body = content.render()
    return body instanceof Promise ? body.then(done, failed) : done(body)
  } catch (error) {
    return failed(error)
  }
}

/**
 * A reply with a long list, whose entries are made out of the world as it stands now.
 * @throws Refusal `reply-violates-spec`
 */
async function renderedInTurns(
  context: RequestContext,
  reply: Reply,
  long: LongList,
): Promise<BytesAnswer> {
  const { world, trace } = context
  const view = world.view()
  try {
    const look = lookAt(view)
    const make = makingOf(long.list)?.make
    const text = await writtenInTurns(
      reply.body,
      long,
      (entry) => make?.(entry, look),
      (body) => trace.operation && check(context, trace.operation, { ...reply, body }),
    )
    return renderedText(reply, trace.operation, text)
  } finally {
    view.close()
  }
}

/** Renders a reply, lets it leave as it is or otherwise, and writes the exchange down. */
function answered(context: RequestContext, reply: Reply, leave?: Leave): Answer | Promise<Answer> {
  const answer = render(context, reply)
  return answer instanceof Promise
    ? answer.then((done) => leaving(context, done, leave))
    : leaving(context, answer, leave)
}

/** What a provider tells those it counts goes with every answer. */
function leaving(context: RequestContext, reply: BytesAnswer, leave: Leave | undefined): Answer {
  const complete = withAdmission(context, reply)
  return noted(context, leave ? leave(complete) : complete)
}

function noted(context: RequestContext, answer: Answer): Answer {
  remember(context.journal, context, answer)
  return answer
}

function withAdmission({ trace }: RequestContext, answer: BytesAnswer): BytesAnswer {
  const { admission } = trace
  return admission ? { ...answer, headers: { ...answer.headers, ...admission.headers } } : answer
}

function callOf(
  { exchange, world, trace }: RequestContext,
  { operation, basePath, endpoints }: Route,
  request: ValidRequest,
  settings: SettingValues,
): Call {
  return {
    operation: operation.id,
    path: request.path as Record<string, string>,
    query: request.query,
    body: request.requestBody,
    header: (name) => headerOf(exchange, name),
    caller: exchange.caller,
    accepts: (offered) => preferredType(exchange.headers.accept, offered),
    basePath,
    baseUrl: exchange.root + basePath,
    endpoints,
    now: world.now,
    settings,
    passOver: (what) => tell(trace.undocumented, shortName(what)),
  }
}

/** The reply to a request that was refused, or that failed. */
function refused(context: RequestContext, error: unknown): Reply {
  const { trace, options } = context

  // A rate-limit refusal wins over 404.
  const refusal = trace.admission?.refusal ?? refusalFor(context, error)
  if (trace.admission?.refusal) trace.stage = 'count'
  trace.refusal = refusal
  if (refusal !== context.exchange.forbidden?.refusal) runAfterRefusal(context, refusal)

  // How a provider words a refusal is its own reply, too. A violation is worded as it can be.
  const reply = refusalReply(context, refusal)
  const { operation } = trace
  if (!options.checked || !operation || refusal.code === 'reply-violates-spec') return reply
  const broken = violationsOf(operation, reply)
  if (broken.length === 0) return reply
  trace.violations = broken
  return refusalReply(context, violation(operation, broken))
}

/** A refusal as it is; anything else is a mistake of ours, and reported. */
function refusalFor({ provider, options }: RequestContext, error: unknown): AnyRefusal {
  if (error instanceof Refusal) return error
  options.report(`${provider.simulator.slug}: ${traceOf(error)}`)
  return new Refusal('internal', reasonOf(error))
}

/**
 * What the provider does about a refusal; it is answered all the same where
 * that fails.
 */
function runAfterRefusal(context: RequestContext, refusal: AnyRefusal): void {
  const { provider, world } = context
  const { slug, requests } = provider.simulator
  if (!requests?.afterRefusal) return
  try {
    inTransaction(context, () =>
      world.withStream(slug, () => requests.afterRefusal?.(refusal, world)),
    )
  } catch (error) {
    refusalFor(context, error)
  }
}

/** A refusal in the provider's words, as its settings in this world have them. */
function refusalReply({ provider, world, trace }: RequestContext, refusal: AnyRefusal): Reply {
  const { simulator } = provider
  const { operation, basePath } = trace
  const settings = world.settings(simulator.settings)
  const reply = simulator.refusalReply(refusal, operation?.id, settings, basePath)
  return withStatusHeaders(reply, refusal)
}

/** What is said where what was done, or had come due before, could not be kept. */
export function unkept(context: RequestContext, error: unknown): BytesAnswer {
  const { trace } = context
  trace.operation ??= operationOf(context)
  const refusal = new Refusal('writes-refused', reasonOf(error))
  return withAdmission(context, rendered(refusalReply(context, refusal), trace.operation))
}

function operationOf(context: RequestContext): Operation | undefined {
  return routeOf(context)?.operation
}

/** Where a request leads; `undefined` where the spec has no such operation. */
function routeOf({ provider, exchange, world }: RequestContext): Route | undefined {
  const settings = world.settings(provider.simulator.settings)
  try {
    return route(provider, exchange.method, exchange.path, settings)
  } catch {
    return undefined
  }
}
