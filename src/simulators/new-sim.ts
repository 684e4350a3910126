// A SIM of a provider that has no stock of them: made up when it is ordered.
import { mintIccid, mintImsi, mintMatchingId, SMDP_ADDRESS } from '../state/identifiers.ts'
import { type Sim, sims } from '../state/sims.ts'
import type { World } from '../state/world.ts'

/** What is to be known of a SIM before it is there. */
export interface NewSim {
  /** The slug of its provider. */
  readonly provider: string
  /** Digits its ICCID begins with: 89, a country, an issuer; nobody's unless given. */
  readonly iccidPrefix?: string
  /** Digits its IMSI begins with: MCC and MNC; nobody's unless given. */
  readonly imsiPrefix?: string
  /** Whether its service is on from the start; it is unless told. */
  readonly service?: Sim['service']
}

/** A new eSIM with an activation code that nobody has downloaded. */
export function newSim(
  world: World,
  { provider, iccidPrefix = '8999900', imsiPrefix = '99999', service = 'active' }: NewSim,
): Sim {
  return world.in(sims).put({
    provider,
    iccid: mintIccid(world.random, iccidPrefix),
    imsi: mintImsi(world.random, imsiPrefix),
    smdpAddress: SMDP_ADDRESS,
    matchingId: mintMatchingId(world.random),
    profile: 'released',
    service,
    serial: world.next('sim'),
    createdAt: world.now,
  })
}
