// The profile of a SIM: where it stands in its life, and what the handset can do with it.
import { useState } from 'preact/hooks'
import type { DeviceShown } from '../../../control/wire.ts'
import type { Device } from '../../../control/world-client.ts'
import { world } from '../../client.ts'
import { ActButton } from '../../kit/act-button.tsx'
import { ConfirmButton } from '../../kit/confirm.tsx'
import { Diagram } from '../../kit/diagram.tsx'
import { TextField } from '../../kit/field.tsx'
import { Section } from '../../kit/page.tsx'
import { allWords } from './event-words.ts'
import { isConfirmed, WhyNot, whyNot } from './moves.tsx'
import type { SimLife } from './sim-life.ts'

const MOVES = ['download', 'install', 'enable', 'disable', 'delete'] as const

export interface MovesProps {
  readonly life: SimLife
  readonly reload: () => void
}

export function ProfileSection({ life, reload }: MovesProps) {
  const { sim, lifecycles } = life
  const [code, setCode] = useState('')
  const machine = lifecycles.find(({ name }) => name === 'profile')
  const given = code === '' ? undefined : code
  const act = (move: (device: Device) => Promise<DeviceShown>) => async () => {
    const { events } = await move(world().device(sim.iccid, sim.provider))
    reload()
    return allWords(events)
  }
  const acts = {
    download: act((device) => device.download(given)),
    install: act((device) => device.install(given)),
    enable: act((device) => device.enable()),
    disable: act((device) => device.disable()),
    delete: act((device) => device.delete()),
  }
  return (
    <Section title="Profile">
      {machine && <Diagram of={machine} now={sim.profile} label="The profile" />}
      {isConfirmed(sim) && (
        <TextField
          label="Confirmation code"
          value={code}
          onValue={setCode}
          hint="given by the handset that downloads or installs the profile"
        />
      )}
      <div class="actions">
        {MOVES.map((move) =>
          move === 'delete' && whyNot(sim, move) === undefined ? (
            <ConfirmButton key={move} question="Delete it from the handset?" act={acts.delete}>
              delete
            </ConfirmButton>
          ) : (
            <ActButton key={move} act={acts[move]} cannot={whyNot(sim, move)}>
              {move}
            </ActButton>
          ),
        )}
      </div>
      <WhyNot sim={sim} moves={MOVES} />
    </Section>
  )
}
