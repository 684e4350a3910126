// A button for what cannot be taken back: it asks once more before it acts.
import type { ComponentChildren } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { ActButton } from './act-button.tsx'

export interface ConfirmButtonProps {
  /** What is about to happen, as a question. */
  readonly question: string
  readonly act: () => Promise<unknown>
  readonly children: ComponentChildren
}

export function ConfirmButton({ question, act, children }: ConfirmButtonProps) {
  const [isAsking, setAsking] = useState(false)
  const [asks, no] = [useRef<HTMLButtonElement>(null), useRef<HTMLButtonElement>(null)]
  const wasAsking = useRef(false)
  // The button that had the focus is gone: the keyboard goes on with the one in its place.
  useEffect(() => {
    if (isAsking) no.current?.focus()
    else if (wasAsking.current && !hasFocus()) asks.current?.focus()
    wasAsking.current = isAsking
  }, [isAsking])
  if (!isAsking)
    return (
      <button ref={asks} type="button" class="button danger" onClick={() => setAsking(true)}>
        {children}
      </button>
    )
  const confirmed = async () => {
    const text = await act()
    setAsking(false)
    return text
  }
  return (
    <fieldset
      class="confirm"
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return
        // Not the dialog as well that it may stand in.
        event.preventDefault()
        setAsking(false)
      }}
    >
      <legend>{question}</legend>
      <ActButton look="danger" act={confirmed}>
        Yes
      </ActButton>
      <button ref={no} type="button" class="button quiet" onClick={() => setAsking(false)}>
        No
      </button>
    </fieldset>
  )
}

/** Whether the keyboard is anywhere on the page, as it is not where what had the focus is gone. */
const hasFocus = () => document.activeElement !== null && document.activeElement !== document.body
