// A part of a whole as a bar. It stands beside words that say the same, and is not read aloud.
import type { Tone } from './badge.tsx'

export interface BarProps {
  /** From 0 to 1; what is outside is cut. */
  readonly part: number
  readonly tone: Tone
}

export function Bar({ part, tone }: BarProps) {
  const cut = Math.min(1, Math.max(0, Number.isFinite(part) ? part : 0))
  return (
    <div class={`bar ${tone}`} aria-hidden="true">
      <div style={{ width: `${cut * 100}%` }} />
    </div>
  )
}
