// The faults that are set: what each does, what it has seen, how often it hit; switched off one by one or all.
import type { StreamEvent } from '../../../control/stream-events.ts'
import type { FaultShown } from '../../../control/wire.ts'
import { world } from '../../client.ts'
import { ActButton } from '../../kit/act-button.tsx'
import { Badge } from '../../kit/badge.tsx'
import { ConfirmButton } from '../../kit/confirm.tsx'
import { Empty } from '../../kit/empty.tsx'
import { Loaded } from '../../kit/loaded.tsx'
import { Section } from '../../kit/page.tsx'
import { Table } from '../../kit/table.tsx'
import { Distance } from '../../kit/time.tsx'
import { pathTo } from '../../place.ts'
import { numberShown } from '../../shown.ts'
import { commandHere } from '../../terminal.ts'
import { useLive } from '../../use-live.ts'
import { sentenceOf } from './sentence.ts'

/** The counts of a fault are records, too. */
const concernsFaults = (event: StreamEvent) =>
  event.name === 'change' || event.name === 'exchange' || event.name === 'callback'

const EXAMPLE = ['fault', 'add', 'esim-go', 'createOrder', 'status']

export function FaultList() {
  const live = useLive(() => world().faults.list(), [], concernsFaults)
  const count = live.data?.length ?? 0
  const clear = async () => {
    await world().faults.clear()
    live.reload()
    return 'there are no faults now'
  }
  const actions = count > 0 && (
    <ConfirmButton question={`Switch off all ${count}?`} act={clear}>
      Switch off all
    </ConfirmButton>
  )
  return (
    <Section title="What is broken" actions={actions}>
      <Loaded live={live}>
        {(faults) =>
          faults.length === 0 ? (
            <Empty
              title="Nothing is broken."
              command={commandHere(EXAMPLE, { status: '503', times: '2' })}
            >
              <p>Set a fault with the form below, or in a terminal:</p>
            </Empty>
          ) : (
            <FaultTable of={faults} onChanged={live.reload} />
          )
        }
      </Loaded>
    </Section>
  )
}

interface FaultTableProps {
  readonly of: readonly FaultShown[]
  readonly onChanged: () => void
}

const FaultTable = ({ of: faults, onChanged }: FaultTableProps) => (
  <Table
    label="Faults"
    look="faults"
    head={['Fault', 'What it does', 'Seen', 'Hits', 'State', 'Do']}
  >
    {faults.map((fault) => (
      <FaultLine key={fault.id} of={fault} onChanged={onChanged} />
    ))}
  </Table>
)

interface FaultLineProps {
  readonly of: FaultShown
  readonly onChanged: () => void
}

function FaultLine({ of: fault, onChanged }: FaultLineProps) {
  const { id, kind, setAt, seen, hits, active } = fault
  const off = async () => {
    await world().faults.remove(id)
    onChanged()
    return `${id} is switched off`
  }
  return (
    <tr>
      <th scope="row">
        <span class="mono">{id}</span>
        <div>
          <Badge tone="neutral">{kind}</Badge>
        </div>
      </th>
      <td>
        <p class="long">{sentenceOf(fault)}</p>
        <p class="hint">
          set <Distance to={setAt} />
        </p>
      </td>
      <td>{numberShown(seen)}</td>
      <td>
        <Hits of={fault}>{hits}</Hits>
      </td>
      <td>{active ? <Badge tone="bad">on</Badge> : <Badge tone="neutral">over</Badge>}</td>
      <td>
        <ActButton label={`Switch off ${id}`} act={off}>
          Switch off
        </ActButton>
      </td>
    </tr>
  )
}

/** How often a fault happened, with the way to where: the journal has calls, and not callbacks. */
function Hits({
  of: fault,
  children: hits,
}: {
  readonly of: FaultShown
  readonly children: number
}) {
  const { id, provider, callback } = fault
  if (hits === 0) return <>0</>
  const path =
    callback === undefined ? pathTo('journal', { fault: id }) : pathTo('callbacks', { provider })
  const what = callback === undefined ? 'calls' : 'callbacks'
  return (
    <a href={path} aria-label={`${hits} hits of ${id}: its ${what}`}>
      {numberShown(hits)}
    </a>
  )
}
