// The whole world as a file: taken along, and put in the place of this one.
import { useId, useState } from 'preact/hooks'
import type { StateDocument } from '../../../control/wire.ts'
import { world } from '../../client.ts'
import { ActButton } from '../../kit/act-button.tsx'
import { ConfirmButton } from '../../kit/confirm.tsx'
import { Section } from '../../kit/page.tsx'
import { worldName } from '../../place.ts'
import { numberShown } from '../../shown.ts'
import { later } from '../../timing.ts'

async function download(): Promise<string> {
  const blob = new Blob([JSON.stringify(await world().state())], { type: 'application/json' })
  const url = URL.createObjectURL(blob)
  const link = document.createElement('a')
  link.href = url
  link.download = `${worldName}.esimulator.json`
  link.click()
  // The browser has taken it by then.
  later(60_000, () => URL.revokeObjectURL(url))
  return `${link.download} holds the world, with its credentials`
}

/** @throws Error where the file is no JSON */
async function documentIn(file: File): Promise<StateDocument> {
  const text = await file.text()
  try {
    return JSON.parse(text)
  } catch {
    throw new Error(`${file.name} is no JSON: choose a file that was downloaded here`)
  }
}

export function StateSection() {
  const [file, setFile] = useState<File>()
  const id = useId()
  const upload = async () => {
    if (!file) throw new Error('choose a file first')
    const { sims } = await world().restore(await documentIn(file))
    setFile(undefined)
    return `${worldName} is the world of ${file.name} now: ${numberShown(sims)} SIMs`
  }
  return (
    <Section title="The whole world as a file">
      <p class="hint">
        All its records, its clock and its credentials: to keep, or to show to others.
      </p>
      <div>
        <ActButton act={download}>Download</ActButton>
      </div>
      <div class="field">
        <label for={id}>A file to put in the place of {worldName}</label>
        <input
          id={id}
          type="file"
          accept="application/json,.json"
          onChange={({ currentTarget }) => setFile(currentTarget.files?.[0])}
        />
      </div>
      {file && (
        <div>
          <ConfirmButton
            question={`Put ${file.name} (${numberShown(file.size)} bytes) in the place of ${worldName}, with all it has?`}
            act={upload}
          >
            Upload
          </ConfirmButton>
        </div>
      )}
    </Section>
  )
}
