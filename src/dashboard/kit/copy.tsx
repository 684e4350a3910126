// Text to be taken along: a command, an ICCID, a body; with a button that copies it.
import { say, sayProblem } from '../said.ts'

async function copy(text: string): Promise<void> {
  try {
    // Only pages of this machine, or over TLS, may use the clipboard.
    if (!navigator.clipboard) throw new Error('copied by hand only: this page came without TLS')
    await navigator.clipboard.writeText(text)
    say('copied')
  } catch (error) {
    sayProblem(error)
  }
}

export interface CopyButtonProps {
  readonly text: string
  readonly label?: string
  /** What is copied, for who does not see what it stands beside. */
  readonly what?: string
}

export function CopyButton({ text, label = 'Copy', what }: CopyButtonProps) {
  return (
    <button
      type="button"
      class="button quiet copy"
      aria-label={what && `${label} ${what}`}
      onClick={() => void copy(text)}
    >
      {label}
    </button>
  )
}

/** A command as it is typed, with a button that copies it. */
export function Command({ text }: { readonly text: string }) {
  return (
    <div class="command">
      <pre>{text}</pre>
      <CopyButton text={text} />
    </div>
  )
}
