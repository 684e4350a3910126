// A request of the control API: its body read, and all of it checked against its operation.
import type { IncomingMessage } from 'node:http'
import { getHeapStatistics } from 'node:v8'
import type { Request } from 'express'
import { shortName } from '../server/bounded.ts'
import { jsonBody } from '../server/json-body.ts'
import { nearest } from '../server/nearest.ts'
import { sentTwice } from '../server/query.ts'
import { BODY_LIMIT, hasBody, readBody, readInto } from '../server/read-body.ts'
import type { Operation } from '../server/spec.ts'
import type { FieldProblem } from '../server/violations.ts'
import { defined } from '../state/defined.ts'
import { Refusal } from '../state/refusal.ts'
import type { OperationId } from './operations.ts'
import { plainProblems } from './plain-words.ts'
import { type ArrivingState, arrivingState, sentState } from './sent-state.ts'

/** Bytes; a whole world is larger than any other body. A million eSIMs are 2 GB. */
export const STATE_LIMIT = 4096 * BODY_LIMIT
/** Bytes of a state that are always read, however little memory there is. */
const LEAST_STATE = 256 * BODY_LIMIT
/** Bytes of memory that a byte of a state takes, with some for the world that goes on meanwhile. */
const MEMORY_PER_BYTE = 4

/** A body as it was read: text, or what may be large. */
export type ReadBody = string | ArrivingState | undefined

/** Told of a body that was read, or why it was not. */
type OnRead = (body: ReadBody, unread?: Refusal) => void

/**
 * Reads the body of a request: that of a state may be as large as a world, and becomes records as it
 * comes.
 * @param operation absent where none was found
 */
export function readRequest(
  request: IncomingMessage,
  operation: Operation | undefined,
  onRead: OnRead,
): void {
  if (operation?.id !== STATE || !hasBody(request)) {
    readBody(request, onRead)
    return
  }
  const state = arrivingState()
  const limit = stateLimit()
  const onTaken = (unread?: Refusal) =>
    onRead(unread ? undefined : state, unread && withAdvice(unread, limit))
  readInto(request, state, onTaken, limit)
}

/** Says what lets a larger state in. */
function withAdvice(refusal: Refusal, limit: number): Refusal {
  if (refusal.code !== 'body-too-large' || limit >= STATE_LIMIT) return refusal
  const advice = 'start the simulator with NODE_OPTIONS=--max-old-space-size=MB to let more in'
  return new Refusal('body-too-large', `${refusal.message}: ${advice}`)
}

/** Bytes of a state that are read: one that takes more memory than there is would end the process. */
function stateLimit(): number {
  const room = Math.floor(getHeapStatistics().heap_size_limit / MEMORY_PER_BYTE)
  return Math.max(LEAST_STATE, Math.min(STATE_LIMIT, room))
}

const STATE: OperationId = 'putState'

/** A request in the types of its spec; the body of a state is a `SentState`. */
export interface CheckedRequest {
  readonly path: Readonly<Record<string, unknown>>
  readonly query: Readonly<Record<string, unknown>>
  readonly body: unknown
}

/**
 * The request in the types of the spec.
 * @param sent its body; absent where none was sent
 * @throws Refusal naming everything that breaks it
 */
export function checked(
  operation: Operation,
  request: Request,
  sent: ReadBody,
): CheckedRequest | Promise<CheckedRequest> {
  const path: Record<string, unknown> = { ...request.params }
  const query = queryOf(operation, request.url)
  const problemsOf = (body: unknown) => {
    const fields: FieldProblem[] = []
    const request = defined({ path, query, header: {}, requestBody: body })
    const raw = operation.problems(request, fields)
    if (raw.length === 0) return raw
    if (operation.id === STATE && fields.some(isOfNoState)) return [NO_STATE]
    return plainProblems(raw, fields, operation.body?.shape)
  }
  if (typeof sent === 'object' && sent.size > 0)
    return sentState(sent, problemsOf).then((body) => ({ path, query, body }))

  const body = typeof sent === 'string' ? bodyOf(operation, sent) : undefined
  const problems = problemsOf(body)
  if (problems.length > 0) throw new Refusal('invalid-request', problems.join('; '))
  return { path, query, body }
}

const NO_STATE =
  'this is no state of a world: `esimulator state export` or GET /_sim/state writes one'

/** True where a document lacks what every state has. */
function isOfNoState({ rule, pointer }: FieldProblem): boolean {
  return rule === 'required' && /^\/(?:format|collections)$/.test(pointer)
}

function queryOf(operation: Operation, url: string): Record<string, unknown> {
  const query: Record<string, unknown> = {}
  for (const [name, value] of new URLSearchParams(url.split('?')[1] ?? '')) {
    if (!operation.query.has(name)) {
      const names = [...operation.query.keys()]
      const meant = nearest(name, names)
      const guess = meant === undefined ? '' : `: did you mean ?${meant}=?`
      const known = names.length > 0 ? `${guess ? ' It' : '; it'} knows ${names.join(', ')}` : ''
      const asked = `?${shortName(name)}=`
      throw new Refusal('invalid-request', `${operation.id} knows no ${asked}${guess}${known}`)
    }
    if (Object.hasOwn(query, name)) throw sentTwice(name)
    query[name] = value
  }
  return query
}

/** @throws Refusal for what is no JSON, or may be read in two ways */
function bodyOf(operation: Operation, text: string): unknown {
  if (!operation.body || text === '') return undefined

  const repeated: string[] = []
  const body = jsonBody(text, undefined, { freeCase: false, undocumented: repeated })
  if (repeated.length > 0)
    throw new Refusal('malformed-body', `the body has ${repeated.join(', ')}`)
  return body
}
