// What every request has: the node it is for, its transaction, and what the text of the document demands of it.
import { createHash } from 'node:crypto'
import { Refusal } from '../../state/refusal.ts'
import type { World } from '../../state/world.ts'
import type { Call } from '../call.ts'
import type { WholesaleRefusal } from './errors.ts'
import type { Opening } from './provisioning.ts'
import { type Action, transactionKey, transactions } from './records.ts'

type AnyCall = Pick<Call, 'header' | 'now'> & {
  readonly query: { readonly wholesaleCustomerId?: string }
  readonly settings: { readonly strict: boolean }
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** The sub-node a request is for; `undefined` for the partner itself. @throws Refusal `invalid-request` where two are named */
export function nodeOf({ header, query }: AnyCall): string | undefined {
  const [inHeader, inQuery] = [header('wholesalecustomerid'), query.wholesaleCustomerId]
  if (inHeader !== undefined && inQuery !== undefined && inHeader !== inQuery)
    throw new Refusal(
      'invalid-request',
      `wholesaleCustomerId is ${inHeader} in the header and ${inQuery} in the query`,
    )
  return inHeader ?? inQuery
}

/**
 * What the text demands and its own examples break, with the setting `strict`; `problems` are those of the operation.
 * @throws Refusal `invalid-request` naming all of them
 */
export function checkText(
  { header, settings }: AnyCall,
  problems: readonly (string | false)[] = [],
): void {
  if (!settings.strict) return
  const loose = !UUID.test(header('x-correlation-id') ?? '00000000-0000-0000-0000-000000000000')
  const found = [loose && 'x-correlation-id must match format "uuid"', ...problems].filter(
    (each) => each !== false,
  )
  if (found.length > 0) throw new Refusal('invalid-request', `${found.join('; ')}: strict is on`)
}

/** For JSON that does not depend on the order fields came in. */
const inOrder = (_name: string, value: unknown) =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value

/** What is known of a request's transaction from the request itself. */
export function opening(
  call: AnyCall,
  body: { readonly partnerTransactionId: string },
  action: Action,
): Opening {
  const [node, correlationId] = [nodeOf(call), call.header('x-correlation-id')]
  return {
    ...{ id: body.partnerTransactionId, action, requestedAt: call.now },
    fingerprint: createHash('sha256').update(JSON.stringify(body, inOrder)).digest('hex'),
    ...(node === undefined ? {} : { node }),
    ...(correlationId === undefined ? {} : { correlationId }),
  }
}

/** True where this very request was taken before. @throws Refusal `transaction-reused` where another one was */
export function isDuplicate(world: World, asked: Opening): boolean {
  const before = world.in(transactions).get(transactionKey(asked))
  if (before && before.fingerprint !== asked.fingerprint)
    throw new Refusal<WholesaleRefusal>(
      'transaction-reused',
      `the transaction ${asked.id} was another request: ${before.action}`,
    )
  return before !== undefined
}
