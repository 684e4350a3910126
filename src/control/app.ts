// The control API: Express routes from a table of handlers, checked both ways against specs/control.yaml.
import type { IncomingMessage, ServerResponse } from 'node:http'
import express, {
  type ErrorRequestHandler,
  type Request,
  type RequestHandler,
  type Response,
} from 'express'
import { serverUrl } from '../server/address.ts'
import { UnsafeBody, walkBody } from '../server/body-shape.ts'
import type { RestListener } from '../server/http.ts'
import { BODY_LIMIT } from '../server/read-body.ts'
import { httpDate, wakeAfter } from '../server/send.ts'
import type { SimulatorServer } from '../server/server.ts'
import { JSON_LIKE, type Operation, type Spec, specOf } from '../server/spec.ts'
import { DEFAULT_WORLD, type HostedWorld } from '../server/worlds.ts'
import type { Reply } from '../simulators/call.ts'
import { basesOf } from '../simulators/simulator.ts'
import { Refusal } from '../state/refusal.ts'
import type { ControlCall, ControlHandler, ControlHandlers } from './call.ts'
import { callbackHandlers } from './callbacks.ts'
import { clockHandlers } from './clock.ts'
import { guard } from './guard.ts'
import { journalHandlers } from './journal.ts'
import { writtenInTurns } from './long-list.ts'
import { messageHandlers } from './messages.ts'
import { PROBLEM_TYPE, problemOf } from './problem.ts'
import { provenanceHandlers } from './provenance.ts'
import { settingHandlers } from './settings.ts'
import { simHandlers } from './sims.ts'
import { stateHandlers } from './state.ts'
import { worldHandlers } from './worlds.ts'

/** What is known of a request before Express sees it. */
interface Arrival {
  readonly world: string | undefined
  readonly root: string
}

const handlers: ControlHandlers = {
  ...worldHandlers,
  ...clockHandlers,
  ...simHandlers,
  ...messageHandlers,
  ...callbackHandlers,
  ...journalHandlers,
  ...stateHandlers,
  ...settingHandlers,
  ...provenanceHandlers,
}

const HEALTH = 'getHealth'
/** Bytes; a whole world is larger than any other body. */
const STATE_LIMIT = 256 * BODY_LIMIT

/**
 * Compiles the control API.
 * @throws Error where an operation of the spec has no handler, or a handler no operation
 */
export async function controlApp(server: SimulatorServer): Promise<RestListener> {
  const spec = await specOf('control.yaml')
  checkComplete(spec)
  const arrivals = new WeakMap<IncomingMessage, Arrival>()
  const arrivalOf = (request: IncomingMessage): Arrival =>
    arrivals.get(request) ?? { world: undefined, root: '' }
  const app = express().disable('x-powered-by').disable('etag').enable('case sensitive routing')

  app.use((request, _response, next) => {
    const controls = isControl(request.path) && spec.find(request.method, request.path)
    const health = typeof controls === 'object' && controls.operation.id === HEALTH
    next(
      isControl(request.path) && !health
        ? guard(request, server.control, server.publicUrl)
        : undefined,
    )
  })
  for (const operation of spec.operations.values()) {
    const handler = handlers[operation.id] as ControlHandler
    const method = operation.method.toLowerCase() as 'get'
    const limit = operation.id === 'putState' ? STATE_LIMIT : BODY_LIMIT
    const answer: RequestHandler = (request, response) =>
      serve(server, operation, handler, request, response, arrivalOf(request))
    app[method](
      operation.path.replaceAll(/\{(\w+)\}/g, ':$1'),
      ...bodyReaders(operation, limit),
      answer,
    )
  }
  app.use((request, response) => elsewhere(server, spec, request, response, arrivalOf(request)))
  app.use(failure(server))

  return (request, response, world, path) => {
    arrivals.set(request, { world, root: serverUrl(request, server.publicUrl) })
    request.url = path
    app(request, response)
  }
}

const isControl = (path: string) => path === '/_sim' || path.startsWith('/_sim/')

function checkComplete(spec: Spec): void {
  const missing = [...spec.operations.keys()].filter((id) => !Object.hasOwn(handlers, id))
  const unknown = Object.keys(handlers).filter((id) => !spec.operations.has(id))
  if (missing.length > 0) throw new Error(`control.yaml: no handler for ${missing.join(', ')}`)
  if (unknown.length > 0) throw new Error(`control.yaml has no operation ${unknown.join(', ')}`)
}

function bodyReaders(operation: Operation, limit: number): RequestHandler[] {
  if (!operation.body) return []
  const isJson = (request: IncomingMessage) => JSON_LIKE.test(request.headers['content-type'] ?? '')
  const typed: RequestHandler = (request, _response, next) => {
    const sent =
      request.headers['transfer-encoding'] !== undefined ||
      Number(request.headers['content-length'] ?? 0) > 0
    const type = request.headers['content-type'] ?? 'no type at all'
    next(
      sent && !isJson(request)
        ? new Refusal(
            'unsupported-media-type',
            `the body was sent as ${type}: send application/json`,
          )
        : undefined,
    )
  }
  return [typed, express.json({ limit, strict: false, type: isJson })]
}

