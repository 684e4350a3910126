// What happened in a case, in the order it is read: its steps, and behind each the callbacks that left in its time.
import type { CallbackResult, CaseResult, StepResult } from '../result.ts'

/** A step or a callback, with a key that no other of its case has. */
export type TimedEvent =
  | { readonly kind: 'step'; readonly key: string; readonly at?: string; readonly step: StepResult }
  | {
      readonly kind: 'callback'
      readonly key: string
      readonly at: string
      readonly callback: CallbackResult
    }

/**
 * A callback stands behind the step during which the clock came to its time; where several steps
 * were made at that time, behind the last of them.
 */
export function eventsOf({
  steps,
  callbacks,
}: Pick<CaseResult, 'steps' | 'callbacks'>): TimedEvent[] {
  const behind = callbacks.map(({ at }) => stepOf(at, steps))
  const callbackEvents = (index: number): TimedEvent[] =>
    callbacks.flatMap((callback, at) => {
      if (behind[at] !== index) return []
      return [{ kind: 'callback', key: `d${at + 1}`, at: callback.at, callback }]
    })
  const stepEvents = steps.flatMap((step, index): TimedEvent[] => {
    const event = { kind: 'step' as const, key: `s${index + 1}`, step }
    const timed = step.clock === undefined ? event : { ...event, at: step.clock }
    return [timed, ...callbackEvents(index)]
  })
  return steps.length > 0 ? stepEvents : callbackEvents(-1)
}

/** The position of the step that a callback stands behind; answers tell the clock in seconds. */
function stepOf(at: string, steps: readonly StepResult[]): number {
  const second = (instant: string | undefined) => instant?.slice(0, 19) ?? ''
  const first = steps.findIndex(({ clock }) => second(clock) >= second(at))
  if (first < 0) return steps.length - 1
  if (second(steps[first]?.clock) > second(at)) return first
  return steps.findLastIndex(({ clock }) => second(clock) === second(at))
}

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
  ['ms', 1],
] as const

/** A span of time in its two largest units: `+2 d 23 h`. @param ms at least 0 */
export function gapText(ms: number): string {
  const first = UNITS.findIndex(([, length]) => ms >= length)
  if (first < 0) return '+0 s'
  let rest = ms
  const parts: string[] = []
  for (const [name, length] of UNITS.slice(first, first + 2)) {
    const count = Math.floor(rest / length)
    rest -= count * length
    if (count > 0) parts.push(`${count} ${name}`)
  }
  return `+${parts.join(' ')}`
}
