// Begins this world anew: as at its start, or as a named state of the providers.
import { useState } from 'preact/hooks'
import { defined } from '../../../state/defined.ts'
import { world } from '../../client.ts'
import { ConfirmButton } from '../../kit/confirm.tsx'
import { Command } from '../../kit/copy.tsx'
import { TextField } from '../../kit/field.tsx'
import { Section } from '../../kit/page.tsx'
import { worldName } from '../../place.ts'
import { numberShown } from '../../shown.ts'
import { commandHere } from '../../terminal.ts'

export function ResetSection() {
  const [given, setGiven] = useState('')
  const [seed, setSeed] = useState('')
  const to = defined({
    given: given.trim() === '' ? undefined : given.trim(),
    seed: seed.trim() === '' ? undefined : seed.trim(),
  })
  const reset = async () => {
    const { name, sims } = await world().reset(to)
    return `the world ${name} has begun anew: ${numberShown(sims)} SIMs`
  }
  return (
    <Section title="Begin anew">
      <p class="hint">
        All that happened in {worldName} is gone then; snapshots and chosen credentials stay.
      </p>
      <div class="form">
        <TextField
          label="Named state"
          hint="as in: an assigned bundle; several with ; between them. Listed by npx esimulator states"
          value={given}
          onValue={setGiven}
        />
        <TextField label="Seed" hint="the world’s own unless told" value={seed} onValue={setSeed} />
      </div>
      <div>
        <ConfirmButton question={`Begin ${worldName} anew?`} act={reset}>
          Reset
        </ConfirmButton>
      </div>
      <p class="hint">The same in a terminal:</p>
      <Command text={commandHere(['reset'], to)} />
    </Section>
  )
}
