// The control API: Express routes to a table of handlers, checked both ways against its spec.
import type { IncomingMessage } from 'node:http'
import express, {
  type ErrorRequestHandler,
  type Request,
  type RequestHandler,
  type Response,
} from 'express'
import { serverUrl } from '../server/address.ts'
import { passedOnFrom } from '../server/came-by.ts'
import { headerOf } from '../server/exchange.ts'
import { guardControl, guardPage } from '../server/guard.ts'
import type { RestListener } from '../server/http.ts'
import { manyIn, writtenInTurns } from '../server/long-list.ts'
import { dropBody } from '../server/read-body.ts'
import type { SimulatorServer } from '../server/server.ts'
import { type Operation, type Spec, specOf } from '../server/spec.ts'
import { whenBuilt } from '../server/when-built.ts'
import { DEFAULT_WORLD, type HostedWorld } from '../server/worlds.ts'
import type { Reply } from '../simulators/call.ts'
import { reasonOf } from '../state/reason.ts'
import { Refusal } from '../state/refusal.ts'
import {
  type ControlCall,
  type ControlHandlers,
  caughtUp,
  type Streamed,
  type TextReply,
  type WrittenReply,
} from './call.ts'
import { callbackHandlers } from './callbacks.ts'
import { callHandlers } from './calls.ts'
import { clockHandlers } from './clock.ts'
import { commandHandlers, noted, noteOf } from './commands.ts'
import { isDashboard } from './dashboard.ts'
import { deviceHandlers } from './device.ts'
import { eventHandlers } from './events.ts'
import { faultHandlers } from './faults.ts'
import { type Arrival, frontPage, isControl } from './front-page.ts'
import { historyHandlers } from './history.ts'
import { journalHandlers } from './journal.ts'
import { messageHandlers } from './messages.ts'
import { oneSimHandlers } from './one-sim.ts'
import type { OperationId } from './operations.ts'
import { provenanceHandlers } from './provenance.ts'
import { noCalls, type OpenProviderCalls } from './provider-calls.ts'
import { checked, type ReadBody, readRequest } from './request.ts'
import { send, sendLong, sendPieces, sendProblem } from './send.ts'
import { settingHandlers } from './settings.ts'
import { simHandlers } from './sims.ts'
import { snapshotHandlers } from './snapshots.ts'
import { stateHandlers } from './state.ts'
import { stockHandlers } from './stock.ts'
import { upcomingHandlers } from './upcoming.ts'
import { waitHandlers } from './wait.ts'
import { noWorkflows, type OpenWorkflowRuns } from './workflow-runs.ts'
import { workflowHandlers } from './workflows.ts'
import { looksElsewhere, whereWorldIs } from './world-of.ts'
import { worldHandlers } from './worlds.ts'

const handlers: ControlHandlers = {
  ...worldHandlers,
  ...clockHandlers,
  ...upcomingHandlers,
  ...simHandlers,
  ...oneSimHandlers,
  ...deviceHandlers,
  ...messageHandlers,
  ...callbackHandlers,
  ...callHandlers,
  ...faultHandlers,
  ...journalHandlers,
  ...commandHandlers,
  ...eventHandlers,
  ...waitHandlers,
  ...stateHandlers,
  ...snapshotHandlers,
  ...historyHandlers,
  ...settingHandlers,
  ...stockHandlers,
  ...provenanceHandlers,
  ...workflowHandlers,
}

/**
 * Any handler: all are called alike, with what the spec has checked, so their
 * types end here.
 */
type AnyHandler = (
  call: ControlCall,
) => Reply | WrittenReply | Streamed | Promise<Reply> | Promise<TextReply>

/** What is made above the control API, and handed in. */
export interface FromAbove {
  readonly workflows: OpenWorkflowRuns
  readonly calls: OpenProviderCalls
}

/** Told to every program, whatever its Host, and without a token. */
const OPEN_TO_ALL: ReadonlySet<string> = new Set<OperationId>([
  'getHealth',
  'getReady',
  'getMetrics',
])

/**
 * Compiles the control API.
 * @param above opens what runs workflows and calls providers; nothing does unless it is given
 * @throws Error where an operation of the spec has no handler, or a handler no operation
 */
export async function controlApp(
  server: SimulatorServer,
  above: Partial<FromAbove> = {},
): Promise<RestListener> {
  const { workflows = noWorkflows, calls = noCalls } = above
  const spec = await specOf('control.yaml')
  checkComplete(spec)
  const arrivals = new WeakMap<IncomingMessage, Arrival>()
  const arrivalOf = (request: IncomingMessage): Arrival => arrivals.get(request) ?? NOWHERE
  const app = express().disable('x-powered-by').disable('etag').enable('case sensitive routing')

  app.use((request, _response, next) => next(arrivalOf(request).refusal))
  for (const operation of spec.operations.values()) {
    const answer: RequestHandler = (request, response) =>
      serve({ server, workflows, calls }, operation, { request, response, ...arrivalOf(request) })
    const method = operation.method.toLowerCase() as 'get'
    const path = operation.path.replaceAll(/\{(\w+)\}/g, ':$1')
    app[method](path, answer)
  }
  const elsewhere = frontPage(server, spec)
  app.use((request, response) => elsewhere(request, response, arrivalOf(request)))
  // Four parameters tell Express that this takes errors.
  const failed: ErrorRequestHandler = (error, request, response, _next) => {
    const hosted = server.worlds.get(arrivalOf(request).world ?? DEFAULT_WORLD)
    sendProblem(response, error, server, hosted)
  }
  app.use(failed)

  return (request, response, target) => {
    const { world, path, malformed } = target
    const operation = operationAt(spec, request.method ?? 'GET', path)
    const refusal = malformed ?? guardProblem(server, request, { path, operation })
    const arrived = (body: ReadBody, unread: Refusal | undefined) => {
      if (unread) response.shouldKeepAlive = false
      const root = serverUrl(request, server.publicUrl)
      arrivals.set(request, { world, root, body, refusal: refusal ?? unread })
      request.url = path
      app(request, response)
    }
    // Read before anything is answered: a sender that is cut off cannot read why.
    if (refusal) dropBody(request, refusal, arrived)
    else
      whereWorldIs(server, { request, response, target }, operation, {
        goOn: () => readRequest(request, operation, arrived),
        failed: (error) => sendProblem(response, error, server),
      })
  }
}

