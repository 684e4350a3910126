// The stock: SIMs nobody has yet, cards and eSIMs.
import { mintImsi, mintMatchingId, SMDP_ADDRESS } from '../../state/identifiers.ts'
import type { World } from '../../state/world.ts'
import { type StockSim, stockSims } from './records.ts'

/** A test network (invented). */
const IMSI_PREFIX = '313340'

/** Puts a SIM in stock. */
export function addSim(world: World, iccid: string, kind: StockSim['kind']): void {
  const matchingId = kind === 'esim' ? mintMatchingId(world.random) : ''
  world.in(stockSims).put({
    iccid,
    imsi: mintImsi(world.random, IMSI_PREFIX),
    kind,
    smdpAddress: SMDP_ADDRESS,
    matchingId,
    serial: world.next('wholesale.sim'),
  })
}
