// Revoking at eSIM Go, for tests: the call, and what it can be expected to answer.
import type { Schemas, TestSim } from './esim-go.ts'

export type Revoked = Schemas['RevokeResult']

/** What a revoke is answered that gives its value back to the inventory. */
export const TO_INVENTORY = {
  status: 'Successfully Revoked Bundle, bundle has been refunded to inventory',
}
export const TO_BALANCE = {
  status: 'Successfully Revoked Bundle, bundle has been refunded to balance',
}
export const NOTHING_BACK = { status: 'Successfully Revoked Bundle' }

/** @param query as `type=validate&offerId=1` */
export function revoke(sim: TestSim, iccid: string, name: string, query = '') {
  return sim.call<Revoked>('DELETE', `/esims/${iccid}/bundles/${name}${query && `?${query}`}`)
}

/** The same for one assignment. */
export function revokeOne(
  sim: TestSim,
  iccid: string,
  name: string,
  id: string | undefined,
  query = '',
  word = 'assignments',
) {
  return sim.call<Revoked>(
    'DELETE',
    `/esims/${iccid}/bundles/${name}/${word}/${id}${query && `?${query}`}`,
  )
}

/** The offer of a refund to the balance. */
export async function offerOf(sim: TestSim, iccid: string, name: string): Promise<string> {
  const { body } = await revoke(sim, iccid, name, 'type=validate')
  const offer = body.options?.find(({ refundTo }) => refundTo === 'balance')?.offerId
  if (offer === undefined)
    throw new Error(`no refund to the balance is offered: ${JSON.stringify(body)}`)
  return offer
}
