// A workflow of what was done in this world: made by the simulator, to be copied or kept as a file.
import { useEffect, useState } from 'preact/hooks'
import type { RecordingShown } from '../../../control/wire.ts'
import { defined } from '../../../state/defined.ts'
import { call } from '../../client.ts'
import { ActButton } from '../../kit/act-button.tsx'
import { Command, CopyButton } from '../../kit/copy.tsx'
import { countedWords } from '../../kit/counted-words.ts'
import { Dialog } from '../../kit/dialog.tsx'
import { Form, TextField } from '../../kit/field.tsx'
import { commandHere } from '../../terminal.ts'

export interface RecordButtonProps {
  /** The number of the exchange that is the first at first; the beginning unless given. */
  readonly since?: number
}

export function RecordButton({ since }: RecordButtonProps) {
  const [isOpen, setOpen] = useState(false)
  return (
    <>
      <button type="button" class="button" onClick={() => setOpen(true)}>
        Make a workflow {since === undefined ? 'of these' : 'from here on'}
      </button>
      {isOpen && (
        <Dialog title="Make a workflow" onClose={() => setOpen(false)}>
          <Recorder since={since} />
        </Dialog>
      )}
    </>
  )
}

/** What was typed, and what came of it. */
interface Made {
  readonly name: string
  readonly recording: RecordingShown
}

function Recorder({ since: first }: { readonly since: number | undefined }) {
  const [since, setSince] = useState(first === undefined ? '' : String(first))
  const [until, setUntil] = useState('')
  const [name, setName] = useState('recorded')
  const [made, setMade] = useState<Made>()
  const make = async () => {
    const range = { since: numberIn(since), until: numberIn(until) }
    const body = defined({ ...range, workflow: name.trim() })
    setMade({ name: name.trim(), recording: await call('recordWorkflow', { body }) })
  }
  return (
    <div class="recorder">
      <p>
        All that was done in this world, calls of <code>/_sim</code> included, becomes a file that
        does the same again. The simulator tries it with other seeds, which takes some seconds.
      </p>
      <Form label="Make a workflow" onSubmit={() => {}}>
        <TextField
          label="From exchange"
          type="number"
          value={since}
          onValue={setSince}
          hint="the beginning, where it is empty"
        />
        <TextField
          label="Up to exchange"
          type="number"
          value={until}
          onValue={setUntil}
          hint="now, where it is empty"
        />
        <TextField label="Its name" value={name} onValue={setName} />
        <ActButton type="submit" look="main" act={make}>
          Make it
        </ActButton>
      </Form>
      {made && <Recorded {...made} />}
      {!made && <Command text={commandHere(['record', `${name}.arazzo.yaml`])} />}
    </div>
  )
}

const numberIn = (text: string) => (text.trim() === '' ? undefined : Number(text))

function Recorded({ name, recording: { text, notes, passes, steps } }: Made) {
  const file = `${name}.arazzo.yaml`
  return (
    <>
      <p role="status">
        {countedWords(steps, 'step')};{' '}
        {passes ? 'it passes with other seeds' : 'it does not pass with other seeds'}
      </p>
      {notes.length > 0 && (
        <ul class="points">
          {notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      )}
      <div class="actions">
        <CopyButton text={text} label="Copy the file" />
        <Download text={text} file={file} />
      </div>
      <section class="body" tabIndex={0} aria-label={file}>
        <pre>{text}</pre>
      </section>
      <Command text={`esimulator run ${file}`} />
    </>
  )
}

interface DownloadProps {
  readonly text: string
  readonly file: string
}

/** A link that keeps a text as a file. */
function Download({ text, file }: DownloadProps) {
  const [href, setHref] = useState<string>()
  useEffect(() => {
    const url = URL.createObjectURL(new Blob([text], { type: 'application/yaml' }))
    setHref(url)
    return () => URL.revokeObjectURL(url)
  }, [text])
  if (href === undefined) return null
  return (
    <a class="button" href={href} download={file}>
      Download {file}
    </a>
  )
}
