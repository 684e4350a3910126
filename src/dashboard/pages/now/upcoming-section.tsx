// What is due next, as a time line: expiries, retries, deliveries, ends of tokens.
import { useState } from 'preact/hooks'
import { call } from '../../client.ts'
import { clock } from '../../clock-state.ts'
import { ActButton } from '../../kit/act-button.tsx'
import { Badge, type Tone } from '../../kit/badge.tsx'
import { Empty } from '../../kit/empty.tsx'
import { CallbackLink, SimLink } from '../../kit/link.tsx'
import { Loaded } from '../../kit/loaded.tsx'
import { Section } from '../../kit/page.tsx'
import { Distance, Instant } from '../../kit/time.tsx'
import { numberShown } from '../../shown.ts'
import { useLive } from '../../use-live.ts'
import { advance } from './advance.ts'

const SHOWN_FIRST = 12
const SHOWN_MORE = 200

type Upcoming = Awaited<ReturnType<typeof upcoming>>['upcoming'][number]

const upcoming = (limit: number) => call('listUpcoming', { query: { limit } })

const TONES: Readonly<Record<string, Tone>> = {
  callback: 'info',
  bundle: 'warn',
  code: 'warn',
  token: 'neutral',
  fault: 'bad',
}

/** Changes of records are what moves the time line; calls that only read do not. */
const MOVES: ReadonlySet<string> = new Set(['change', 'callback', 'clock'])

export function UpcomingSection() {
  const [limit, setLimit] = useState(SHOWN_FIRST)
  const live = useLive(
    () => upcoming(limit),
    [limit],
    ({ name }) => MOVES.has(name),
  )
  const { total = 0 } = live.data ?? {}
  return (
    <Section title="Due next" actions={<ToNext isThere={total > 0} />}>
      <Loaded live={live}>
        {({ upcoming: due }) =>
          due.length === 0 ? (
            <Empty title="Nothing is due">
              <p>
                Order an eSIM, use a bundle or send a callback: what follows from it stands here.
              </p>
            </Empty>
          ) : (
            <>
              <ol class="time-line">
                {due.map((each, index) => (
                  <Due key={`${each.at} ${each.says} ${index}`} {...each} />
                ))}
              </ol>
              {total > due.length && (
                <p class="hint">
                  {numberShown(total - due.length)} more are due later{' '}
                  {limit === SHOWN_FIRST && (
                    <button type="button" class="button quiet" onClick={() => setLimit(SHOWN_MORE)}>
                      Show more
                    </button>
                  )}
                </p>
              )}
            </>
          )
        }
      </Loaded>
    </Section>
  )
}

function ToNext({ isThere }: { readonly isThere: boolean }) {
  const cannot = isThere ? undefined : 'nothing is due'
  return (
    <ActButton look="main" cannot={cannot} act={() => advance({ next: true })}>
      Go to the next
    </ActButton>
  )
}

function Due({ at, kind, says, provider, iccid, callback }: Upcoming) {
  return (
    <li class="due">
      <p class="due-when">
        <Distance to={at} /> <Instant at={at} />
      </p>
      <p class="due-what">
        <Badge tone={TONES[kind] ?? 'neutral'}>{kind}</Badge> <span>{says}</span>{' '}
        {iccid !== undefined && <SimLink iccid={iccid} />}{' '}
        {callback && <CallbackLink id={callback.id}>{callback.type}</CallbackLink>}{' '}
        {provider !== undefined && <span class="hint">{provider}</span>}
      </p>
      {clock.value?.mode === 'frozen' && (
        <ActButton look="quiet" label={`Go there: ${at}`} act={() => advance({ to: at })}>
          Go there
        </ActButton>
      )}
    </li>
  )
}
