// What happens in the world, as it happens: one stream of events for a tab that is looked at.
import { effect, signal } from '@preact/signals'
import type { StreamEvent } from '../control/stream-events.ts'
import { locked, token, world } from './client.ts'
import { pause } from './timing.ts'

/** How the page stands with the simulator. */
export const connection = signal<'connecting' | 'live' | 'lost' | 'hidden'>('connecting')

/** What listens is told each event, and `undefined` where some may have been missed. */
type Listener = (event: StreamEvent | undefined) => void

const listeners = new Set<Listener>()

/** Tells a listener of every event from now on; what is returned ends that. */
export function listen(listener: Listener): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

const tell: Listener = (event) => {
  for (const each of [...listeners]) each(event)
}

const SHORTEST_MS = 500
const LONGEST_MS = 5000

let latest: string | undefined
let wait = SHORTEST_MS

/** Reads one stream to its end. */
async function follow(stop: AbortSignal): Promise<void> {
  for await (const event of world().events(after(stop))) {
    if (event.id !== undefined) latest = event.id
    wait = SHORTEST_MS
    if (event.name === 'open') {
      connection.value = 'live'
      tell(undefined)
    } else if (event.name === 'gap') tell(undefined)
    else tell(event)
  }
}

/** A stream that goes on where the one before it ended. */
function after(signal: AbortSignal) {
  return latest === undefined ? { signal } : { signal, after: latest }
}

/** Follows the world for as long as the signal lets it; a server that is lost is looked for again. */
async function keepFollowing(stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    try {
      await follow(stop)
    } catch {
      latest = undefined
    }
    if (stop.aborted) return
    connection.value = 'lost'
    await pause(wait)
    wait = Math.min(wait * 2, LONGEST_MS)
  }
}

let following: AbortController | undefined

/**
 * Begins to follow the world. A tab that nobody looks at lets go of its connection, of which a
 * browser has six for a server: what it has missed is read when it is looked at again.
 */
export function startFollowing(): void {
  const refresh = () => {
    following?.abort()
    following = undefined
    if (document.hidden) connection.value = 'hidden'
    else if (locked.value === undefined) {
      following = new AbortController()
      connection.value = 'connecting'
      void keepFollowing(following.signal)
    }
  }
  document.addEventListener('visibilitychange', refresh)
  effect(() => {
    void token.value
    void locked.value
    refresh()
  })
}
