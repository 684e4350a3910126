// A client of the control API of any simulator, typed by the operations of specs/control.yaml.
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
  stream<Id extends StreamingId | 'getState'>(
    id: Id,
    request: RequestOf<Id>,
    signal?: AbortSignal,
  ): AsyncIterable<string>
  /**
   * Calls an operation with a body that is JSON already, sent as it is read. Not in a page.
   * @throws as `call` does
   */
  upload(id: 'putState', body: AsyncIterable<Uint8Array>): Promise<AnswerOf<'putState'>>
}

/** A request whatever its operation. */
interface AnyRequest {
  readonly path?: Readonly<Record<string, string | number>>
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>
  readonly body?: unknown
}

/** A request as it is sent. */
export interface Sent {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | AsyncIterable<Uint8Array>
  readonly signal?: AbortSignal
}

/** An answer as a whole, or as it comes. */
export interface Answer<Text> {
  readonly status: number
  readonly text: Text
}

/** How requests reach the simulator; both throw NoAnswer where they do not. */
export interface Transport {
  /** Reads the answer whole, however long that takes. */
  send(target: string, sent: Sent): Promise<Answer<string>>
  /** Reads it as it comes; `signal` ends it without an error, and whoever stops reading lets go. */
  stream(target: string, sent: Sent): Promise<Answer<AsyncIterable<string>>>
}

/** Speaks to one world of a running simulator over a way to send requests. */
export function clientOver(transport: Transport, options: ControlClientOptions): ControlClient {
  const { url, world, token, signal, check = () => {} } = options
  const root = url.replace(/\/+$/, '')
  const base = `${world === undefined ? root : `${root}/w/${encodeURIComponent(world)}`}/_sim`
  const Authorization = token === undefined ? undefined : `Bearer ${token}`

  async function answerTo(id: OperationId, request: AnyRequest): Promise<[Answer<string>, string]> {
    check()
    const { method, path } = placeOf(id, request)
    const body = request.body === undefined ? undefined : JSON.stringify(request.body)
    const type = body === undefined ? undefined : 'application/json'
    const headers = defined({ 'Content-Type': type, Authorization })
    const sent = defined({ method, headers, body, signal })
    return [await transport.send(base + path, sent), base + path]
  }

  async function call(id: OperationId, request: AnyRequest = {}): Promise<unknown> {
    return bodyOf(...(await answerTo(id, request)))
  }

  async function text(id: OperationId, request: AnyRequest = {}): Promise<string> {
    const [answer, target] = await answerTo(id, request)
    if (answer.status !== 200) bodyOf(answer, target)
    return answer.text
  }

  async function upload(id: OperationId, body: AsyncIterable<Uint8Array>): Promise<unknown> {
    check()
    const { method, path } = placeOf(id, {})
    const headers = defined({ 'Content-Type': 'application/json', Authorization })
    const sent = defined({ method, headers, body, signal })
    return bodyOf(await transport.send(base + path, sent), base + path)
  }

  async function* stream(id: OperationId, request: AnyRequest, end?: AbortSignal) {
    check()
    const { method, path } = placeOf(id, request)
    const Accept = id === 'getState' ? 'application/json' : 'text/event-stream'
    const headers = defined({ Accept, Authorization })
    const stop = AbortSignal.any([signal, end].filter((each) => each !== undefined))
    const sent = { method, headers, signal: stop }
    let answer: Answer<AsyncIterable<string>>
    try {
      answer = await transport.stream(base + path, sent)
    } catch (error) {
      if (stop.aborted) return
      throw error
    }
    const { status, text } = answer
    if (status === 200) return yield* text
    const parts: string[] = []
    for await (const part of text) parts.push(part)
    bodyOf({ status, text: parts.join('') }, base + path)
  }

  // The types of one operation end here: it is called as any other.
  return {
    call: call as ControlClient['call'],
    text: text as ControlClient['text'],
    stream,
    upload: upload as ControlClient['upload'],
  }
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

/** @throws ControlError where the answer is a problem; NoAnswer where it is no JSON */
function bodyOf({ status, text }: Answer<string>, target: string): unknown {
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
