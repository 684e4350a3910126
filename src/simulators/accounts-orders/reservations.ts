// What an order reserves: a number and a SIM profile that nobody has had.
import { mintIccid, mintImsi, mintMatchingId } from '../../state/identifiers.ts'
import type { World } from '../../state/world.ts'
import { type ReservedSim, SLUG } from './records.ts'

/** As far as they go, in ranges that are kept for films. */
const FIRST_NUMBERS = { US: 12_025_550_100, DE: 4_917_139_200_000, others: 447_700_900_000 }
const ICCID_PREFIX = '8944538'
const IMSI_PREFIX = '23425'

/** A number of a country; one that a canceled order reserved is not given again. */
export function nextNumber(world: World, country: string): string {
  const range = country === 'US' || country === 'DE' ? country : 'others'
  return String(FIRST_NUMBERS[range] + world.next(`${SLUG}.number.${range}`) - 1)
}

/** A SIM profile, not downloaded by anyone yet. */
export function reserveSim({ random }: World): ReservedSim {
  const matchingId = mintMatchingId(random)
  const iccid = mintIccid(random, ICCID_PREFIX)
  const imsi = mintImsi(random, IMSI_PREFIX)
  return { iccid, imsi, matchingId }
}
