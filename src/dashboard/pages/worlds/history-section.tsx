// The latest steps of this world, what caused each, and the way back to the end of one.
import { useState } from 'preact/hooks'
import type { StepShown } from '../../../control/wire.ts'
import { call, world } from '../../client.ts'
import { ConfirmButton } from '../../kit/confirm.tsx'
import { Empty } from '../../kit/empty.tsx'
import { Loaded } from '../../kit/loaded.tsx'
import { Section } from '../../kit/page.tsx'
import { Table } from '../../kit/table.tsx'
import { Instant } from '../../kit/time.tsx'
import { pathTo } from '../../place.ts'
import { instantShown, numberShown } from '../../shown.ts'
import { commandHere } from '../../terminal.ts'
import { useLive } from '../../use-live.ts'

const FIRST = 20
const MOST = 1000

export function HistorySection() {
  const [limit, setLimit] = useState(FIRST)
  const live = useLive(
    () => call('listHistory', { query: { limit } }),
    [limit],
    ({ name }) => name === 'change',
  )
  return (
    <Section title="History">
      <p class="hint">
        A step is a call that changed something, with all that it set off, or what came due by
        itself. The clock goes back with it.
      </p>
      <Loaded live={live}>
        {({ total, cut, steps }) => (
          <>
            {steps.length === 0 ? <NoSteps /> : <Steps of={steps} onWent={live.reload} />}
            <p class="hint">
              {countOf(total)} can be undone{cut === undefined ? '' : `; ${cut}`}.
            </p>
            {steps.length < Math.min(total, MOST) && (
              <div class="actions">
                <button type="button" class="button" onClick={() => setLimit(MOST)}>
                  Show up to {numberShown(Math.min(total, MOST))}
                </button>
              </div>
            )}
          </>
        )}
      </Loaded>
    </Section>
  )
}

const NoSteps = () => (
  <Empty title="Nothing has changed yet." command={commandHere(['clock', 'advance', '1d'])}>
    <p>Order something at a provider, or move the clock:</p>
  </Empty>
)

interface StepsProps {
  /** Newest first. */
  readonly of: readonly StepShown[]
  readonly onWent: () => void
}

function Steps({ of: steps, onWent }: StepsProps) {
  return (
    <Table
      label="Steps"
      look="history"
      head={['Step', 'Ended (UTC)', 'Caused by', 'Records', 'Do']}
    >
      {steps.map((step, behind) => (
        <tr key={step.id}>
          <th scope="row">{step.id}</th>
          <td>
            <Instant at={step.at} />
          </td>
          <td>
            <Cause of={step.cause} />
          </td>
          <td>{numberShown(step.records)}</td>
          <td>
            {behind === 0 ? (
              <UndoLatest of={step} onWent={onWent} />
            ) : (
              <GoBack to={step} behind={behind} onWent={onWent} />
            )}
          </td>
        </tr>
      ))}
    </Table>
  )
}

interface GoBackProps {
  readonly to: StepShown
  /** How many steps came after it. */
  readonly behind: number
  readonly onWent: () => void
}

function GoBack({ to: { id, at }, behind, onWent }: GoBackProps) {
  const go = async () => {
    const { to, steps = 0 } = await world().rewind({ to: id })
    onWent()
    return `${countOf(steps)} undone: it is ${instantShown(to)} again`
  }
  return (
    <ConfirmButton
      question={`Undo ${countOf(behind)}, back to ${instantShown(at)}? Rewinding by one takes it back.`}
      act={go}
    >
      Go back to here
    </ConfirmButton>
  )
}

interface UndoLatestProps {
  readonly of: StepShown
  readonly onWent: () => void
}

function UndoLatest({ of: { at }, onWent }: UndoLatestProps) {
  const undo = async () => {
    const { to } = await world().rewind(1)
    onWent()
    return `1 step undone: it is ${instantShown(to)} again`
  }
  return (
    <ConfirmButton
      question={`Undo the latest step, of ${instantShown(at)}? Undoing once more takes it back.`}
      act={undo}
    >
      Undo it
    </ConfirmButton>
  )
}

const countOf = (steps: number) => (steps === 1 ? '1 step' : `${numberShown(steps)} steps`)

/** What caused a step, in words; a call of a provider leads to its lines of the journal. */
function Cause({ of: { kind, what, provider, operation } }: { readonly of: StepShown['cause'] }) {
  if (kind === 'request')
    return (
      <>
        <a href={pathTo('journal', { provider, operation })}>{operation ?? 'a call'}</a>
        {provider !== undefined && ` of ${provider}`}
        <div class="mono hint">{what}</div>
      </>
    )
  return (
    <>
      {kind === 'time' ? 'what came due by itself' : commandText(what)}
      <div class="mono hint">{what}</div>
    </>
  )
}

/** What calls of the control API do, by their method and path. */
const COMMANDS: readonly (readonly [call: RegExp, says: string])[] = [
  [/^POST .*\/clock\/advance/, 'the clock was moved on'],
  [/^POST .*\/clock\/freeze/, 'the clock was frozen'],
  [/^POST .*\/clock\/resume/, 'the clock was let go on'],
  [/^POST .*\/sims\/\d+\/use/, 'a SIM used data, SMS or minutes'],
  [/^POST .*\/sims\//, 'a handset did something'],
  [/^POST .*\/faults/, 'a fault was set'],
  [/^DELETE .*\/faults\/./, 'a fault was removed'],
  [/^DELETE .*\/faults/, 'all faults were removed'],
  [/^PATCH .*\/settings/, 'settings were changed'],
  [/^PATCH .*\/stock/, 'the stock was changed'],
  [/\/callbacks\/target/, 'where callbacks go was changed'],
  [/\/callbacks/, 'a callback was sent by hand'],
  [/\/restore$/, 'a snapshot was gone back to'],
  [/\/rewind/, 'the world was rewound'],
]

const commandText = (what: string) =>
  COMMANDS.find(([call]) => call.test(what))?.[1] ?? 'the control API'
