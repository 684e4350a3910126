// A button for what cannot be taken back: it asks once more before it acts.
import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { ActButton } from './act-button.tsx'

export interface ConfirmButtonProps {
  /** What is about to happen, as a question. */
  readonly question: string
  readonly act: () => Promise<unknown>
  readonly children: ComponentChildren
}

export function ConfirmButton({ question, act, children }: ConfirmButtonProps) {
  const [isAsking, setAsking] = useState(false)
  if (!isAsking)
    return (
      <button type="button" class="button danger" onClick={() => setAsking(true)}>
        {children}
      </button>
    )
  const confirmed = async () => {
    const text = await act()
    setAsking(false)
    return text
  }
  return (
    <fieldset class="confirm">
      <legend>{question}</legend>
      <ActButton look="danger" act={confirmed}>
        Yes
      </ActButton>
      <button type="button" class="button quiet" onClick={() => setAsking(false)}>
        No
      </button>
    </fieldset>
  )
}
