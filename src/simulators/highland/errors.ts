// How Highland words a refusal: {"status":"failure","details":"..."}.
import type { AnyRefusal, CommonRefusal } from '../../state/refusal.ts'
import type { Reply } from '../call.ts'
import type { SettingValues } from '../simulator.ts'

/** Refusals only Highland has. */
export type HighlandRefusal =
  | 'unknown-company'
  | 'duplicate-company'
  | 'unknown-esim'
  | 'duplicate-esim'
  | 'already-acquired'
  | 'out-of-stock'
  | 'unknown-product'
  | 'wrong-market'
  | 'no-product'
  | 'unknown-code'
  | 'expired-code'

/** A refusal by the rules: its status is a setting. */
const RULES = 'failureStatus'
const reason = ({ message }: AnyRefusal) => message
type Wording = readonly [status: typeof RULES | number, text: string | typeof reason]

/**
 * Of the texts only the one for an empty stock is known. An eSIM of another company is worded as
 * one there is not; the journal tells them apart.
 */
const table: Readonly<Record<CommonRefusal | HighlandRefusal, Wording>> = {
  'unknown-company': [RULES, 'Company not found.'],
  'duplicate-company': [RULES, 'Company is already onboarded.'],
  'unknown-esim': [RULES, 'eSIM not found.'],
  'duplicate-esim': [RULES, reason],
  'already-acquired': [RULES, 'eSIM is already acquired.'],
  'out-of-stock': [RULES, 'No more eSIM available for activation.'],
  'unknown-product': [RULES, 'Product not found.'],
  'wrong-market': [RULES, 'Product is not in this market.'],
  'no-product': [RULES, 'eSIM has no such product.'],
  'unknown-code': [404, 'Bar code not found.'],
  'expired-code': [410, 'Bar code has expired.'],
  'wrong-state': [RULES, ({ detail }) => `eSIM is already ${detail.state}.`],
  'not-found': [RULES, reason],
  'unknown-world': [404, reason],
  'unknown-route': [404, 'Not found.'],
  'method-not-allowed': [405, 'Method not allowed.'],
  unauthorized: [401, 'Unauthorized.'],
  forbidden: [403, reason],
  'body-too-large': [413, reason],
  'unsupported-media-type': [415, reason],
  'not-acceptable': [406, reason],
  'expectation-failed': [417, reason],
  'unreadable-body': [500, reason],
  'malformed-body': [400, reason],
  'invalid-request': [400, reason],
  busy: [503, reason],
  'not-implemented': [501, reason],
  'writes-refused': [503, reason],
  'reply-violates-spec': [500, reason],
  internal: [500, 'Internal server error.'],
}

/** Every code there are words for. */
export const refusalCodes: readonly string[] = Object.keys(table)

export function refusalReply(
  refusal: AnyRefusal,
  _operation: string | undefined,
  values: SettingValues = {},
): Reply {
  const [status, text] = Object.hasOwn(table, refusal.code)
    ? table[refusal.code as keyof typeof table]
    : table.internal
  const details = typeof text === 'string' ? text : text(refusal)
  return {
    status: status === RULES ? Number(values[RULES] ?? 200) : status,
    body: { status: 'failure', details },
  }
}

/** What to do about each. */
export const advice: Readonly<Record<HighlandRefusal, string>> = {
  'unknown-company': 'use the id of a company that was onboarded: onboardCompany does it',
  'duplicate-company': 'onboard each company once: this one has an id already',
  'unknown-esim': 'use an eSIM that this company has acquired: GET /_sim/sims lists all',
  'duplicate-esim': 'add eSIMs that are not in stock yet',
  'already-acquired': 'acquire another eSIM: this one is taken',
  'out-of-stock': 'put eSIMs into the stock: addInventory, or `esims` of the seed file',
  'unknown-product': 'use an id that listProducts has, or add a line to the setting `products`',
  'wrong-market': 'ask for the product in the market that the reason names',
  'no-product': 'give the eSIM a product first: addProduct',
  'unknown-code': 'use the URL of the bar code as it was answered',
  'expired-code':
    'acquire anew; the setting `installationCodeLifetime` says how long a code is good',
}
