// A client of the control API of any simulator, typed by the operations of specs/control.yaml.
import { Agent, type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http'
import { defined } from '../state/defined.ts'
import {
  type AnswerOf,
  type BodyOf,
  type OperationId,
  type PathOf,
  type QueryOf,
  ROUTES,
  type Schemas,
  type StreamingId,
} from './operations.ts'

type Problem = Schemas['Problem']

/**
 * The control API said no; the message is what it said, which tells what to do
 * next.
 */
export class ControlError extends Error {
  readonly status: number
  readonly problem: Problem

  constructor(problem: Problem) {
    super(problem.detail)
    this.name = 'ControlError'
    this.status = problem.status
    this.problem = problem
  }
}

/** Nothing answers at the URL, or what answers is no control API. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer'
}

export interface ControlClientOptions {
  /** Of the simulator, as in `http://127.0.0.1:4010`. */
  readonly url: string
  /** The world that is spoken to; `default` unless given. */
  readonly world?: string | undefined
  readonly token?: string | undefined
  /** Trusted besides the usual ones, as PEM, where the URL is of https. */
  readonly ca?: string | undefined
  /** Throws where nothing may be asked any more. */
  readonly check?: (() => void) | undefined
  /** Breaks off what is being waited for. */
  readonly signal?: AbortSignal | undefined
}

type PathPart<Id extends OperationId> = [PathOf<Id>] extends [never]
  ? unknown
  : { readonly path: PathOf<Id> }

type QueryPart<Id extends OperationId> = [QueryOf<Id>] extends [never]
  ? unknown
  : { readonly query?: { readonly [Name in keyof QueryOf<Id>]: QueryOf<Id>[Name] | undefined } }

type BodyPart<Id extends OperationId> =
  undefined extends BodyOf<Id>
    ? { readonly body?: BodyOf<Id> | undefined }
    : { readonly body: BodyOf<Id> }

/**
 * What a call of an operation brings: the path, query and body that its spec
 * asks for.
 */
export type RequestOf<Id extends OperationId> = PathPart<Id> & QueryPart<Id> & BodyPart<Id>

/** The request of a call; to be left out where nothing in it has to be there. */
type Requested<Id extends OperationId> =
  Partial<RequestOf<Id>> extends RequestOf<Id>
    ? [request?: RequestOf<Id>]
    : [request: RequestOf<Id>]

export interface ControlClient {
  /**
   * Calls an operation by its id.
   * @throws ControlError for a problem; NoAnswer where nothing answers
   */
  call<Id extends OperationId>(id: Id, ...request: Requested<Id>): Promise<AnswerOf<Id>>
  /**
   * The same, and its answer as the text that it is: of a report, which is no JSON.
   * @throws as `call` does
   */
  text<Id extends OperationId>(id: Id, ...request: Requested<Id>): Promise<string>
  /**
   * The text of a stream, as it comes; whoever stops reading ends it.
   * @param signal breaks it off; its reader sees the end
   * @throws ControlError for a problem; NoAnswer where nothing answers, or the connection breaks
   */
  stream<Id extends StreamingId>(
    id: Id,
    request: RequestOf<Id>,
    signal?: AbortSignal,
  ): AsyncIterable<string>
}

/** A request whatever its operation. */
interface AnyRequest {
  readonly path?: Readonly<Record<string, string | number>>
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>
  readonly body?: unknown
}

/** Speaks to one world of a running simulator. */
export function controlClient(options: ControlClientOptions): ControlClient {
  const { url, world, token, ca, signal, check = () => {} } = options
  const root = url.replace(/\/+$/, '')
  const base = `${world === undefined ? root : `${root}/w/${encodeURIComponent(world)}`}/_sim`

  async function answerTo(id: OperationId, request: AnyRequest): Promise<Answer & At> {
    check()
    const { method, path } = placeOf(id, request)
    const body = request.body === undefined ? undefined : JSON.stringify(request.body)
    const headers = defined({
      'Content-Type': body === undefined ? undefined : 'application/json',
      Authorization: token === undefined ? undefined : `Bearer ${token}`,
    })
    const at = base + path
    return { ...(await send(new URL(at), defined({ method, headers, body, ca, signal }))), at }
  }

  async function call(id: OperationId, request: AnyRequest = {}): Promise<unknown> {
    const { at, ...answer } = await answerTo(id, request)
    return bodyOf(answer, at)
  }

  async function text(id: OperationId, request: AnyRequest = {}): Promise<string> {
    const { at, ...answer } = await answerTo(id, request)
    if (answer.status !== 200) bodyOf(answer, at)
    return answer.text
  }

  async function* stream(id: OperationId, request: AnyRequest, end?: AbortSignal) {
    check()
    const { method, path } = placeOf(id, request)
    const headers = defined({
      Accept: 'text/event-stream',
      Authorization: token === undefined ? undefined : `Bearer ${token}`,
    })
    const target = new URL(base + path)
    const stop = [signal, end].filter((each) => each !== undefined)
    yield* streamed(target, defined({ method, headers, ca, signal: AbortSignal.any(stop) }))
  }

  // The types of one operation end here: it is called as any other.
  return { call: call as ControlClient['call'], text: text as ControlClient['text'], stream }
}

