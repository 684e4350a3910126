// A state as a small coloured word: the colour says again what the word says.
import type { ComponentChildren } from 'preact'

export type Tone = 'neutral' | 'good' | 'bad' | 'warn' | 'info'

/** What colour the states of SIMs, bundles, callbacks, orders and workflows have. */
const TONES: Readonly<Record<string, Tone>> = {
  active: 'good',
  enabled: 'good',
  delivered: 'good',
  passed: 'good',
  completed: 'good',
  running: 'info',
  pending: 'info',
  queued: 'info',
  processing: 'info',
  released: 'info',
  downloaded: 'info',
  installed: 'info',
  retrying: 'warn',
  paused: 'warn',
  suspended: 'warn',
  disabled: 'warn',
  depleted: 'warn',
  expired: 'warn',
  unsent: 'warn',
  stopped: 'warn',
  dead: 'bad',
  failed: 'bad',
  terminated: 'bad',
  deleted: 'bad',
  revoked: 'bad',
}

export const toneOf = (state: string): Tone => TONES[state.toLowerCase()] ?? 'neutral'

export function Badge({
  tone,
  children,
}: {
  readonly tone: Tone
  readonly children: ComponentChildren
}) {
  return <span class={`badge ${tone}`}>{children}</span>
}

export const State = ({ of: state }: { readonly of: string }) => (
  <Badge tone={toneOf(state)}>{state}</Badge>
)
