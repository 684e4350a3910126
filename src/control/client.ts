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
export class NoAnswer extends Error {}

export interface ControlClientOptions {
  /** Of the simulator, as in `http://127.0.0.1:4010`. */
  readonly url: string
  /** The world that is spoken to; `default` unless given. */
  readonly world?: string | undefined
  readonly token?: string | undefined
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
}

/** A request whatever its operation. */
interface AnyRequest {
  readonly path?: Readonly<Record<string, string | number>>
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>
  readonly body?: unknown
}

/** Speaks to one world of a running simulator. */
export function controlClient({ url, world, token }: ControlClientOptions): ControlClient {
  const root = url.replace(/\/+$/, '')
  const base = `${world === undefined ? root : `${root}/w/${encodeURIComponent(world)}`}/_sim`

  async function call(id: OperationId, request: AnyRequest = {}): Promise<unknown> {
    const { method, path } = placeOf(id, request)
    const body = request.body === undefined ? undefined : JSON.stringify(request.body)
    const headers = defined({
      'Content-Type': body === undefined ? undefined : 'application/json',
      Authorization: token === undefined ? undefined : `Bearer ${token}`,
    })
    const answer = await fetch(base + path, defined({ method, headers, body })).catch(
      (error: unknown) => {
        const how = 'start the simulator first, or name another with --url'
        throw new NoAnswer(`nothing answers at ${url}: ${how} (${causeOf(error)})`)
      },
    )
    return bodyOf(answer, base + path)
  }

  // The types of one operation end here: it is called as any other.
  return { call: call as ControlClient['call'] }
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

function causeOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined
  if (cause instanceof Error) return 'code' in cause ? String(cause.code) : cause.message
  return error instanceof Error ? error.message : String(error)
}

/** @throws ControlError where the answer is a problem; NoAnswer where it is no JSON */
async function bodyOf(answer: Response, target: string): Promise<unknown> {
  const text = await answer.text()
  if (answer.status === 204) return undefined

  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    throw new NoAnswer(
      `${target} answered ${answer.status} with something that is no JSON: is that a simulator?`,
    )
  }
  if (!answer.ok) throw new ControlError(problemIn(body, answer.status))
  return body
}

function problemIn(body: unknown, status: number): Problem {
  const problem: Partial<Problem> = typeof body === 'object' && body !== null ? body : {}
  const { title = 'Error', detail = `status ${status}` } = problem
  return { title, detail, status }
}