async function serve(
  server: SimulatorServer,
  operation: Operation,
  handler: ControlHandler,
  request: Request,
  response: Response,
  { world, root }: Arrival,
): Promise<void> {
  let hosted: HostedWorld | undefined
  const { path, query, body } = checked(operation, request)
  const call: ControlCall = {
    server,
    get hosted() {
      hosted ??= placeOf(server, world)
      return hosted
    },
    path,
    query,
    body,
    root,
    trusted:
      operation.id !== HEALTH || guard(request, server.control, server.publicUrl) === undefined,
  }
  const reply = await handler(call)
  const type = reply.body === undefined ? undefined : 'application/json'
  const text = await writtenInTurns(operation.id, reply.body, (body) =>
    operation.violations(reply.status, type, body),
  )
  if (hosted) await kept(server, hosted)
  send(response, reply, text, 'application/json', hosted)
}

/** The world a call speaks to, with everything done that is due. */
function placeOf(server: SimulatorServer, world = DEFAULT_WORLD): HostedWorld {
  const hosted = server.worlds.get(world)
  if (!hosted)
    throw new Refusal(
      'not-found',
      `there is no world "${world}": GET /_sim/worlds lists them, POST /_sim/worlds makes one`,
    )
  hosted.runner.catchUp()
  return hosted
}

async function kept(server: SimulatorServer, hosted: HostedWorld): Promise<void> {
  try {
    await server.store.flushed(hosted.world.name)
  } catch (error) {
    throw new Refusal('writes-refused', error instanceof Error ? error.message : String(error))
  }
}

/** The request in the types of the spec. @throws Refusal naming everything that breaks it */
function checked(operation: Operation, request: Request) {
  const path = { ...request.params } as Record<string, string>
  const query: Record<string, unknown> = {}
  for (const [name, value] of new URLSearchParams(request.url.split('?')[1] ?? '')) {
    if (!operation.query.has(name))
      throw new Refusal(
        'invalid-request',
        `${operation.id} knows no ?${name}=${known([...operation.query.keys()])}`,
      )
    query[name] = value
  }
  const body = safeBody(request.body)
  const problems = operation.problems({
    path,
    query,
    header: {},
    ...(body === undefined ? {} : { requestBody: body }),
  })
  if (problems.length > 0) throw new Refusal('invalid-request', problems.join('; '))
  return { path, query, body }
}

function known(names: readonly string[]): string {
  return names.length > 0 ? `; it knows ${names.join(', ')}` : ''
}

function safeBody(body: unknown): unknown {
  try {
    return walkBody(body, undefined, { freeCase: false, undocumented: [] })
  } catch (error) {
    if (error instanceof UnsafeBody) throw new Refusal('malformed-body', error.message)
    throw error
  }
}

/** What is no operation: the front page, a wrong method, a path there is not. */
function elsewhere(
  server: SimulatorServer,
  spec: Spec,
  request: Request,
  response: Response,
  { world, root }: Arrival,
): void {
  const { path, method } = request
  const prefix = world === undefined ? root : `${root}/w/${world}`
  if (isControl(path)) {
    const allowed = spec.methodsAt(path)
    if (allowed.length === 0)
      throw new Refusal(
        'unknown-route',
        `the control API has no ${path}: specs/control.yaml lists what it has`,
      )
    response.setHeader('Allow', allowed.join(', '))
    throw new Refusal(
      'method-not-allowed',
      `${path} knows no ${method}: use ${allowed.join(' or ')}`,
    )
  }
  if (world !== undefined) placeOf(server, world)
  if (path !== '/') {
    const bases = Object.values(baseUrls(server, prefix)).flat()
    throw new Refusal(
      'unknown-route',
      `nothing is served at ${path}: base URLs are ${bases.join(', ')}, the control API is ${prefix}/_sim`,
    )
  }
  if (method !== 'GET' && method !== 'HEAD') {
    response.setHeader('Allow', 'GET')
    throw new Refusal('method-not-allowed', `/ knows no ${method}: use GET`)
  }
  const body = {
    name: 'esimulator',
    version: server.version,
    providers: baseUrls(server, prefix),
    control: `${prefix}/_sim`,
    health: `${prefix}/_sim/health`,
    docs: 'README.md and specs/control.yaml of the package esimulator; what is invented: GET /_sim/provenance',
  }
  send(response, { status: 200 }, JSON.stringify(body), 'application/json', undefined)
}

function baseUrls(server: SimulatorServer, prefix: string): Record<string, string[]> {
  return Object.fromEntries(
    [...server.providers].map(([slug, { simulator }]) => [
      slug,
      basesOf(simulator).map((base) => `${prefix}/${slug}${base}`),
    ]),
  )
}

/** Four parameters tell Express that this takes errors. */
function failure(server: SimulatorServer): ErrorRequestHandler {
  return (error, _request, response, _next) => {
    const problem = problemOf(error)
    if (problem.status === 500)
      server.report(error instanceof Error ? (error.stack ?? error.message) : String(error))
    if (response.headersSent) return void response.destroy()
    const headers =
      problem.status === 401 ? { 'WWW-Authenticate': 'Bearer realm="esimulator"' } : {}
    send(
      response,
      { status: problem.status, headers },
      JSON.stringify(problem),
      PROBLEM_TYPE,
      undefined,
    )
  }
}

function send(
  response: ServerResponse,
  { status, headers }: Pick<Reply, 'status' | 'headers'>,
  text: string | undefined,
  type: string,
  hosted: HostedWorld | undefined,
): void {
  if (hosted) {
    response.sendDate = false
    response.setHeader('Date', httpDate(hosted.world.now))
    wakeAfter(response, hosted)
  }
  const content =
    text === undefined ? {} : { 'Content-Type': type, 'Content-Length': Buffer.byteLength(text) }
  response.writeHead(status, { ...headers, 'Cache-Control': 'no-store', ...content })
  response.end(text)
}
