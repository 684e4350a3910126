// The random streams of a world: one of its own and one each provider, so that none moves another's draws.
import { openRandom, type Random } from './random.ts'

/** `random` is the world's own stream; `random/<name>` one that somebody asked for by name. */
export type StreamId = 'random' | `random/${string}`

export interface RandomStreams {
  /** Draws from the stream in use. */
  readonly random: Random
  /** Runs `act` with the stream of that name in use. */
  within<R>(name: string, act: () => R): R
  /** Where a stream stands, to be kept. */
  state(id: StreamId): readonly number[]
  /** Forgets where a stream stands: its next draw goes on from what is kept of it. */
  forget(id: StreamId): void
  forgetAll(): void
}

export interface StreamDeps {
  /** What is kept of a stream; absent for one that was never drawn from. */
  readonly kept: (id: StreamId) => readonly number[] | undefined
  /** Told before each draw; throws to refuse it. */
  readonly onDraw: (id: StreamId) => void
}

/** Opens streams at their first draw; one that nothing is kept of begins with the world's own, told apart by its name. */
export function openStreams({ kept, onDraw }: StreamDeps): RandomStreams {
  const open = new Map<StreamId, Random>()
  let inUse: StreamId = 'random'

  function stream(id: StreamId): Random {
    const known = open.get(id)
    if (known) return known
    const opened = openRandom(kept(id) ?? `${kept('random')?.join(' ')} ${id}`)
    open.set(id, opened)
    return opened
  }

  function drawn(): Random {
    onDraw(inUse)
    return stream(inUse)
  }

  return {
    random: {
      integer: (low, high) => drawn().integer(low, high),
      fraction: () => drawn().fraction(),
      text: (length, alphabet) => drawn().text(length, alphabet),
      uuid: () => drawn().uuid(),
      state: () => stream(inUse).state(),
    },
    within(name, act) {
      const before = inUse
      inUse = `random/${name}`
      try {
        return act()
      } finally {
        inUse = before
      }
    },
    state: (id) => stream(id).state(),
    forget: (id) => void open.delete(id),
    forgetAll: () => open.clear(),
  }
}
