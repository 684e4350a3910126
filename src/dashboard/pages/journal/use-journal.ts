// The journal as a component shows it: by the filters of the URL, and going on with what happens.
import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import { listen } from '../../live.ts'
import { later } from '../../timing.ts'
import { JournalLines } from './journal-lines.ts'
import type { JournalQuery } from './journal-query.ts'

/** Exchanges within so many ms are asked for together. */
const TOGETHER_MS = 200

export function useJournal(query: JournalQuery) {
  const [, redraw] = useState(0)
  const key = JSON.stringify(query)
  const store = useRef<{ key: string; lines: JournalLines }>(undefined)
  if (store.current?.key !== key) {
    store.current?.lines.end()
    const lines = new JournalLines(query, () => redraw((count) => count + 1))
    store.current = { key, lines }
  }
  const { lines } = store.current

  useEffect(() => {
    let cancel: (() => void) | undefined
    void lines.begin()
    const unlisten = listen((event) => {
      if (!event) return void lines.resume()
      if (event.name === 'world') return void lines.begin()
      if (event.name !== 'exchange' || cancel) return
      cancel = later(TOGETHER_MS, () => {
        cancel = undefined
        void lines.catchUp()
      })
    })
    return () => {
      unlisten()
      cancel?.()
      lines.end()
    }
  }, [lines])

  const onSeen = useCallback((_first: number, last: number) => lines.see(last), [lines])
  return { lines, onSeen }
}
