// A long list of which only what is seen is on the page: rows of one height, loaded as they come into view.
import type { ComponentChildren } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'

/** px; `.rows` of the style sheet gives each row this height. */
const ROW_HEIGHT = 44

/** Rows above and below what is seen. */
const MARGIN = 12

export interface RowsProps<T> {
  /** How many there are in all. */
  readonly total: number
  /** The row of an index; absent where it is not loaded yet. */
  readonly rowAt: (index: number) => T | undefined
  readonly keyOf: (row: T) => string | number
  /** The cells of a row, each a `td`. */
  readonly children: (row: T) => ComponentChildren
  /** Told which rows are seen: they are to be loaded. */
  readonly onSeen?: (first: number, last: number) => void
  readonly label: string
  /** Names of the columns. */
  readonly head: readonly string[]
}

export function Rows<T>({ total, rowAt, keyOf, children, onSeen, label, head }: RowsProps<T>) {
  const frame = useRef<HTMLElement>(null)
  const end = useRef<HTMLSpanElement>(null)
  const [seen, setSeen] = useState({ first: 0, last: 40 })
  const look = () => {
    const { scrollTop = 0, clientHeight = 0 } = frame.current ?? {}
    const first = Math.max(0, Math.floor(scrollTop / ROW_HEIGHT) - MARGIN)
    const last = Math.ceil((scrollTop + clientHeight) / ROW_HEIGHT) + MARGIN
    setSeen((before) => (before.first === first && before.last === last ? before : { first, last }))
  }
  useEffect(() => {
    look()
    addEventListener('resize', look)
    return () => removeEventListener('resize', look)
  }, [])
  const last = Math.min(seen.last, total - 1)
  useEffect(() => onSeen?.(seen.first, last), [seen.first, last, onSeen])

  const shown = []
  for (let index = seen.first; index <= last; index += 1) shown.push(index)
  return (
    <>
      <button type="button" class="button skip-rows" onClick={() => end.current?.focus()}>
        Skip the list
      </button>
      <section class="rows" ref={frame} onScroll={look} tabIndex={0} aria-label={label}>
        <table aria-rowcount={total + 1}>
          <thead>
            <tr aria-rowindex={1}>
              {head.map((name) => (
                <th scope="col" key={name}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            <Space rows={seen.first} />
            {shown.map((index) => {
              const row = rowAt(index)
              return (
                <tr key={row === undefined ? `at ${index}` : keyOf(row)} aria-rowindex={index + 2}>
                  {row === undefined ? <td colSpan={head.length}>…</td> : children(row)}
                </tr>
              )
            })}
            <Space rows={total - 1 - last} />
          </tbody>
        </table>
      </section>
      <span ref={end} tabIndex={-1} />
    </>
  )
}

/** Stands for rows that are not on the page. */
const Space = ({ rows }: { readonly rows: number }) =>
  rows > 0 ? <tr class="space" style={{ height: `${rows * ROW_HEIGHT}px` }} /> : null
