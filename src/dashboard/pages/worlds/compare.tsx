// Two snapshots beside each other, or one and the present: what differs, record by record.
import type { DifferenceShown } from '../../../control/wire.ts'
import { world } from '../../client.ts'
import { Badge, type Tone } from '../../kit/badge.tsx'
import { Form, SelectField } from '../../kit/field.tsx'
import { useQuery } from '../../kit/link.tsx'
import { Loaded } from '../../kit/loaded.tsx'
import { instantShown, numberShown } from '../../shown.ts'
import { useLive } from '../../use-live.ts'

/** How many records are asked for, and shown. */
const MOST = 200

const NOW = 'now'

const shownAs = (name: string) => (name === NOW ? 'now' : name)

/** Which two are compared stands in the URL. */
export function Compare({ names }: { readonly names: readonly string[] }) {
  const [{ from = '', to = NOW }, change] = useQuery()
  const options = names.map((name) => [name, name] as const)
  const isKnown = names.includes(from) && (to === NOW || names.includes(to))
  return (
    <section aria-label="Compare" class="compare">
      <h3>Compare</h3>
      <Form label="Compare" onSubmit={() => {}}>
        <SelectField
          label="From"
          value={names.includes(from) ? from : ''}
          onValue={(value) => change({ from: value })}
          options={[['', 'choose a snapshot'], ...options]}
        />
        <SelectField
          label="To"
          value={isKnown ? to : NOW}
          onValue={(value) => change({ to: value })}
          options={[[NOW, 'now'], ...options]}
        />
      </Form>
      {isKnown && <Difference key={`${from} ${to}`} from={from} to={to} />}
    </section>
  )
}

interface DifferenceProps {
  readonly from: string
  readonly to: string
}

function Difference({ from, to }: DifferenceProps) {
  const live = useLive(
    () => world().snapshots.diff(from, to, MOST),
    [from, to],
    ({ name }) => name === 'change' || name === 'clock',
  )
  return (
    <Loaded live={live}>
      {(difference) => (
        <>
          <p aria-live="polite">{summaryOf(difference)}</p>
          {difference.records.length > 0 && <Records of={difference.records} />}
        </>
      )}
    </Loaded>
  )
}

function summaryOf({ from, to, total, records }: DifferenceShown): string {
  const moments = `${shownAs(from.name)} (${instantShown(from.at)}) to ${shownAs(to.name)} (${instantShown(to.at)})`
  if (total === 0) return `From ${moments} nothing differs but the clock.`
  const count = total === 1 ? '1 record differs' : `${numberShown(total)} records differ`
  const cut = records.length < total ? `; the first ${records.length} are shown` : ''
  return `From ${moments} ${count}${cut}.`
}

const TONES: Readonly<Record<string, Tone>> = { added: 'good', removed: 'bad', changed: 'info' }

function Records({ of: records }: { readonly of: DifferenceShown['records'] }) {
  return (
    <section class="records" tabIndex={0} aria-label="Records that differ">
      <ul>
        {records.map(({ collection, key, change, text, fields = [] }) => (
          <li key={`${collection} ${key}`}>
            <Badge tone={TONES[change] ?? 'neutral'}>{change}</Badge>
            <div>
              <p>{cut(text)}</p>
              {fields.length > 0 && (
                <details>
                  <summary>
                    {fields.length === 1 ? '1 field' : `${fields.length} fields`} of {collection}
                  </summary>
                  <dl class="headers">
                    {fields.map(({ field, from, to }) => (
                      <div key={field}>
                        <dt>{cut(field)}</dt>
                        <dd>
                          {valueText(from)} → {valueText(to)}
                        </dd>
                      </div>
                    ))}
                  </dl>
                </details>
              )}
            </div>
          </li>
        ))}
      </ul>
    </section>
  )
}

const LONGEST = 300

const cut = (text: string) =>
  text.length <= LONGEST
    ? text
    : `${text.slice(0, LONGEST)}… (${numberShown(text.length - LONGEST)} more characters)`

const valueText = (value: unknown) =>
  value === undefined ? 'not there' : cut(JSON.stringify(value))
