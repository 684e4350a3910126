// The callbacks about a SIM, the newest first: what became of each.
import { State } from '../../kit/badge.tsx'
import { CallbackLink } from '../../kit/link.tsx'
import { Section } from '../../kit/page.tsx'
import { Distance } from '../../kit/time.tsx'
import { pathTo } from '../../place.ts'
import type { SimLife } from './sim-life.ts'

/** How many are shown; the page of callbacks shows the others. */
const SHOWN = 15

export function SimCallbacksSection({ life: { sim, unsent } }: { readonly life: SimLife }) {
  const rows = [...sim.callbacks, ...unsent]
    .sort((one, other) => (one.queuedAt < other.queuedAt ? 1 : -1))
    .slice(0, SHOWN)
  const all = pathTo('callbacks', { iccid: sim.iccid })
  return (
    <Section title="Callbacks" actions={<a href={all}>All about this SIM</a>}>
      {rows.length === 0 ? (
        <p class="hint">None is about it.</p>
      ) : (
        <ul class="sim-callbacks">
          {rows.map((callback) => (
            <li key={callback.id}>
              <State of={callback.state} />{' '}
              <CallbackLink id={callback.id}>{callback.type}</CallbackLink>{' '}
              <span class="hint">
                <Distance to={callback.queuedAt} />
                {', '}
                {callback.state === 'unsent' ? callback.reason : attemptWords(callback.attempts)}
              </span>
            </li>
          ))}
        </ul>
      )}
    </Section>
  )
}

/** How the last attempt ended. */
function attemptWords(attempts: SimLife['sim']['callbacks'][number]['attempts']): string {
  const last = attempts.at(-1)
  if (!last) return 'not attempted yet'
  const count = attempts.length === 1 ? '1 attempt' : `${attempts.length} attempts`
  return `${count}, the last: ${last.status ?? last.error ?? 'no answer'}`
}
