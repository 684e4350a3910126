// Attempts at callbacks, of every world: signed by their provider, and delivered.
import type { Simulator } from '../simulators/simulator.ts'
import type { Callback, Outcome } from '../state/callbacks.ts'
import { defined } from '../state/defined.ts'
import type { Sent } from '../state/deliveries.ts'
import type { World } from '../state/world.ts'
import type { DeliveryPolicy } from './deliver.ts'
import { departureOf } from './faults/callback-faults.ts'
import type { Patience } from './patience.ts'
import { signatureOf } from './signature.ts'

export interface AttemptOptions {
  readonly policy: DeliveryPolicy
  /** Told of each thing that is sent, at virtual time `at`, with the body that is. */
  readonly onAttempt?: (callback: Callback, at: number) => void
  /** Told how each thing that was sent has ended. It may not take long. */
  readonly onOutcome?: (world: World, callback: Callback, outcome: Outcome) => void
}

export interface Attempts {
  /** Makes one attempt, until `signal` aborts; never throws. */
  make(
    world: World,
    callback: Callback,
    signal: AbortSignal,
    patience: Patience,
  ): Promise<readonly Outcome[]>
  /** Loads what makes them, so that the first does not wait for it. */
  prepare(): Promise<void>
}

export function openAttempts(
  simulators: ReadonlyMap<string, Simulator>,
  { policy, onAttempt, onOutcome }: AttemptOptions,
): Attempts {
  return {
    async make(world, callback, signal, patience) {
      const { deliver, headersOf } = await deliverer()
      const simulator = simulators.get(callback.provider)
      if (!simulator) return [{ error: unknownProvider(callback.provider), final: true }]

      // Signed at each attempt: a signature may hold the time it was made at.
      const of = { world, simulator }
      const { url } = callback
      const { body, signed, signing, contentType, copies, isBroken } = departureOf(callback, of)
      const signature = signatureOf(simulator, world, { ...callback, body: signed }, signing)
      const headers = defined({ 'Content-Type': contentType, ...signature })
      const sent: Sent = {
        headers: inLowerCase(headersOf({ headers, body })),
        body,
        signature: stateOf(signature, isBroken),
      }
      const told = toldOf(callback)
      if (copies === 0) return [{ ...told, isBelieved: true, note: DROPPED }]

      const outcomes: Outcome[] = []
      for (let copy = 0; copy < copies; copy += 1) {
        onAttempt?.({ ...callback, body }, world.now)
        const outcome = await patience.during(url, policy.timeout, (timeout) =>
          deliver({ url, headers, body }, { ...policy, timeout }, signal),
        )
        onOutcome?.(world, callback, outcome)
        // What the policy holds back is final, and has not left.
        outcomes.push(outcome.final ? { ...outcome, ...told } : { ...outcome, ...told, sent })
      }
      return outcomes
    },
    async prepare() {
      await deliverer()
    },
  }
}

const DROPPED = 'nothing left: a fault dropped it, and the provider takes it for delivered'

/** What is told of the faults of an attempt. */
function toldOf({ faults, behind }: Callback): Pick<Outcome, 'faults' | 'note'> {
  const note = behind === undefined ? undefined : 'no other callback left while it waited for one'
  return defined({ faults: faults?.map(({ kind }) => kind), note })
}

function stateOf(signature: object, isBroken: boolean): Sent['signature'] {
  if (Object.keys(signature).length === 0) return 'none'
  return isBroken ? 'broken' : 'genuine'
}

/** As a receiver reads them: the names of headers know no case. */
function inLowerCase(headers: Readonly<Record<string, string>>): Record<string, string> {
  const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])
  return Object.fromEntries(lower)
}

/** A state that another simulator wrote may hold its callbacks. */
function unknownProvider(slug: string): string {
  return `there is no provider "${slug}" here: nobody can sign it, and it is not sent`
}

/** What delivers, loaded when it is needed: most runs never make an attempt. */
const deliverer = () => import('./deliver.ts')
