// How the wholesale API words a refusal: {"status":"Failure","code","message"}.
import type { AnyRefusal, CommonRefusal } from '../../state/refusal.ts'
import type { Reply } from '../call.ts'
import {
  bearerChallenge,
  type TokenRefusal,
  tokenAdvice,
  tokenRefusalCodes,
  wordTokenRefusal,
} from '../client-credentials.ts'

/**
 * Refusals only the wholesale API has; those of its token endpoint are worded
 * as RFC 6749 says.
 */
export type WholesaleRefusal =
  | 'unknown-plan'
  | 'unknown-bucket'
  | 'wrong-product'
  | 'no-coverage'
  | 'incompatible-device'
  | 'eid-required'
  | 'wrong-reservation'
  | 'unknown-sim'
  | 'unknown-reservation'
  | 'unknown-transaction'
  | 'sim-unavailable'
  | 'number-active'
  | 'number-reserved'
  | 'transaction-reused'
  | 'rate-limited'

/**
 * Status and code; and what is said instead of the reason, where that is not for the partner. All
 * of it is invented but the statuses, which sister APIs have.
 */
const table: Readonly<
  Record<
    CommonRefusal | WholesaleRefusal,
    readonly [status: number, code: string, message?: string]
  >
> = {
  'unknown-plan': [400, 'PLAN_NOT_FOUND'],
  'unknown-bucket': [400, 'BUCKET_NOT_FOUND'],
  'wrong-product': [400, 'INVALID_PRODUCT_ACTION'],
  'no-coverage': [400, 'NO_COVERAGE'],
  'incompatible-device': [400, 'DEVICE_NOT_COMPATIBLE'],
  'eid-required': [400, 'EID_REQUIRED'],
  'wrong-reservation': [400, 'RESERVATION_MISMATCH'],
  'unknown-sim': [404, 'SIM_NOT_FOUND'],
  'unknown-reservation': [404, 'RESERVATION_NOT_FOUND'],
  'unknown-transaction': [404, 'TRANSACTION_NOT_FOUND', 'Transaction not found'],
  'sim-unavailable': [409, 'SIM_NOT_AVAILABLE'],
  'number-active': [409, 'NUMBER_ALREADY_ACTIVE'],
  'number-reserved': [409, 'NUMBER_RESERVED'],
  'transaction-reused': [409, 'TRANSACTION_ID_REUSED'],
  'rate-limited': [429, 'TOO_MANY_REQUESTS', 'Too many requests'],
  'not-found': [404, 'SUBSCRIPTION_NOT_FOUND', 'Subscription not found'],
  'wrong-state': [409, 'INVALID_SUBSCRIPTION_STATE'],
  busy: [409, 'REQUEST_IN_PROGRESS'],
  'unknown-world': [404, 'NOT_FOUND'],
  'unknown-route': [404, 'NOT_FOUND'],
  'method-not-allowed': [405, 'METHOD_NOT_ALLOWED'],
  unauthorized: [401, 'UNAUTHORIZED', 'A valid access token is required'],
  forbidden: [403, 'FORBIDDEN'],
  'body-too-large': [413, 'PAYLOAD_TOO_LARGE'],
  'unsupported-media-type': [415, 'UNSUPPORTED_MEDIA_TYPE'],
  'not-acceptable': [406, 'NOT_ACCEPTABLE'],
  'expectation-failed': [417, 'EXPECTATION_FAILED'],
  'unreadable-body': [500, 'INTERNAL_ERROR'],
  'malformed-body': [400, 'MALFORMED_REQUEST'],
  'invalid-request': [400, 'INVALID_REQUEST'],
  'not-implemented': [501, 'NOT_IMPLEMENTED'],
  'writes-refused': [503, 'SERVICE_UNAVAILABLE'],
  'reply-violates-spec': [500, 'INTERNAL_ERROR'],
  internal: [500, 'INTERNAL_ERROR', 'Internal error'],
}

/** Seconds after which to try again (invented). */
const A_WHILE = '5'

/** Every code there are words for. */
export const refusalCodes: readonly string[] = [...Object.keys(table), ...tokenRefusalCodes]

export function refusalReply(refusal: AnyRefusal, operation: string | undefined): Reply {
  if (operation === 'issueToken') return wordTokenRefusal(refusal)

  const [status, code, message = refusal.message] = Object.hasOwn(table, refusal.code)
    ? table[refusal.code as keyof typeof table]
    : table.internal
  const body = { status: 'Failure', code, message }
  if (status === 401) return { status, body, headers: bearerChallenge(refusal) }
  return status === 429 ? { status, body, headers: { 'Retry-After': A_WHILE } } : { status, body }
}

/** What to do about each. */
export const advice: Readonly<Record<WholesaleRefusal | TokenRefusal, string>> = {
  ...tokenAdvice,
  'unknown-plan': 'use a plan there is: specs/README.md names them',
  'unknown-bucket': 'use an allowance of the plan, or leave it to the plan',
  'wrong-product': 'add a product that the line lacks, or change one that it has',
  'no-coverage': 'use another ZIP: this one stands for no coverage',
  'incompatible-device': 'use another device: this one stands for an incompatible one',
  'eid-required': 'send the eid of the device with an eSIM',
  'wrong-reservation': 'send the number that the reservation is of, or none',
  'unknown-sim': 'use a SIM in stock: `cards` and `esims` of the seed file put them there',
  'unknown-reservation': 'use a reservation there is: `reservations` of the seed file makes them',
  'unknown-transaction': 'use the partnerTransactionId of a request that was acknowledged',
  'sim-unavailable': 'use another SIM, or put more into the stock: `esims` of the seed file',
  'number-active': 'use a number that no line has',
  'number-reserved': 'send the reservation with the number, or use another number',
  'transaction-reused': 'give each request a partnerTransactionId of its own',
  'rate-limited': 'use another partnerTransactionId: this one stands for a rate limit',
}
