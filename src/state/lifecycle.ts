// The interpreter of transition tables: a move that is not listed is refused.
import { Refusal } from './refusal.ts'

/** For every state, the events it accepts and where each leads. */
export type Lifecycle<State extends string, Event extends string> = Readonly<
  Record<State, Readonly<Partial<Record<Event, State>>>>
>

/** True where `event` is listed in `state`. */
export function can<State extends string, Event extends string>(
  table: Lifecycle<State, Event>,
  state: State,
  event: Event,
): boolean {
  return table[state][event] !== undefined
}

/**
 * The state that `event` leads to.
 * @throws Refusal `wrong-state`, its detail carrying `state` and `event`
 */
export function move<State extends string, Event extends string>(
  table: Lifecycle<State, Event>,
  state: State,
  event: Event,
): State {
  const next = table[state][event]
  if (next === undefined)
    throw new Refusal('wrong-state', `cannot ${event} what is ${state}`, { state, event })
  return next
}
