// The stock: SIMs nobody has yet, cards and eSIMs.
import { mintImsi, mintMatchingId, SMDP_ADDRESS } from '../../state/identifiers.ts'
import type { ActivationCode } from '../../state/installation-code.ts'
import type { World } from '../../state/world.ts'
import { type StockSim, stockSims } from './records.ts'

/** A test network (invented). */
const IMSI_PREFIX = '313340'

/**
 * Puts a SIM in stock.
 * @param code what installs an eSIM; made up unless given
 */
export function addSim(
  world: World,
  iccid: string,
  kind: StockSim['kind'],
  code?: ActivationCode,
): void {
  const matchingId = kind === 'esim' ? mintMatchingId(world.random) : ''
  world.in(stockSims).put({
    smdpAddress: SMDP_ADDRESS,
    matchingId,
    ...code,
    iccid,
    imsi: mintImsi(world.random, IMSI_PREFIX),
    kind,
    serial: world.next('wholesale.sim'),
  })
}
