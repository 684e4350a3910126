// A button that does something at the simulator: busy until that is done, and saying why where it was refused.
import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { say, sayProblem } from '../said.ts'

export interface ActButtonProps {
  /** What is done; the text it gives, if any, is said. */
  readonly act: () => Promise<unknown>
  readonly children: ComponentChildren
  readonly look?: 'plain' | 'main' | 'danger' | 'quiet'
  readonly label?: string
  /** Why it cannot be done now: shown as a hint, and the button does nothing. */
  readonly cannot?: string | undefined
  readonly type?: 'button' | 'submit'
}

export function ActButton({
  act,
  children,
  look = 'plain',
  label,
  cannot,
  type = 'button',
}: ActButtonProps) {
  const [isBusy, setBusy] = useState(false)
  const run = async () => {
    if (isBusy || cannot !== undefined) return
    setBusy(true)
    try {
      const text = await act()
      if (typeof text === 'string') say(text)
    } catch (error) {
      sayProblem(error)
    } finally {
      setBusy(false)
    }
  }
  return (
    <button
      type={type}
      class={`button ${look}`}
      aria-label={label}
      aria-disabled={cannot !== undefined || isBusy}
      aria-busy={isBusy}
      title={cannot ?? label}
      onClick={run}
    >
      {children}
    </button>
  )
}
