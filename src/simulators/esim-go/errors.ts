// How eSIM Go words a refusal: always {"message": ...}; which status, and how much it tells.
import type { AnyRefusal, CommonRefusal } from '../../state/refusal.ts'
import type { Reply } from '../call.ts'
import type { SettingValues } from '../simulator.ts'
import { isSince, V24, V25 } from './versions.ts'

/** Codes of refusals that only eSIM Go has. */
export type EsimGoRefusal =
  | 'foreign-esim'
  | 'none-in-inventory'
  | 'unknown-bundle'
  | 'unknown-order'
  | 'incompatible'
  | 'insufficient-balance'
  | 'deactivated'
  | 'gone'
  | 'not-by-consumption'
  | 'rate-limited'
  | 'no-card'
  | 'card-declined'
  | 'no-msisdn'

type Code = CommonRefusal | EsimGoRefusal

/**
 * Status and message; `true` tells the reason itself. One 403 with one text covers a bad key, an
 * eSIM that is not yours and an empty inventory, as the real API does (public); its exact texts are
 * not known, so these are invented.
 */
const table: Readonly<Record<Code, readonly [status: number, message: string | true]>> = {
  'unknown-world': [404, true],
  'unknown-route': [404, 'not found'],
  'method-not-allowed': [405, 'method not allowed'],
  unauthorized: [403, 'access denied'],
  forbidden: [403, true],
  'foreign-esim': [403, 'access denied'],
  'none-in-inventory': [403, 'access denied'],
  'body-too-large': [413, true],
  'unsupported-media-type': [415, true],
  'not-acceptable': [406, true],
  'expectation-failed': [417, true],
  'unreadable-body': [500, true],
  'malformed-body': [400, true],
  'invalid-request': [400, true],
  'unknown-bundle': [400, true],
  'unknown-order': [400, true],
  incompatible: [400, true],
  'insufficient-balance': [400, 'insufficient balance'],
  deactivated: [400, true],
  gone: [410, true],
  'not-by-consumption': [403, 'access denied'],
  'rate-limited': [429, 'Rate limit exceeded'],
  'no-card': [400, true],
  'card-declined': [400, 'the card was declined'],
  'no-msisdn': [400, true],
  'not-found': [400, true],
  'wrong-state': [400, true],
  busy: [503, true],
  'not-implemented': [501, true],
  'writes-refused': [503, true],
  'reply-violates-spec': [500, true],
  internal: [500, 'internal server error'],
}

/** Seconds after which to try again, where nothing better is known (invented). */
const A_WHILE = 5

function isCode(code: string): code is Code {
  return Object.hasOwn(table, code)
}

function retryAfter({ detail }: AnyRefusal): string {
  return String(detail.retryAfter ?? A_WHILE)
}

/** True where the document of the operation lists 401 and no 403. */
function lists401(operation: string | undefined, basePath = V24): boolean {
  return operation === 'createOrder' || (operation === 'getNetworks' && !isSince(V25, basePath))
}

/** Every code there are words for. */
export const refusalCodes: readonly string[] = Object.keys(table)

export function refusalReply(
  refusal: AnyRefusal,
  operation: string | undefined,
  _values?: SettingValues,
  basePath?: string,
): Reply {
  const [status, message] = table[isCode(refusal.code) ? refusal.code : 'internal']
  const has401 = lists401(operation, basePath)
  if (has401 && refusal.code === 'unauthorized')
    return { status: 401, body: { message: 'unauthorized' } }
  if (has401 && status === 403 && refusal.code !== 'forbidden')
    return { status: 400, body: { message: refusal.message } }

  const body = { message: message === true ? refusal.message : message }
  return status === 429 || status === 503
    ? { status, body, headers: { 'Retry-After': retryAfter(refusal) } }
    : { status, body }
}

/** What to do about each. */
export const advice: Readonly<Record<EsimGoRefusal, string>> = {
  'foreign-esim': 'use an eSIM of this account: listEsims and GET /_sim/sims list them',
  'none-in-inventory':
    'buy the bundle first: createOrder with "assign": false puts it into the inventory',
  'unknown-bundle': 'use a name that getCatalogue lists',
  'unknown-order': 'use the orderReference that the order or the application was answered with',
  incompatible:
    'choose a bundle that fits the eSIM, or let a new eSIM be taken: "allowReassign": true',
  'insufficient-balance': 'top the balance up, or begin with more: `balance` of the seed file',
  deactivated: 'use another eSIM: one that is deactivated does not come back',
  gone: 'use another eSIM: this one is deactivated',
  'not-by-consumption': 'turn the setting `consumptionBilling` on',
  'rate-limited': 'wait as long as Retry-After says, or raise the setting `rateLimit`',
  'no-card': 'begin with a card: `savedCard` of the seed file',
  'card-declined': 'top up another amount: this one stands for a declined card',
  'no-msisdn': 'use an eSIM that has a number: `msisdn` of an eSIM in the seed file',
}
