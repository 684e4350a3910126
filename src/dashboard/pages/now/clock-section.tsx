// The clock of the world: moved on by buttons or to a date, stopped, and let go on.
import { useState } from 'preact/hooks'
import { call, world } from '../../client.ts'
import { clock, now, takeClock } from '../../clock-state.ts'
import { ActButton } from '../../kit/act-button.tsx'
import { Form, TextField } from '../../kit/field.tsx'
import { Section } from '../../kit/page.tsx'
import { instantShown, numberShown } from '../../shown.ts'

const DISTANCES = [
  ['1h', '1 hour'],
  ['1d', '1 day'],
  ['3d', '3 days'],
] as const

type Advanced = Awaited<ReturnType<ReturnType<typeof world>['clock']['advance']>>

/** What an advance brought, in a sentence. */
function outcomeOf({ to, fired, unlisted = 0, stopped }: Advanced): string {
  const count = fired.length + unlisted
  const what = count === 1 ? '1 thing happened' : `${numberShown(count)} things happened`
  const end = stopped ? `; stopped: ${stopped.reason}` : ''
  return `It is ${instantShown(to)} now; ${count === 0 ? 'nothing happened' : what}${end}`
}

async function advance(distance: Parameters<ReturnType<typeof world>['clock']['advance']>[0]) {
  const advanced = await world().clock.advance(distance)
  takeClock(await world().clock.show())
  return outcomeOf(advanced)
}

export function ClockSection() {
  const { mode } = clock.value ?? {}
  return (
    <Section title="Clock">
      <p class="clock-now mono">
        <time dateTime={now.value}>{now.value === '' ? '…' : instantShown(now.value)}</time> UTC
      </p>
      <div class="actions">
        {DISTANCES.map(([by, shown]) => (
          <ActButton key={by} act={() => advance(by)}>
            + {shown}
          </ActButton>
        ))}
        {mode === 'frozen' ? (
          <ActButton act={async () => takeClock(await call('resumeClock', { body: {} }))}>
            Let it go on
          </ActButton>
        ) : (
          <ActButton act={async () => takeClock(await call('freezeClock', { body: {} }))}>
            Freeze
          </ActButton>
        )}
      </div>
      <AdvanceTo />
    </Section>
  )
}

function AdvanceTo() {
  const [to, setTo] = useState('')
  const go = async () => {
    if (to === '') throw new Error('choose a date and a time first')
    return advance({ to: `${to}:00Z` })
  }
  return (
    <Form label="Advance to a date" onSubmit={() => {}}>
      <TextField label="To (UTC)" type="datetime-local" value={to} onValue={setTo} />
      <ActButton type="submit" act={go}>
        Advance
      </ActButton>
    </Form>
  )
}
