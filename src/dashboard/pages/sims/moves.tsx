// What a handset can do with a SIM now, and why it cannot do the rest.
import type { MoveShown, OneSimShown } from '../../../control/wire.ts'

/** A call that the words of a refusal name: on the page it is the button of that name. */
const CALL = /POST \/_sim\/sims\/[^/ ]+\/(\w+)/

/** Why a move is impossible now; nothing where it is possible. */
export function whyNot({ moves }: OneSimShown, move: MoveShown['move']): string | undefined {
  const { possible = true, why } = moves.find((each) => each.move === move) ?? {}
  if (possible) return undefined
  return why?.replace(CALL, '$1') ?? 'it is not possible now'
}

/** Whether a handset has to give a confirmation code now. */
export const isConfirmed = ({ moves }: OneSimShown): boolean =>
  moves.some(({ needs }) => needs === 'confirmationCode')

export interface WhyNotProps {
  readonly sim: OneSimShown
  readonly moves: readonly MoveShown['move'][]
}

/** The reasons of the moves that are impossible now: each reason once. */
export function WhyNot({ sim, moves }: WhyNotProps) {
  const byReason = new Map<string, string[]>()
  for (const move of moves) {
    // "cannot install what is enabled" is said once of all that it is true of.
    const reason = whyNot(sim, move)?.replace(`cannot ${move} what is `, 'it is ')
    if (reason !== undefined) byReason.set(reason, [...(byReason.get(reason) ?? []), move])
  }
  if (byReason.size === 0) return null
  return (
    <ul class="sim-why-not hint" aria-label="Not possible now">
      {[...byReason].map(([reason, names]) => (
        <li key={reason}>
          <strong>{names.join(', ')}</strong>: {reason}
        </li>
      ))}
    </ul>
  )
}
