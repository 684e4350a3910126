// What happened to a SIM, newest first; beside it what its provider was called back with then.
import type { CallbackShown, EventShown, UnsentCallbackShown } from '../../../control/wire.ts'
import { State } from '../../kit/badge.tsx'
import { CallbackLink } from '../../kit/link.tsx'
import { Section } from '../../kit/page.tsx'
import { Text } from '../../kit/text.tsx'
import { Distance, Instant } from '../../kit/time.tsx'
import { eventWords } from './event-words.ts'
import type { SimLife } from './sim-life.ts'

/** What happened at one instant. */
interface Moment {
  readonly at: string
  readonly events: readonly EventShown[]
  readonly callbacks: readonly (CallbackShown | UnsentCallbackShown)[]
}

/** Moments of a SIM, newest first. */
function momentsOf({ sim: { timeline, callbacks }, unsent }: SimLife): readonly Moment[] {
  const moments = new Map<
    string,
    { events: EventShown[]; callbacks: Moment['callbacks'][number][] }
  >()
  const momentAt = (at: string) => {
    const known = moments.get(at) ?? { events: [], callbacks: [] }
    moments.set(at, known)
    return known
  }
  for (const event of timeline) momentAt(event.at).events.push(event)
  for (const callback of [...callbacks, ...unsent])
    momentAt(callback.queuedAt).callbacks.push(callback)
  return [...moments]
    .map(([at, moment]) => ({ at, ...moment }))
    .sort((one, other) => (one.at < other.at ? 1 : -1))
}

export function TimeLineSection({ life }: { readonly life: SimLife }) {
  const moments = momentsOf(life)
  return (
    <Section title="Time line">
      {moments.length === 0 && <p class="hint">Nothing has happened to it yet.</p>}
      <ol class="sim-time-line">
        {moments.map((moment) => (
          <MomentLine key={moment.at} moment={moment} />
        ))}
      </ol>
    </Section>
  )
}

const MomentLine = ({ moment: { at, events, callbacks } }: { readonly moment: Moment }) => (
  <li>
    <p class="sim-moment-time">
      <Instant at={at} />
      <span class="hint">
        <Distance to={at} />
      </span>
    </p>
    <div class="sim-moment">
      <ul>
        {events.toReversed().map((event, index) => (
          <li key={index}>
            <Text of={eventWords(event)} /> <code class="sim-event-type">{event.type}</code>
          </li>
        ))}
      </ul>
      {callbacks.length > 0 && (
        <ul class="sim-moment-callbacks" aria-label="Callbacks">
          {callbacks.toReversed().map(({ id, type, state }) => (
            <li key={id}>
              <State of={state} /> <CallbackLink id={id}>{type}</CallbackLink>
            </li>
          ))}
        </ul>
      )}
    </div>
  </li>
)
