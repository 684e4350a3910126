// The random streams of a world: its own and one each provider; none moves another's draws.
import { openRandom, type Random } from './random.ts'

/**
 * `random` is the world's own stream; `random/<name>` one that somebody asked
 * for by name.
 */
export type StreamId = 'random' | `random/${string}`

export interface RandomStreams {
  /** Draws from the stream in use. */
  readonly random: Random
  /** Runs `act` with the stream of that name in use. */
  within<R>(name: string, act: () => R): R
  /** Where a stream stands, to be kept. */
  state(id: StreamId): readonly number[]
  /** Goes back to where a stream stood. */
  goBack(id: StreamId, state: readonly number[]): void
  /**
   * Forgets where the streams stand: the next draws go on from what is kept of
   * them.
   */
  forgetAll(): void
}

export interface StreamDeps {
  /** What is kept of a stream; absent for one that was never drawn from. */
  readonly kept: (id: StreamId) => readonly number[] | undefined
  /** Told before each draw; throws to refuse it. */
  readonly onDraw: (id: StreamId) => void
}

/**
 * Opens streams at their first draw. One that nothing is kept of begins where the world's own
 * stands, told apart by its name.
 */
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

  /** The stream in use, about to be drawn from. */
  function drawing(): Random {
    onDraw(inUse)
    return stream(inUse)
  }

  return {
    random: {
      integer: (low, high) => drawing().integer(low, high),
      fraction: () => drawing().fraction(),
      text: (length, alphabet) => drawing().text(length, alphabet),
      uuid: () => drawing().uuid(),
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
    goBack: (id, state) => void open.set(id, openRandom(state)),
    forgetAll: () => open.clear(),
  }
}
