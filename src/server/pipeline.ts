// One request, from a routed path to a reply: authenticate, validate, handle, check. It knows no socket.
import Negotiator from 'negotiator'
import type { Call, Reply } from '../simulators/call.ts'
import {
  type Admission,
  basesOf,
  type Mount,
  type SettingValues,
  type Simulator,
} from '../simulators/simulator.ts'
import { type AnyRefusal, Refusal } from '../state/refusal.ts'
import type { World } from '../state/world.ts'
import { BODY_KEPT, type Journal } from './journal.ts'
import { isBelow } from './provider.ts'
import { REDACTED, secretsIn, struck } from './redaction.ts'
import { headerOf, validated } from './request.ts'
import { JSON_TYPE, type Operation, type Spec } from './spec.ts'

/** A provider with its specs compiled, ready to answer. */
export interface Provider {
  readonly simulator: Simulator
  readonly mounts: readonly { readonly mount: Mount; readonly spec: Spec }[]
}

/** A request as the pipeline sees it. */
export interface Exchange {
  readonly method: string
  /** Below the provider's slug, with its leading slash and without the query. */
  readonly path: string
  /** After the question mark; empty where there is none. */
  readonly query: string
  /** As the client wrote it, for the journal. */
  readonly url: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string | undefined
  /** Set where the body was not read, and why. */
  readonly unread: AnyRefusal | undefined
  /** Absolute URL up to the provider's base path, without a trailing slash. */
  readonly root: string
  /** The sender's address; empty where it has gone. */
  readonly caller: string
}

/** What goes back; `body` is absent where there is none. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly type: string | undefined
  readonly body: string | Uint8Array | undefined
}

export interface PipelineOptions {
  /** False lets replies that break their spec through (`--unchecked`). */
  readonly checked: boolean
  readonly report: (sentence: string) => void
}

/** What is found out about an exchange on its way, for the journal. */
interface Trace {
  admission: Admission | undefined
  operation: Operation | undefined
  refusal: AnyRefusal | undefined
  readonly undocumented: string[]
  violations: readonly string[]
}

const SECRET_HEADERS = new Set(['authorization', 'cookie', 'x-api-key', 'proxy-authorization'])

/** Serves one exchange in a world. Returns a promise only where the body takes rendering. */
export function serve(
  provider: Provider,
  exchange: Exchange,
  world: World,
  journal: Journal,
  options: PipelineOptions,
): Answer | Promise<Answer> {
  const trace: Trace = {
    admission: undefined,
    operation: undefined,
    refusal: undefined,
    undocumented: [],
    violations: [],
  }
  const reply = replyTo(provider, exchange, world, trace, options)
  const note = (answer: Answer) => {
    remember(provider, exchange, world, journal, trace, answer)
    return trace.admission
      ? { ...answer, headers: { ...answer.headers, ...trace.admission.headers } }
      : answer
  }
  const { content } = reply
  if (!content) return note(plain(reply, trace.operation))
  const done = (body: string | Uint8Array) =>
    note({ status: reply.status, headers: reply.headers ?? {}, type: content.type, body })
  const failed = (error: unknown) => {
    trace.refusal = refusalFor(error, provider, options)
    return note(
      plain(refusalReply(provider, trace.refusal, trace.operation, world), trace.operation),
    )
  }
  try {
    const rendered = content.render()
    return rendered instanceof Promise ? rendered.then(done, failed) : done(rendered)
  } catch (error) {
    return failed(error)
  }
}

function plain({ status, headers = {}, body }: Reply, operation: Operation | undefined): Answer {
  if (body === undefined) return { status, headers, type: undefined, body: undefined }
  return {
    status,
    headers,
    type: operation?.jsonType(status) ?? JSON_TYPE,
    body: JSON.stringify(body),
  }
}

/** A refusal as it is; anything else is a mistake of ours, and reported. */
function refusalFor(
  error: unknown,
  { simulator }: Provider,
  { report }: PipelineOptions,
): AnyRefusal {
  if (error instanceof Refusal) return error
  report(`${simulator.slug}: ${error instanceof Error ? error.stack : String(error)}`)
  return new Refusal('internal', error instanceof Error ? error.message : String(error))
}

/** The reply, whatever happens: a refusal and a failure are worded by the provider. */
function replyTo(
  provider: Provider,
  exchange: Exchange,
  world: World,
  trace: Trace,
  options: PipelineOptions,
): Reply {
  try {
    trace.admission = provider.simulator.requests?.count?.(exchange.caller, world)
    return handled(provider, exchange, world, trace, options)
  } catch (error) {
    // Who is turned away is told so, also where there is nothing at the path.
    const refusal = trace.admission?.refusal ?? refusalFor(error, provider, options)
    trace.refusal = refusal
    if (provider.simulator.requests?.afterRefusal)
      runAfterRefusal(provider, refusal, world, options)
    const reply = refusalReply(provider, refusal, trace.operation, world)
    if (options.checked && trace.operation && refusal.code !== 'reply-violates-spec') {
      const broken = violationsOf(trace.operation, reply)
      if (broken.length > 0) {
        trace.violations = broken
        return refusalReply(provider, violation(trace.operation, broken), trace.operation, world)
      }
    }
    return reply
  }
}

/** What the provider does about a refusal; where that fails, the refusal is answered all the same. */
function runAfterRefusal(
  provider: Provider,
  refusal: AnyRefusal,
  world: World,
  options: PipelineOptions,
): void {
  const { slug, requests } = provider.simulator
  try {
    world.transaction(() => world.withStream(slug, () => requests?.afterRefusal?.(refusal, world)))
  } catch (error) {
    refusalFor(error, provider, options)
  }
}

