// Problem details (RFC 9457): every refusal of the control API, with what to do next.
import { STATUS_CODES } from 'node:http'
import { HeldElsewhere } from '../server/replicas/held-elsewhere.ts'
import { reasonOf } from '../state/reason.ts'
import { type AnyRefusal, Refusal } from '../state/refusal.ts'
import { StoreError } from '../stores/store.ts'
import type { Schemas } from './operations.ts'

export type Problem = Schemas['Problem']

export const PROBLEM_TYPE = 'application/problem+json'

const STATUS_OF: Readonly<Record<string, number>> = {
  'malformed-body': 400,
  'invalid-request': 400,
  unauthorized: 401,
  forbidden: 403,
  'not-found': 404,
  'unknown-route': 404,
  'method-not-allowed': 405,
  'wrong-state': 409,
  busy: 409,
  'body-too-large': 413,
  'unsupported-media-type': 415,
  'expectation-failed': 417,
  'unreadable-body': 500,
  internal: 500,
  'reply-violates-spec': 500,
  'not-implemented': 501,
  'writes-refused': 503,
  'not-opened': 503,
  'not-ready': 503,
}

/** A refusal as a problem. */
export function problemOf(refusal: AnyRefusal): Problem {
  const status = STATUS_OF[refusal.code] ?? 409
  return {
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail: refusal.message,
    code: refusal.code,
  }
}

/** The refusal that a thrown thing amounts to. What is none is ours, and a 500. */
export function asRefusal(error: unknown): AnyRefusal {
  if (error instanceof Refusal) return error
  if (error instanceof HeldElsewhere) return new Refusal('writes-refused', error.message)
  if (error instanceof StoreError) return new Refusal<'not-opened'>('not-opened', error.message)
  const reason = reasonOf(error)
  const ours = new Refusal('internal', `this is a mistake of the simulator: ${reason}`)
  return urlRefusal(error) ?? ours
}

/** What Express throws for a URL that it cannot read. */
function urlRefusal(error: unknown): Refusal | undefined {
  if (!(error instanceof Error) || !('status' in error) || error.status !== 400) return undefined
  return new Refusal('invalid-request', error.message)
}
