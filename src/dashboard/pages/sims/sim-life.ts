// All that one page about a SIM shows, asked of the simulator together.
import { ControlError } from '../../../control/client.ts'
import type { StreamEvent } from '../../../control/stream-events.ts'
import type {
  LifecycleShown,
  MessageShown,
  OneSimShown,
  UnsentCallbackShown,
  UpcomingShown,
} from '../../../control/wire.ts'
import { world } from '../../client.ts'

export interface SimLife {
  readonly sim: OneSimShown
  /** What is due next for it, the earliest first. */
  readonly upcoming: readonly UpcomingShown[]
  /** Mails and SMS that name it, newest first. */
  readonly messages: readonly MessageShown[]
  /** Callbacks that were due and were not sent, newest first. */
  readonly unsent: readonly UnsentCallbackShown[]
  readonly lifecycles: readonly LifecycleShown[]
}

/** The providers of an ICCID that several have. */
export interface SeveralSims {
  readonly providers: readonly string[]
}

/** How many messages, and how much that is due, are shown. */
const SHOWN = 50

/**
 * Asks for a SIM.
 * @param provider where several have it; those are given where none is named
 */
export async function loadSim(
  iccid: string,
  provider: string | undefined,
): Promise<SimLife | SeveralSims> {
  let sim: OneSimShown
  try {
    sim = await world().device(iccid, provider).show()
  } catch (error) {
    const providers = provider === undefined ? await providersOf(iccid, error) : []
    if (providers.length < 2) throw error
    return { providers }
  }
  const ofSim = { iccid, provider: sim.provider, limit: SHOWN }
  const [{ upcoming }, messages, unsent, lifecycles] = await Promise.all([
    world().clock.upcoming(ofSim),
    world().messages({ ...ofSim, order: 'newest' }),
    world().callbacks.unsent({ ...ofSim, order: 'newest' }),
    world().lifecycles(),
  ])
  return { sim, upcoming, messages, unsent, lifecycles }
}

/** The providers that know an ICCID, where the simulator did not choose among them. */
async function providersOf(iccid: string, error: unknown): Promise<readonly string[]> {
  if (!(error instanceof ControlError) || error.status !== 409) return []
  const { sims } = await world().simPage({ search: iccid, limit: 1000 })
  return sims.filter((each) => each.iccid === iccid).map(({ provider }) => provider)
}

/** Whether an event may change what is shown of a SIM. */
export function isOfSim(event: StreamEvent, iccid: string): boolean {
  switch (event.name) {
    case 'event':
      return event.data.iccid === iccid
    case 'callback':
      return event.data.callback.iccid === iccid
    case 'change':
      return event.data.more > 0 || event.data.changes.some(({ key }) => key.includes(iccid))
    case 'clock':
      return true
    default:
      return false
  }
}
