// What has happened in the world since the page was opened: events, callbacks, calls and steps of the clock.
import { signal } from '@preact/signals'
import type { StreamEvent } from '../control/stream-events.ts'
import { listen } from './live.ts'
import { later } from './timing.ts'

export type Happened = Extract<
  StreamEvent,
  { readonly name: 'event' | 'callback' | 'exchange' | 'clock' | 'world' }
> & { readonly number: number }

/** The newest first, and no more of them than anybody reads. */
export const happened = signal<readonly Happened[]>([])

const KEPT = 200
const TOGETHER_MS = 100

const SHOWN: ReadonlySet<string> = new Set(['event', 'callback', 'exchange', 'clock', 'world'])

/** True for what the feed shows: a clock that was asked nothing but the time is left out. */
function isShown(event: StreamEvent | undefined): event is Omit<Happened, 'number'> & StreamEvent {
  return event !== undefined && SHOWN.has(event.name)
}

/** Notes what happens for as long as the page is open. */
export function startFeed(): void {
  let number = 0
  let fresh: Happened[] = []
  listen((event) => {
    if (!isShown(event)) return
    number += 1
    if (fresh.length === 0)
      later(TOGETHER_MS, () => {
        happened.value = [...fresh.toReversed(), ...happened.value].slice(0, KEPT)
        fresh = []
      })
    fresh.push({ ...event, number } as Happened)
    // More come in one advance than are ever shown.
    if (fresh.length > 2 * KEPT) fresh = fresh.slice(-KEPT)
  })
}
