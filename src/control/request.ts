// A request of the control API: its body read, and all of it checked against its operation.
import type { Request } from 'express'
import type { BodyRules } from '../server/body-shape.ts'
import { shortName } from '../server/bounded.ts'
import { jsonBody, parsedJson, safeBody } from '../server/json-body.ts'
import { sentTwice } from '../server/query.ts'
import { BODY_LIMIT } from '../server/read-body.ts'
import type { Operation } from '../server/spec.ts'
import { defined } from '../state/defined.ts'
import { Refusal } from '../state/refusal.ts'
import { isObject } from '../stores/json-shape.ts'

/** Bytes; a whole world is larger than any other body. */
const STATE_LIMIT = 256 * BODY_LIMIT

const STATE = 'putState'
const STATE_RULES: BodyRules = { freeCase: false, undocumented: [] }

/** How large a body may be, in bytes. */
export function bodyLimit(operation: Operation | undefined): number {
  return operation?.id === STATE ? STATE_LIMIT : BODY_LIMIT
}

/**
 * The request in the types of the spec.
 * @param text its body; absent where none was sent
 * @throws Refusal naming everything that breaks it
 */
export function checked(operation: Operation, request: Request, text: string | undefined) {
  const path: Record<string, unknown> = { ...request.params }
  const query = queryOf(operation, request.url)
  const body = bodyOf(operation, text)
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
      const asked = `?${shortName(name)}=`
      throw new Refusal('invalid-request', `${operation.id} knows no ${asked}${known}`)
    }
    if (Object.hasOwn(query, name)) throw sentTwice(name)
    query[name] = value
  }
  return query
}

/** @throws Refusal for what is no JSON, or may be read in two ways */
function bodyOf(operation: Operation, text: string | undefined): unknown {
  if (!operation.body || text === undefined || text === '') return undefined

  // A state is what was read here; looking for what others may read differently would take long.
  if (operation.id === STATE) return safeState(parsedJson(text))
  const repeated: string[] = []
  const body = jsonBody(text, undefined, { freeCase: false, undocumented: repeated })
  if (repeated.length > 0)
    throw new Refusal('malformed-body', `the body has ${repeated.join(', ')}`)
  return body
}

/**
 * Records are kept in maps, where any text may be a key: what a user calls `__proto__` in a seed
 * file comes back. The records themselves may have no such name in them.
 */
function safeState(body: unknown): unknown {
  const safe = (value: unknown) => safeBody(value, undefined, STATE_RULES)
  if (!isObject(body) || !isObject(body.collections)) return safe(body)

  const { collections, ...rest } = body
  safe(rest)
  for (const records of Object.values(collections))
    if (isObject(records)) for (const record of Object.values(records)) safe(record)
  return body
}
