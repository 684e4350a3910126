// Where each operation of a provider comes from: counted as a bar, and one by one.
import type { OperationProvenance, ProvenanceShown } from '../../../control/wire.ts'
import { call } from '../../client.ts'
import { Badge, type Tone } from '../../kit/badge.tsx'
import { SelectField } from '../../kit/field.tsx'
import { useQuery } from '../../kit/link.tsx'
import { Loaded } from '../../kit/loaded.tsx'
import { Section } from '../../kit/page.tsx'
import { Table } from '../../kit/table.tsx'
import { useLive } from '../../use-live.ts'

/** The marks, from what is surest on. */
const MARKS: Readonly<Record<string, { readonly tone: Tone; readonly says: string }>> = {
  documented: { tone: 'good', says: 'stands in the API’s own document' },
  public: { tone: 'info', says: 'was seen in public: guides, clients, answers' },
  inferred: { tone: 'warn', says: 'follows from what is known' },
  invented: { tone: 'bad', says: 'nobody knows: made up to work' },
  unmarked: { tone: 'neutral', says: 'is not marked' },
}

const NEVER = () => false

export function ProvenanceSection({ provider }: { readonly provider: string }) {
  const live = useLive(() => call('getProvenance', { path: { slug: provider } }), [provider], NEVER)
  return (
    <Section title="Where its operations come from">
      <Loaded live={live}>{(shown) => <Provenance of={shown} />}</Loaded>
    </Section>
  )
}

function Provenance({ of: { counts, operations } }: { readonly of: ProvenanceShown }) {
  const [{ mark = '' }, change] = useQuery()
  const marks = Object.keys(MARKS).filter((each) => counts[each] !== undefined)
  const options = marks.map((each) => [each, `${each} (${counts[each]})`] as const)
  const withGap = operations.filter(({ gap }) => gap !== undefined).length
  const shown = operations.filter((each) => isShown(each, mark))
  return (
    <>
      <Bar counts={counts} marks={marks} />
      <dl class="facts">
        {marks.map((each) => (
          <div class="fact" key={each}>
            <dt>
              <Badge tone={MARKS[each]?.tone ?? 'neutral'}>{each}</Badge> {counts[each]}
            </dt>
            <dd>{MARKS[each]?.says}</dd>
          </div>
        ))}
      </dl>
      <div class="form">
        <SelectField
          label="Show"
          value={mark}
          onValue={(value) => change({ mark: value })}
          options={[
            ['', `all operations (${operations.length})`],
            ...options,
            ['gap', `not simulated (${withGap})`],
          ]}
        />
      </div>
      <Operations of={shown} />
    </>
  )
}

function isShown({ provenance = 'unmarked', gap }: OperationProvenance, mark: string): boolean {
  if (mark === 'gap') return gap !== undefined
  return mark === '' || provenance === mark
}

interface BarProps {
  readonly counts: ProvenanceShown['counts']
  readonly marks: readonly string[]
}

/** How much there is of each mark; the list below says the same. */
const Bar = ({ counts, marks }: BarProps) => (
  <div class="marks-bar" aria-hidden="true">
    {marks.map((each) => (
      <span
        key={each}
        class={`mark ${MARKS[each]?.tone ?? 'neutral'}`}
        style={{ flexGrow: counts[each] ?? 0 }}
      />
    ))}
  </div>
)

function Operations({ of: operations }: { readonly of: readonly OperationProvenance[] }) {
  if (operations.length === 0) return <p class="hint">There is none.</p>
  return (
    <Table
      label="Operations"
      look="operations"
      head={['Operation', 'What it is', 'From', 'Outside, it']}
    >
      {operations.map(({ id, method, path, summary, provenance = 'unmarked', effect, gap }) => (
        <tr key={`${id} ${path}`}>
          <td>
            <strong class="mono">{id}</strong>
            <div class="mono hint">
              {method} {path}
            </div>
          </td>
          <td>
            {summary}
            {gap !== undefined && <p class="hint">not simulated (501): {gap}</p>}
          </td>
          <td>
            <Badge tone={MARKS[provenance]?.tone ?? 'neutral'}>{provenance}</Badge>
          </td>
          <td>{effectText(effect)}</td>
        </tr>
      ))}
    </Table>
  )
}

/** What an operation does outside; where a parameter decides, each of its values. */
function effectText(effect: unknown): string {
  if (typeof effect === 'string') return effect
  if (typeof effect !== 'object' || effect === null) return 'not told'
  return Object.entries(effect)
    .map(([name, value]) =>
      typeof value === 'string' ? `${value} (${name})` : `by ${name}: ${effectText(value)}`,
    )
    .join(', ')
}