/** A refusal in the provider's words, as its settings in this world have them. */
function refusalReply(
  { simulator }: Provider,
  refusal: AnyRefusal,
  operation: Operation | undefined,
  world: World,
): Reply {
  return simulator.refusalReply(refusal, operation?.id, world.settings(simulator.settings))
}

function handled(
  provider: Provider,
  exchange: Exchange,
  world: World,
  trace: Trace,
  options: PipelineOptions,
): Reply {
  const { simulator } = provider
  const settings = world.settings(simulator.settings)
  const { operation, params, basePath, endpoints } = route(provider, exchange, settings)
  trace.operation = operation
  if (trace.admission?.refusal) throw trace.admission.refusal
  const header = (name: string) => headerOf(exchange, name)
  if (!operation.isPublic) simulator.auth.authenticate(header, world)
  const request = validated(
    operation,
    params,
    exchange,
    settings.strict === true,
    trace.undocumented,
  )
  const gap = simulator.gaps?.[operation.id]
  if (gap !== undefined)
    throw new Refusal('not-implemented', `${operation.id} is not simulated yet: ${gap}`)
  const handler = simulator.handlers[operation.id]
  if (!handler) throw new Error(`${operation.id} has no handler`)
  const call: Call = {
    operation: operation.id,
    path: request.path as Record<string, string>,
    query: request.query,
    body: request.requestBody,
    header,
    accepts: (offered) =>
      new Negotiator({ headers: exchange.headers as Record<string, string> }).mediaTypes([
        ...offered,
      ])[0],
    basePath,
    baseUrl: exchange.root + basePath,
    endpoints,
    now: world.now,
    settings,
  }
  return world.transaction(() => {
    const reply = world.withStream(simulator.slug, () => handler(call, world))
    if (options.checked) {
      const broken = violationsOf(operation, reply)
      trace.violations = broken
      if (broken.length > 0) throw violation(operation, broken)
    }
    return reply
  }).result
}

function violation(operation: Operation, broken: readonly string[]): AnyRefusal {
  return new Refusal(
    'reply-violates-spec',
    `the reply of ${operation.id} would break the spec: ${broken.join('; ')}`,
  )
}

function violationsOf(operation: Operation, reply: Reply): string[] {
  const type =
    reply.content?.type ?? (reply.body === undefined ? undefined : operation.jsonType(reply.status))
  return operation.violations(reply.status, type, reply.body)
}

function route(
  provider: Provider,
  exchange: Exchange,
  settings: SettingValues,
): {
  operation: Operation
  params: Record<string, string | undefined>
  basePath: string
  endpoints: readonly string[]
} {
  const { method } = exchange
  const path = provider.simulator.requests?.pathOf?.(exchange.path, settings) ?? exchange.path
  for (const { mount, spec } of provider.mounts) {
    const { basePath } = mount
    if (!isBelow(path, mount)) continue
    const found = spec.find(method, path.slice(basePath.length) || '/')
    if (found === 'other-method')
      throw new Refusal('method-not-allowed', `${path} knows no ${method}`, { method })
    if (found)
      return {
        operation: found.operation,
        params: found.params,
        basePath,
        endpoints: spec.endpoints,
      }
  }
  const bases = basesOf(provider.simulator)
    .map((base) => `/${provider.simulator.slug}${base}`)
    .join(', ')
  throw new Refusal(
    'unknown-route',
    `the spec has no path for ${method} ${path}; base paths are ${bases}`,
    { method, path },
  )
}

function remember(
  provider: Provider,
  exchange: Exchange,
  world: World,
  journal: Journal,
  trace: Trace,
  answer: Answer,
): void {
  const { simulator } = provider
  const presented = simulator.auth.credentialIn(
    (name) => headerOf(exchange, name),
    world.settings(simulator.settings),
    exchange.body,
  )
  const secrets = secretsIn(world, presented, trace.operation?.isPublic === true)
  const strike = (text: string) => struck(text, secrets)
  const { refusal } = trace
  journal.add({
    at: world.now,
    provider: simulator.slug,
    operation: trace.operation?.id,
    method: exchange.method,
    url: strike(exchange.url),
    status: answer.status,
    requestHeaders: keptHeaders(exchange, presented, strike),
    requestBody: exchange.body && shortened(strike(exchange.body)),
    replyType: answer.type,
    replyBody: typeof answer.body === 'string' ? shortened(strike(answer.body)) : undefined,
    refusal: refusal && { code: refusal.code, reason: strike(refusal.message) },
    undocumented: trace.undocumented,
    violations: trace.violations,
  })
}

/** Headers as the journal keeps them: without what proves the sender, be it good or not. */
function keptHeaders(
  exchange: Exchange,
  presented: string | undefined,
  strike: (text: string) => string,
): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const name of Object.keys(exchange.headers)) {
    const value = String(exchange.headers[name])
    headers[name] = value === presented || SECRET_HEADERS.has(name) ? REDACTED : strike(value)
  }
  return headers
}

/** The beginning of a long body, copied: a slice would keep the whole of it in memory. */
function shortened(body: string): string {
  if (body.length <= BODY_KEPT) return body
  return `${Buffer.from(body.slice(0, BODY_KEPT)).toString()}... (${body.length} characters)`
}
