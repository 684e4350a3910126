// A request of the control API: its body read, and all of it checked against its operation.
import type { IncomingMessage } from 'node:http'
import express, { type Request, type RequestHandler } from 'express'
import { UnsafeBody, walkBody } from '../server/body-shape.ts'
import { BODY_LIMIT } from '../server/read-body.ts'
import { JSON_LIKE, type Operation } from '../server/spec.ts'
import { defined } from '../state/defined.ts'
import { Refusal } from '../state/refusal.ts'
import { isObject } from '../stores/json-shape.ts'

/** Bytes; a whole world is larger than any other body. */
const STATE_LIMIT = 256 * BODY_LIMIT

/**
 * What reads the body of an operation, where it has one; anything but JSON is
 * refused.
 */
export function bodyReaders(operation: Operation): RequestHandler[] {
  if (!operation.body) return []
  const limit = operation.id === 'putState' ? STATE_LIMIT : BODY_LIMIT
  return [refuseOtherTypes, express.json({ limit, strict: false, type: isJson })]
}

const refuseOtherTypes: RequestHandler = ({ headers }, _response, next) => {
  const hasBody =
    headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
  if (!hasBody || isJson({ headers })) return next()

  const type = headers['content-type'] ?? 'no type at all'
  const reason = `the body was sent as ${type}: send application/json`
  next(new Refusal('unsupported-media-type', reason))
}

function isJson({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  return JSON_LIKE.test(headers['content-type'] ?? '')
}

/**
 * The request in the types of the spec.
 * @throws Refusal naming everything that breaks it
 */
export function checked(operation: Operation, request: Request) {
  const path: Record<string, unknown> = { ...request.params }
  const query = queryOf(operation, request.url)
  const body = operation.id === 'putState' ? safeState(request.body) : safeBody(request.body)
  const problems = operation.problems(defined({ path, query, header: {}, requestBody: body }))
  if (problems.length > 0) throw new Refusal('invalid-request', problems.join('; '))
  return { path, query, body }
}

function queryOf(operation: Operation, url: string): Record<string, unknown> {
  const query: Record<string, unknown> = {}
  for (const [name, value] of new URLSearchParams(url.split('?')[1] ?? '')) {
    if (!operation.query.has(name)) {
      const names = [...operation.query.keys()]
      const known = names.length > 0 ? `; it knows ${names.join(', ')}` : ''
      throw new Refusal('invalid-request', `${operation.id} knows no ?${name}=${known}`)
    }
    query[name] = value
  }
  return query
}

function safeBody(body: unknown): unknown {
  try {
    return walkBody(body, undefined, { freeCase: false, undocumented: [] })
  } catch (error) {
    if (error instanceof UnsafeBody) throw new Refusal('malformed-body', error.message)
    throw error
  }
}

/**
 * Records are kept in maps, where any text may be a key: what a user calls `__proto__` in a seed
 * file comes back. The records themselves may have no such name in them.
 */
function safeState(body: unknown): unknown {
  if (!isObject(body) || !isObject(body.collections)) return safeBody(body)

  const { collections, ...rest } = body
  safeBody(rest)
  for (const records of Object.values(collections))
    if (isObject(records)) for (const record of Object.values(records)) safeBody(record)
  return body
}
