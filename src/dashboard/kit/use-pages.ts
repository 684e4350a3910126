// A long list of which only the pages that are seen are asked of the simulator, a few at a time.
import { type ReadonlySignal, signal } from '@preact/signals'
import { useEffect, useMemo, useRef } from 'preact/hooks'
import type { StreamEvent } from '../../control/stream-events.ts'
import { reasonOf } from '../../state/reason.ts'
import { listen } from '../live.ts'
import { later } from '../timing.ts'

/** Rows of a page. */
const SIZE = 100

/** Requests under way at once: what is scrolled past is not asked for. */
const AT_ONCE = 2

/** Pages that are kept; those before them are asked for again when they are seen again. */
const KEPT = 50

/** Changes within so many ms are shown together. */
const TOGETHER_MS = 500

export interface PageOf<T> {
  /** How many rows there are in all. */
  readonly total: number
  readonly rows: readonly T[]
}

export type LoadPage<T> = (offset: number, limit: number) => Promise<PageOf<T>>

/** A list as far as it is loaded. */
export interface Pages<T> {
  /** Absent until the first page has come. */
  readonly total: ReadonlySignal<number | undefined>
  /** Why there is nothing newer, in words. */
  readonly problem: ReadonlySignal<string | undefined>
  readonly rowAt: (index: number) => T | undefined
  /** Told which rows are seen, both included: they are loaded. */
  readonly onSeen: (first: number, last: number) => void
  /** Loads again what is seen; all else when it is seen. */
  readonly refresh: () => void
}

/** Opens a list; nothing is asked until it is told what is seen. */
function openPages<T>(load: LoadPage<T>): Pages<T> {
  const held = signal<ReadonlyMap<number, readonly T[]>>(new Map())
  const total = signal<number>()
  const problem = signal<string>()
  const underWay = new Set<number>()
  const stale = new Set<number>()
  let wanted: readonly number[] = []

  const isMissing = (page: number) =>
    !underWay.has(page) && (stale.has(page) || !held.value.has(page))

  const loadPage = async (page: number) => {
    underWay.add(page)
    stale.delete(page)
    try {
      const { total: all, rows } = await load(page * SIZE, SIZE)
      held.value = withPage(held.value, page, rows)
      total.value = all
      problem.value = undefined
    } catch (error) {
      problem.value = reasonOf(error)
    }
    underWay.delete(page)
    if (problem.value === undefined) loadWanted()
  }
  const loadWanted = () => {
    for (const page of wanted.filter(isMissing).slice(0, AT_ONCE - underWay.size))
      void loadPage(page)
  }
  return {
    total,
    problem,
    rowAt: (index) => held.value.get(Math.floor(index / SIZE))?.[index % SIZE],
    onSeen(first, last) {
      wanted = pagesOf(first, Math.max(first, last))
      loadWanted()
    },
    refresh() {
      for (const page of [...held.value.keys(), ...underWay]) stale.add(page)
      loadWanted()
    },
  }
}

/** The pages that hold some rows. */
function pagesOf(first: number, last: number): readonly number[] {
  const from = Math.floor(first / SIZE)
  const count = Math.floor(last / SIZE) - from + 1
  return Array.from({ length: count }, (_, at) => from + at)
}

/** Pages with one more, the latest; of many, without those that came first. */
function withPage<T>(held: ReadonlyMap<number, T>, page: number, rows: T): ReadonlyMap<number, T> {
  const others = [...held].filter(([number]) => number !== page).slice(1 - KEPT)
  return new Map([...others, [page, rows]])
}

/**
 * A long list of the simulator, loaded as it is seen and again where an event concerns it. Where
 * `keys` change, the list before is shown until the first page of the new one is there.
 * @param load asks the simulator for some rows
 * @param keys what `load` depends on
 */
export function usePages<T>(
  load: LoadPage<T>,
  keys: readonly unknown[],
  concerns: (event: StreamEvent) => boolean,
): { readonly pages: Pages<T>; readonly isNew: boolean } {
  const asked = useMemo(() => openPages(load), keys)
  const shown = useRef(asked)
  useEffect(() => {
    asked.onSeen(0, 0)
    let cancel: (() => void) | undefined
    const soon = () => {
      cancel ??= later(TOGETHER_MS, () => {
        cancel = undefined
        asked.refresh()
      })
    }
    const unlisten = listen((event) => {
      if (!event || event.name === 'world' || concerns(event)) soon()
    })
    return () => {
      unlisten()
      cancel?.()
    }
  }, [asked])
  if (asked.total.value !== undefined || asked.problem.value !== undefined) shown.current = asked
  return { pages: shown.current, isNew: shown.current === asked }
}
