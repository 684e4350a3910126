// The clock of the world: moved on by buttons or to a date, frozen, and let go on.
import { useState } from 'preact/hooks'
import { call } from '../../client.ts'
import { clock, now, takeClock } from '../../clock-state.ts'
import { ActButton } from '../../kit/act-button.tsx'
import { Form, SelectField, TextField } from '../../kit/field.tsx'
import { Section } from '../../kit/page.tsx'
import { instantShown } from '../../shown.ts'
import { advance } from './advance.ts'

const DISTANCES = [
  ['1h', '1 hour'],
  ['1d', '1 day'],
  ['3d', '3 days'],
  ['30d', '30 days'],
] as const

export function ClockSection() {
  return (
    <Section title="Clock of the world">
      <ClockNow />
      <div class="actions">
        {DISTANCES.map(([by, shown]) => (
          <ActButton key={by} act={() => advance(by)}>
            + {shown}
          </ActButton>
        ))}
      </div>
      <AdvanceTo />
      <Going />
    </Section>
  )
}

function ClockNow() {
  const { mode, rate = 1, advance: underWay } = clock.value ?? {}
  const how = mode === 'running' && rate !== 1 ? `running, ${rate} times as fast` : mode
  return (
    <div>
      <p class="clock-now mono">
        <time dateTime={now.value}>{now.value === '' ? '…' : instantShown(now.value)}</time>
      </p>
      <p class="hint">UTC, {how}</p>
      {underWay && (
        <p role="status">
          On the way to {instantShown(underWay.to)}: {underWay.fired} things have happened so far
        </p>
      )}
    </div>
  )
}

function AdvanceTo() {
  const [to, setTo] = useState('')
  const go = async () => {
    if (to === '') throw new Error('choose a date and a time first')
    return advance({ to: new Date(`${to}Z`).toISOString() })
  }
  return (
    <Form label="Advance to a date" onSubmit={() => {}}>
      <TextField label="To a date (UTC)" type="datetime-local" value={to} onValue={setTo} />
      <ActButton type="submit" act={go}>
        Advance
      </ActButton>
    </Form>
  )
}

const RATES = [
  ['1', 'as fast as ours'],
  ['60', 'a minute a second'],
  ['3600', 'an hour a second'],
  ['86400', 'a day a second'],
] as const

/** Frozen, or going on as fast as is chosen. */
function Going() {
  const [rate, setRate] = useState('1')
  const resume = async () => {
    takeClock(await call('resumeClock', { body: { rate: Number(rate) } }))
    return 'the clock goes on'
  }
  const freeze = async () => {
    takeClock(await call('freezeClock', { body: {} }))
    return 'the clock stands still: it moves by advances alone'
  }
  return (
    <Form label="Freeze or let go on" onSubmit={() => {}}>
      <SelectField label="Goes on" value={rate} onValue={setRate} options={RATES} />
      <ActButton act={resume}>Let it go on</ActButton>
      <ActButton act={freeze} cannot={clock.value?.mode === 'frozen' ? 'it is frozen' : undefined}>
        Freeze
      </ActButton>
    </Form>
  )
}
