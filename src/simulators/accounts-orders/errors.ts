// How accounts-orders words a refusal: {"type", "messages"}; its token endpoint, as OAuth2 does.
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
 * Refusals only accounts-orders has; those of its token endpoint are worded as
 * RFC 6749 says.
 */
export type AccountsOrdersRefusal =
  | 'unknown-account'
  | 'inactive-account'
  | 'unknown-template'
  | 'unknown-subscription'
  | 'wrong-account'
  | 'terminated-subscription'
  | 'order-pending'
  | 'two-subscribers'
  | 'unauthorised-sender'
  | 'key-reused'

/** Status and type, the body of a sister product (inferred). */
const table: Readonly<
  Record<CommonRefusal | AccountsOrdersRefusal, readonly [status: number, type: string]>
> = {
  'unknown-account': [404, 'ACCOUNT_NOT_FOUND'],
  'inactive-account': [409, 'ACCOUNT_NOT_ACTIVE'],
  'unknown-template': [404, 'ORDER_TEMPLATE_NOT_FOUND'],
  'unknown-subscription': [404, 'SUBSCRIPTION_NOT_FOUND'],
  'wrong-account': [409, 'SUBSCRIPTION_NOT_IN_ACCOUNT'],
  'terminated-subscription': [409, 'SUBSCRIPTION_TERMINATED'],
  'order-pending': [409, 'ORDER_PENDING'],
  'two-subscribers': [409, 'SUBSCRIBER_AMBIGUOUS'],
  'unauthorised-sender': [403, 'ACCESS_DENIED'],
  'key-reused': [409, 'IDEMPOTENCY_KEY_REUSED'],
  'wrong-state': [409, 'INVALID_SUBSCRIPTION_STATE'],
  'not-found': [404, 'NOT_FOUND'],
  'unknown-world': [404, 'NOT_FOUND'],
  'unknown-route': [404, 'NOT_FOUND'],
  'method-not-allowed': [405, 'METHOD_NOT_ALLOWED'],
  unauthorized: [401, 'UNAUTHORISED'],
  forbidden: [403, 'ACCESS_DENIED'],
  'body-too-large': [413, 'INVALID_HTTP_MESSAGE'],
  'unsupported-media-type': [415, 'INVALID_HTTP_MESSAGE'],
  'not-acceptable': [406, 'UNACCEPTABLE'],
  'expectation-failed': [417, 'INVALID_HTTP_MESSAGE'],
  'unreadable-body': [500, 'INTERNAL_ERROR'],
  'malformed-body': [400, 'INVALID_HTTP_MESSAGE'],
  'invalid-request': [400, 'INVALID_REQUEST_PARAMS'],
  busy: [503, 'SERVICE_UNAVAILABLE'],
  'not-implemented': [501, 'NOT_IMPLEMENTED'],
  'writes-refused': [503, 'SERVICE_UNAVAILABLE'],
  'reply-violates-spec': [500, 'INTERNAL_ERROR'],
  internal: [500, 'INTERNAL_ERROR'],
}

/** What a caller is told; several violations are several messages. */
function messagesOf({ code, message }: AnyRefusal): string[] {
  if (code === 'unauthorized') return ['The access token is missing or is not good']
  if (code === 'internal') return ['Internal error']
  return code === 'invalid-request' ? message.split('; ') : [message]
}

/** Every code there are words for. */
export const refusalCodes: readonly string[] = [...Object.keys(table), ...tokenRefusalCodes]

export function refusalReply(refusal: AnyRefusal, operation: string | undefined): Reply {
  if (operation === 'issueToken') return wordTokenRefusal(refusal)

  const [status, type] = Object.hasOwn(table, refusal.code)
    ? table[refusal.code as keyof typeof table]
    : table.internal
  const body = { type, messages: messagesOf(refusal) }
  return refusal.code === 'unauthorized'
    ? { status, body, headers: bearerChallenge(refusal) }
    : { status, body }
}

/** What to do about each. */
export const advice: Readonly<Record<AccountsOrdersRefusal | TokenRefusal, string>> = {
  ...tokenAdvice,
  'unknown-account': 'use an account that listAccounts has',
  'inactive-account': 'use an account that is active',
  'unknown-template': 'use an order template that there is',
  'unknown-subscription': 'use a subscription that there is: GET /_sim/sims lists the SIMs',
  'wrong-account': 'use the account that the reason names',
  'terminated-subscription': 'use another subscription: one that is terminated does not come back',
  'order-pending': 'wait until the order is done: POST /_sim/clock/advance {"by": "PT2M"}',
  'two-subscribers': 'send the email and the employee id of one person',
  'unauthorised-sender': 'send from a number that may: the reason says what this one lacks',
  'key-reused': 'send each request under an Idempotency-Key of its own',
}
