// A SIM on the air: registered on a network of a country, taken off it, and used.
import { useState } from 'preact/hooks'
import type { UsedShown } from '../../../control/wire.ts'
import type { Device, ServiceUse } from '../../../control/world-client.ts'
import { world } from '../../client.ts'
import { ActButton } from '../../kit/act-button.tsx'
import { Form, SelectField, TextField } from '../../kit/field.tsx'
import { Section } from '../../kit/page.tsx'
import { bytesShown, numberShown } from '../../shown.ts'
import { allWords } from './event-words.ts'
import { WhyNot, whyNot } from './moves.tsx'
import type { MovesProps } from './profile-section.tsx'

const MOVES = ['attach', 'detach', 'use'] as const

type OnDevice = (act: (device: Device) => Promise<string>) => () => Promise<string>

export function NetworkSection({ life: { sim }, reload }: MovesProps) {
  const onDevice: OnDevice = (act) => async () => {
    const said = await act(world().device(sim.iccid, sim.provider))
    reload()
    return said
  }
  const { attached } = sim
  return (
    <Section title="On the air">
      <p>
        {attached
          ? `It is on ${attached.brandName || attached.name} in ${attached.country}.`
          : 'It is on no network.'}
      </p>
      <AttachForm onDevice={onDevice} cannot={whyNot(sim, 'attach')} />
      <UseForm onDevice={onDevice} cannot={whyNot(sim, 'use')} />
      <div class="actions">
        <ActButton
          act={onDevice(async (device) => allWords((await device.detach()).events))}
          cannot={whyNot(sim, 'detach')}
        >
          detach
        </ActButton>
      </div>
      <WhyNot sim={sim} moves={MOVES} />
    </Section>
  )
}

interface MoveFormProps {
  readonly onDevice: OnDevice
  /** Why it is impossible now. */
  readonly cannot: string | undefined
}

function AttachForm({ onDevice, cannot }: MoveFormProps) {
  const [country, setCountry] = useState('')
  const [operator, setOperator] = useState('')
  const attach = onDevice(async (device) => {
    if (country.trim() === '') throw new Error('say in which country first, as in FR')
    const { events } = await device.attach(country.trim(), operator.trim() || undefined)
    return allWords(events)
  })
  return (
    <Form label="Attach" onSubmit={() => {}}>
      <TextField label="Country, as in FR" value={country} onValue={setCountry} />
      <TextField label="Operator (optional)" value={operator} onValue={setOperator} />
      <ActButton type="submit" act={attach} cannot={cannot}>
        attach
      </ActButton>
    </Form>
  )
}

const KINDS = [
  ['data', 'data'],
  ['sms', 'SMS'],
  ['minutes', 'minutes of a call'],
] as const

const EXAMPLES: Readonly<Record<string, string>> = {
  data: '500MB',
  sms: '2',
  minutes: '1.5',
}

/** What is used, as the simulator takes it. */
function amountOf(kind: string, amount: string): string | ServiceUse {
  if (amount === '') throw new Error('say how much first')
  if (kind === 'data') return amount
  return kind === 'sms' ? { sms: Number(amount) } : { minutes: Number(amount) }
}

/** How much was carried, and of what kind. */
function usedWords(kind: string, { used, denied, reason, bundles, attached }: UsedShown): string {
  const shown = (amount: number) => {
    if (kind === 'data') return bytesShown(amount)
    return kind === 'sms' ? `${numberShown(amount)} SMS` : `${numberShown(amount)} s`
  }
  const names = bundles.map(({ name }) => name).join(', ')
  const first = attached ? `first attached in ${attached.country}; ` : ''
  const from = names === '' ? '' : ` of ${names}`
  const rest = denied === 0 ? '' : `; ${shown(denied)} denied: ${reason}`
  return `${first}used ${shown(used)}${from}${rest}`
}

function UseForm({ onDevice, cannot }: MoveFormProps) {
  const [kind, setKind] = useState('data')
  const [amount, setAmount] = useState('100MB')
  const use = onDevice(async (device) =>
    usedWords(kind, await device.use(amountOf(kind, amount.trim()))),
  )
  const change = (chosen: string) => {
    setKind(chosen)
    setAmount(chosen === 'data' ? '100MB' : '1')
  }
  return (
    <Form label="Use" onSubmit={() => {}}>
      <SelectField label="Use what" value={kind} onValue={change} options={KINDS} />
      <TextField label={`Amount, as in ${EXAMPLES[kind]}`} value={amount} onValue={setAmount} />
      <ActButton type="submit" act={use} cannot={cannot}>
        use
      </ActButton>
    </Form>
  )
}
