// What every request has: the node it is for, its transaction, and what strictness demands of it.
import { defined } from '../../state/defined.ts'
import { Refusal } from '../../state/refusal.ts'
import type { World } from '../../state/world.ts'
import type { Call } from '../call.ts'
import { fingerprintOf } from '../fingerprint.ts'
import type { WholesaleRefusal } from './errors.ts'
import { type Action, type NewTransaction, transactionKey, transactions } from './records.ts'

type AnyCall = Pick<Call, 'header' | 'now'> & {
  readonly query: { readonly wholesaleCustomerId?: string }
  readonly settings: { readonly strict: boolean }
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/**
 * The sub-node a request is for; `undefined` for the partner itself.
 * @throws Refusal `invalid-request` where two are named
 */
export function nodeOf({ header, query }: AnyCall): string | undefined {
  const inHeader = header('wholesalecustomerid')
  const inQuery = query.wholesaleCustomerId
  if (inHeader !== undefined && inQuery !== undefined && inHeader !== inQuery)
    throw new Refusal(
      'invalid-request',
      `wholesaleCustomerId is ${inHeader} in the header and ${inQuery} in the query`,
    )
  return inHeader ?? inQuery
}

/**
 * With the setting `strict`, refuses what the document's text rules out and its own examples have.
 * @param problems those of the operation, beside what holds for every request
 * @throws Refusal `invalid-request` naming all of them
 */
export function refuseWhereStrict(
  { header, settings }: AnyCall,
  problems: readonly (string | false)[] = [],
): void {
  if (!settings.strict) return

  const correlationId = header('x-correlation-id')
  const isLoose = correlationId !== undefined && !UUID.test(correlationId)
  const broken = [isLoose && 'x-correlation-id must match format "uuid"', ...problems].filter(
    (problem) => problem !== false,
  )
  if (broken.length > 0) throw new Refusal('invalid-request', `${broken.join('; ')}: strict is on`)
}

/** The transaction a request asks for. */
export function newTransaction(
  call: AnyCall,
  body: { readonly partnerTransactionId: string },
  action: Action,
): NewTransaction {
  return defined({
    id: body.partnerTransactionId,
    action,
    requestedAt: call.now,
    fingerprint: fingerprintOf(body),
    node: nodeOf(call),
    correlationId: call.header('x-correlation-id'),
  })
}

/**
 * True where this very request was taken before.
 * @throws Refusal `transaction-reused` where another one was, under the same id
 */
export function isDuplicate(world: World, transaction: NewTransaction): boolean {
  const before = world.in(transactions).get(transactionKey(transaction))
  if (before && before.fingerprint !== transaction.fingerprint)
    throw new Refusal<WholesaleRefusal>(
      'transaction-reused',
      `the transaction ${transaction.id} was another request: ${before.action}`,
    )
  return before !== undefined
}
