// A client of the control API, for the command line and the in-process API.
import type { Problem } from './problem.ts'

/** The control API said no; the message is what it said, which tells what to do next. */
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
  readonly world?: string
  readonly token?: string
}

type Query = Readonly<Record<string, string | number | boolean | undefined>>

export interface ControlClient {
  /** @throws ControlError for a problem; NoAnswer where nothing answers */
  get<T>(path: string, query?: Query): Promise<T>
  send<T>(
    method: 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    body?: unknown,
    query?: Query,
  ): Promise<T>
}

/** Speaks to one world of a running simulator. Paths are below `/_sim`. */
export function controlClient({ url, world, token }: ControlClientOptions): ControlClient {
  const base = `${url.replace(/\/+$/, '')}${world === undefined ? '' : `/w/${encodeURIComponent(world)}`}/_sim`

  async function call<T>(method: string, path: string, query: Query, body: unknown): Promise<T> {
    const search = new URLSearchParams()
    for (const [name, value] of Object.entries(query))
      if (value !== undefined) search.set(name, String(value))
    const target = `${base}${path}${search.size > 0 ? `?${search}` : ''}`
    const answer = await fetch(target, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }).catch((error: unknown) => {
      throw new NoAnswer(
        `nothing answers at ${url}: start the simulator first, or name another with --url (${causeOf(error)})`,
      )
    })
    return read<T>(answer, target)
  }

  return {
    get: (path, query = {}) => call('GET', path, query, undefined),
    send: (method, path, body, query = {}) => call(method, path, query, body),
  }
}

function causeOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined
  if (cause instanceof Error) return 'code' in cause ? String(cause.code) : cause.message
  return error instanceof Error ? error.message : String(error)
}

async function read<T>(answer: Response, target: string): Promise<T> {
  const text = await answer.text()
  if (answer.status === 204) return undefined as T
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    throw new NoAnswer(
      `${target} answered ${answer.status} with something that is no JSON: is that a simulator?`,
    )
  }
  if (!answer.ok) throw new ControlError(problemIn(body, answer.status))
  return body as T
}

function problemIn(body: unknown, status: number): Problem {
  const { title = 'Error', detail = `status ${status}` } = (
    typeof body === 'object' && body !== null ? body : {}
  ) as Partial<Problem>
  return { title, detail, status }
}
