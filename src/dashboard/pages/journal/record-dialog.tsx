// A workflow of what was played: the command that writes one, to be copied.
import { useState } from 'preact/hooks'
import { Command } from '../../kit/copy.tsx'
import { Dialog } from '../../kit/dialog.tsx'
import { worldCommand } from '../../kit/world-command.ts'

export interface RecordButtonProps {
  /** The number of the exchange that is to be the first; the beginning of the world unless given. */
  readonly since?: number
}

export function RecordButton({ since }: RecordButtonProps) {
  const [isOpen, setOpen] = useState(false)
  return (
    <>
      <button type="button" class="button" onClick={() => setOpen(true)}>
        Make a workflow of these
      </button>
      {isOpen && (
        <Dialog title="Make a workflow" onClose={() => setOpen(false)}>
          <RecordText since={since} />
        </Dialog>
      )}
    </>
  )
}

function RecordText({ since }: { readonly since: number | undefined }) {
  const from = since === undefined ? '' : ` --since ${since}`
  const command = worldCommand(`esimulator record recorded.arazzo.yaml${from}`)
  return <Command text={command} />
}
