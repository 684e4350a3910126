// What a handset can do with a SIM now, and why it cannot do the rest.
import type { SimShown } from '../../../control/wire.ts'

/** Why a move is impossible now; nothing where it is possible. */
export function whyNot(sim: SimShown, move: string): string | undefined {
  const { moves = [] } = sim as { moves?: { name: string; reason?: string }[] }
  return moves.find(({ name }) => name === move)?.reason
}

export interface WhyNotProps {
  readonly sim: SimShown
  readonly moves: readonly string[]
}

/** The reasons of the moves that are impossible now: each reason once. */
export function WhyNot({ sim, moves }: WhyNotProps) {
  const byReason = new Map<string, string[]>()
  for (const move of moves) {
    const reason = whyNot(sim, move)
    if (reason !== undefined) byReason.set(reason, [...(byReason.get(reason) ?? []), move])
  }
  if (byReason.size === 0) return null
  return (
    <ul class="why-not hint" aria-label="Not possible now">
      {[...byReason].map(([reason, names]) => (
        <li key={reason}>
          <strong>{names.join(', ')}</strong>: {reason}
        </li>
      ))}
    </ul>
  )
}