const NOWHERE: Arrival = { world: undefined, root: '', body: undefined, refusal: undefined }

function operationAt(spec: Spec, method: string, url: string): Operation | undefined {
  const found = spec.find(method, pathIn(url))
  return typeof found === 'object' ? found.operation : undefined
}

const pathIn = (url: string) => url.split('?', 1)[0] ?? ''

function checkComplete(spec: Spec): void {
  const missing = [...spec.operations.keys()].filter((id) => !Object.hasOwn(handlers, id))
  const unknown = Object.keys(handlers).filter((id) => !spec.operations.has(id))
  if (missing.length > 0) throw new Error(`control.yaml: no handler for ${missing.join(', ')}`)
  if (unknown.length > 0) throw new Error(`control.yaml has no operation ${unknown.join(', ')}`)
}

/** Why a request is not let in. What is open to all is guarded as a page: whoever looks may see it. */
function guardProblem(
  server: SimulatorServer,
  request: IncomingMessage,
  asked: { readonly path: string; readonly operation: Operation | undefined },
): Refusal | undefined {
  const path = pathIn(asked.path)
  const isOpen = asked.operation !== undefined && OPEN_TO_ALL.has(asked.operation.id)
  const isPage = !isControl(path) || isDashboard(path) || isOpen
  return isPage ? guardPage(server.access, request) : guardControl(server.access, request)
}

/** A request as Express has it, and where it came from. */
interface Incoming extends Arrival {
  readonly request: Request
  readonly response: Response
}

/**
 * Answers a call of an operation. A world there is not is refused where a
 * handler looks at it.
 */
async function serve(
  { server, workflows, calls }: Pick<ControlCall, 'server' | keyof FromAbove>,
  operation: Operation,
  { request, response, world, root, body: sent }: Incoming,
): Promise<void> {
  const { path, query, body } = await checked(operation, request, sent)
  const opened = await openedFor(server, operation, world ?? DEFAULT_WORLD)
  let hosted: HostedWorld | undefined
  let gone: AbortSignal | undefined
  const source = { command: `${operation.method} ${request.path}` }
  const isOpen = OPEN_TO_ALL.has(operation.id)
  const call: ControlCall = {
    server,
    workflows,
    calls,
    get gone() {
      gone ??= whenGone(response)
      return gone
    },
    header: (name) => headerOf(request, name),
    get hosted() {
      hosted ??= caughtUp(server.worlds, opened, world)
      return hosted
    },
    step: (act) => call.hosted.history.within(source, act),
    path,
    query,
    body,
    root,
    isGone: () => response.closed,
    isPassedOn: passedOnFrom(request) !== undefined,
    trusted: !isOpen || guardControl(server.access, request) === undefined,
  }

  const handler = handlers[operation.id as OperationId] as AnyHandler
  const note = opened && noteOf(opened, { operation, url: request.url, sent })
  const reply = await noted(note, () =>
    whenBuilt(() => {
      if (!opened) return handler(call)
      return opened.world.patiently(() => opened.history.within(source, () => handler(call)))
    }),
  )
  if ('stream' in reply) return reply.stream(response)
  if ('pieces' in reply) {
    await sendPieces(response, reply, hosted, () => flushed(hosted))
    return
  }
  if (isText(reply)) {
    await flushed(hosted)
    send(response, reply, hosted)
    return
  }
  const { status, headers, body: answer } = reply
  const check = (part: unknown) => checkReply(operation, status, part)
  const long = manyIn(answer)
  if (!long) check(answer)
  const text = long && (await writtenInTurns(answer, long, (entry) => entry, check))
  await flushed(hosted)
  if (text) await sendLong(response, { status, headers }, text, hosted)
  else send(response, { status, headers, text: JSON.stringify(answer) }, hosted)
}

/** The world a call names; where replicas share the store, not for a call that does not look at it. */
async function openedFor(
  { worlds, replicas }: SimulatorServer,
  operation: Operation,
  world: string,
): Promise<HostedWorld | undefined> {
  return replicas && looksElsewhere(operation) ? worlds.get(world) : worlds.open(world)
}

function isText(reply: Reply | TextReply): reply is TextReply {
  return 'text' in reply
}

/** @throws Refusal `reply-violates-spec` */
function checkReply(operation: Operation, status: number, body: unknown): void {
  const type = body === undefined ? undefined : 'application/json'
  const broken = operation.violations(status, type, body)
  if (broken.length === 0) return
  const what = `the reply of ${operation.id} would break the spec: ${broken.join('; ')}`
  throw new Refusal('reply-violates-spec', what)
}

/** Aborts when the one who waits for an answer has gone. */
function whenGone(response: Response): AbortSignal {
  const gone = new AbortController()
  response.once('close', () => gone.abort(new Error('the caller has gone')))
  return gone.signal
}

/**
 * Waits until what a call changed is kept as the durability asks.
 * @throws Refusal `writes-refused`
 */
async function flushed(hosted: HostedWorld | undefined): Promise<void> {
  if (!hosted) return
  try {
    await hosted.kept()
  } catch (error) {
    throw new Refusal('writes-refused', reasonOf(error))
  }
}
