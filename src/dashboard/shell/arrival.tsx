// Where the keyboard is after a change of page: at the page that has come, which a screen reader then reads.

import { useEffect, useRef } from 'preact/hooks'
import { useLocation } from 'preact-iso'

/** Moves the focus to the page whenever another is shown; not to the one that was opened first. */
export function Arrival() {
  const { path } = useLocation()
  const before = useRef(path)
  useEffect(() => {
    if (before.current === path) return
    before.current = path
    document.getElementById('content')?.focus({ preventScroll: true })
  }, [path])
  return null
}
