// Data of the simulator as a component shows it: loaded once, and again when an event says it has changed.
import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import type { StreamEvent } from '../control/stream-events.ts'
import { reasonOf } from '../state/reason.ts'
import { listen } from './live.ts'
import { later } from './timing.ts'

/** What has been loaded so far. */
export interface Live<T> {
  /** The latest; absent until the first has come. */
  readonly data: T | undefined
  /** Why there is none, or none that is newer; in words. */
  readonly problem: string | undefined
  readonly reload: () => void
}

/** Changes within so many ms are shown together. */
const TOGETHER_MS = 200

const ANY = () => true

/**
 * Loads something, and loads it again where an event concerns it. What is on its way when `keys`
 * change is not shown any more.
 * @param load asks the simulator
 * @param keys what `load` depends on
 * @param concerns whether an event changes what was loaded; any does unless told
 */
export function useLive<T>(
  load: () => Promise<T>,
  keys: readonly unknown[],
  concerns: (event: StreamEvent) => boolean = ANY,
): Live<T> {
  const [state, setState] = useState<Pick<Live<T>, 'data' | 'problem'>>({
    data: undefined,
    problem: undefined,
  })
  const current = useRef({ load, concerns, turn: 0, isLoading: false, isStale: false })
  current.current.load = load
  current.current.concerns = concerns

  const reload = useCallback(async () => {
    const now = current.current
    now.isStale = now.isLoading
    if (now.isLoading) return
    now.isLoading = true
    const { turn } = now
    try {
      const data = await now.load()
      if (turn === now.turn) setState({ data, problem: undefined })
    } catch (error) {
      if (turn === now.turn) setState(({ data }) => ({ data, problem: reasonOf(error) }))
    }
    if (turn !== now.turn) return
    now.isLoading = false
    if (now.isStale) void reload()
  }, [])

  useEffect(() => {
    let cancel = () => {}
    let isDue = false
    const soon = () => {
      if (isDue) return
      isDue = true
      cancel = later(TOGETHER_MS, () => {
        isDue = false
        void reload()
      })
    }
    void reload()
    const unlisten = listen((event) => {
      if (!event || event.name === 'world' || current.current.concerns(event)) soon()
    })
    return () => {
      unlisten()
      cancel()
      current.current.turn += 1
      current.current.isLoading = false
    }
  }, keys)

  return { ...state, reload: () => void reload() }
}
