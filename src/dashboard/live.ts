// What happens in the world, as it happens: one stream of events for all tabs that show it.
import { effect, signal } from '@preact/signals'
import type { StreamEvent } from '../control/stream-events.ts'
import { locked, token, world } from './client.ts'
import { rootUrl, worldName } from './place.ts'
import { pause } from './timing.ts'

/** How a tab stands with the simulator. */
type State = 'connecting' | 'live' | 'lost' | 'hidden'

export const connection = signal<State>('connecting')

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

/** What the tab that reads the stream tells the others, and what they ask it. */
type Word =
  | { readonly event: StreamEvent | undefined }
  | { readonly state: State }
  | { readonly asks: 'state' }

/** Takes what the stream says: shows it here, and may hand it on. */
type Taking = (word: Exclude<Word, { readonly asks: 'state' }>) => void

const takeHere: Taking = (word) => {
  if ('state' in word) connection.value = word.state
  else tell(word.event)
}

const SHORTEST_MS = 500
const LONGEST_MS = 5000

let latest: string | undefined
let wait = SHORTEST_MS

/** Reads one stream to its end; it goes on where the one before it ended. */
async function follow(signal: AbortSignal, take: Taking): Promise<void> {
  const options = latest === undefined ? { signal } : { signal, after: latest }
  for await (const event of world().events(options)) {
    if (event.id !== undefined) latest = event.id
    wait = SHORTEST_MS
    if (event.name === 'open') take({ state: 'live' })
    take({ event: event.name === 'open' || event.name === 'gap' ? undefined : event })
  }
}

/** Follows the world for as long as the signal lets it; a server that is lost is looked for again. */
async function keepFollowing(stop: AbortSignal, take: Taking): Promise<void> {
  while (!stop.aborted) {
    try {
      await follow(stop, take)
    } catch {
      latest = undefined
    }
    if (stop.aborted) return
    take({ state: 'lost' })
    await pause(wait)
    wait = Math.min(wait * 2, LONGEST_MS)
  }
}

/**
 * One tab of a world reads the stream, and hands it to the others: a browser has six connections for
 * a server, and each stream keeps one. Where that tab is closed, another goes on.
 */
async function followTogether(stop: AbortSignal): Promise<void> {
  const name = `esimulator ${rootUrl} ${worldName}`
  const channel = new BroadcastChannel(name)
  stop.addEventListener('abort', () => channel.close())
  let isReader = false
  channel.addEventListener('message', ({ data }: MessageEvent<Word>) => {
    if (!('asks' in data)) takeHere(data)
    else if (isReader) channel.postMessage({ state: connection.value } satisfies Word)
  })
  channel.postMessage({ asks: 'state' } satisfies Word)
  const takeAll: Taking = (word) => {
    if (!stop.aborted) channel.postMessage(word)
    takeHere(word)
  }
  const read = () => {
    isReader = true
    return keepFollowing(stop, takeAll)
  }
  // It rejects where the tab stops waiting for its turn.
  await navigator.locks.request(name, { signal: stop }, read).catch(() => undefined)
}

/** By itself, where tabs cannot agree: one that nobody looks at lets go of its connection. */
async function followAlone(stop: AbortSignal): Promise<void> {
  if (document.hidden) connection.value = 'hidden'
  else await keepFollowing(stop, takeHere)
}

let following: AbortController | undefined

/** Follows the world, as long as the simulator lets this tab in. */
export function startFollowing(): void {
  // Only pages of this machine, or over TLS, have locks.
  const together = navigator.locks !== undefined
  const begin = () => {
    following?.abort()
    following = undefined
    if (locked.value !== undefined) return
    following = new AbortController()
    connection.value = 'connecting'
    void (together ? followTogether : followAlone)(following.signal)
  }
  if (!together) document.addEventListener('visibilitychange', begin)
  effect(() => {
    void token.value
    void locked.value
    begin()
  })
}