/** Method and path of an operation, with its parameters filled in. */
function placeOf(id: OperationId, { path = {}, query = {} }: AnyRequest) {
  const [method = '', template = ''] = ROUTES[id].split(' ')
  const filled = template.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(String(path[name])),
  )
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query))
    if (value !== undefined) search.set(name, String(value))
  return { method, path: search.size > 0 ? `${filled}?${search}` : filled }
}

interface Sent {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  readonly ca?: string
  readonly signal?: AbortSignal
}

/**
 * The text of an answer as it comes.
 * @throws ControlError where it is a problem; NoAnswer where it breaks off by itself
 */
async function* streamed(target: URL, sent: Sent): AsyncGenerator<string, void, undefined> {
  // On a connection of its own: it is held for as long as somebody reads.
  const asked = (await opener(target, sent, false))()
  try {
    const answer = await new Promise<IncomingMessage>((done, fail) => {
      asked.on('error', fail).on('response', done).end()
    })
    const text = answer.setEncoding('utf8')
    if (answer.statusCode !== 200) {
      const parts: string[] = []
      for await (const part of text) parts.push(part)
      bodyOf({ status: answer.statusCode ?? 0, text: parts.join('') }, target.href)
    }
    for await (const part of text) yield part
  } catch (error) {
    if (error instanceof ControlError || error instanceof NoAnswer) throw error
    if (!sent.signal?.aborted) throw new NoAnswer(whyNot(target, error))
  } finally {
    asked.destroy()
  }
}

interface Answer {
  readonly status: number
  readonly text: string
}

interface At {
  /** The URL that was asked. */
  readonly at: string
}

const agent = new Agent({ keepAlive: true })

/**
 * Sends a request and reads its answer whole, however long that takes: an advance of a year may
 * take minutes, and `fetch` gives up after five.
 * @throws NoAnswer
 */
async function send(target: URL, sent: Sent): Promise<Answer> {
  const open = await opener(target, sent, true)
  for (;;) {
    const asked = open()
    try {
      return await answered(asked, sent.body)
    } catch (error) {
      // An idle connection was closed just as it was used again: nobody has read the request.
      if (asked.reusedSocket && codeOf(error) === 'ECONNRESET') continue
      throw new NoAnswer(whyNot(target, error))
    }
  }
}

/** @param isShared on a connection that others use, too, one after the other */
async function opener(
  target: URL,
  { method, headers, ca, signal }: Sent,
  isShared: boolean,
): Promise<() => ClientRequest> {
  if (target.protocol !== 'https:')
    return () => httpRequest(target, { method, headers, signal, agent: isShared && agent })
  const { request } = await import('node:https')
  const { rootCertificates } = await import('node:tls')
  const trusted = ca === undefined ? {} : { ca: [...rootCertificates, ca] }
  return () => request(target, { method, headers, signal, ...trusted })
}

function answered(asked: ClientRequest, body: string | undefined): Promise<Answer> {
  return new Promise((done, fail) => {
    asked.on('error', fail)
    asked.on('response', (answer: IncomingMessage) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.on('error', fail)
      answer.on('end', () =>
        done({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
      )
    })
    asked.end(body)
  })
}

/** What an error with this code means: nobody took the connection. */
const UNREACHED: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
])

/** What an error with this code means: nobody here trusts who signed the certificate. */
const UNTRUSTED: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
])

function whyNot({ origin }: URL, error: unknown): string {
  const code = codeOf(error)
  if (UNTRUSTED.has(code))
    return (
      `the certificate of ${origin} is not trusted here: start this with NODE_EXTRA_CA_CERTS=FILE, ` +
      `the CA that the start of the simulator named (${code})`
    )
  if (UNREACHED.has(code))
    return `nothing answers at ${origin}: start the simulator first, or give the URL of another (${code})`
  return `the connection to ${origin} ended before the answer did: was the simulator stopped? (${code})`
}

function codeOf(error: unknown): string {
  // One error for each address that was tried.
  if (error instanceof AggregateError) return codeOf(error.errors[0])
  if (!(error instanceof Error)) return String(error)
  return 'code' in error ? String(error.code) : error.message
}

/** @throws ControlError where the answer is a problem; NoAnswer where it is no JSON */
function bodyOf({ status, text }: Answer, target: string): unknown {
  if (status === 204) return undefined

  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    throw new NoAnswer(
      `${target} answered ${status} with something that is no JSON: is that a simulator?`,
    )
  }
  if (status < 200 || status > 299) throw new ControlError(problemIn(body, status, target))
  return body
}

function problemIn(body: unknown, status: number, target: string): Problem {
  const problem: Partial<Problem> = typeof body === 'object' && body !== null ? body : {}
  // No control API answered: something else, or a provider whose path the URL has.
  const unknown = `${target} answered ${status}: give the URL of a simulator, as in http://127.0.0.1:4010`
  const { title = 'Error', detail = unknown, code } = problem
  return defined({ title, detail, status, code })
}
