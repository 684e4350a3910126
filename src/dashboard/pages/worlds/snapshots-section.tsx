// Snapshots of this world: taken, gone back to, removed, and compared.
import { useState } from 'preact/hooks'
import type { SnapshotShown } from '../../../control/wire.ts'
import { world } from '../../client.ts'
import { ActButton } from '../../kit/act-button.tsx'
import { ConfirmButton } from '../../kit/confirm.tsx'
import { Empty } from '../../kit/empty.tsx'
import { Form, TextField } from '../../kit/field.tsx'
import { useQuery } from '../../kit/link.tsx'
import { Loaded } from '../../kit/loaded.tsx'
import { Section } from '../../kit/page.tsx'
import { Table } from '../../kit/table.tsx'
import { Instant } from '../../kit/time.tsx'
import { instantShown, numberShown } from '../../shown.ts'
import { commandHere } from '../../terminal.ts'
import { useLive } from '../../use-live.ts'
import { Compare } from './compare.tsx'

export function SnapshotsSection() {
  const live = useLive(
    () => world().snapshots.list(),
    [],
    ({ name }) => name === 'change' || name === 'world',
  )
  return (
    <Section title="Snapshots">
      <p class="hint">
        A world as it was at an instant, under a name. They stay where the world is reset.
      </p>
      <SaveForm onSaved={live.reload} />
      <Loaded live={live}>
        {(snapshots) =>
          snapshots.length === 0 ? (
            <Empty
              title="There is no snapshot yet."
              command={commandHere(['snapshot', 'save', 'before'])}
            >
              <p>Take one before you try something, and go back to it after. In a terminal:</p>
            </Empty>
          ) : (
            <>
              <SnapshotTable of={snapshots} onChanged={live.reload} />
              <Compare names={snapshots.map(({ name }) => name)} />
            </>
          )
        }
      </Loaded>
    </Section>
  )
}

function SaveForm({ onSaved }: { readonly onSaved: () => void }) {
  const [given, give] = useState('')
  const save = async () => {
    const asked = given.trim()
    if (asked === '') throw new Error('give the snapshot a name first')
    const { name, at } = await world().snapshots.save(asked)
    give('')
    onSaved()
    return `the snapshot ${name} is of ${instantShown(at)}`
  }
  return (
    <Form label="Take a snapshot" onSubmit={() => {}}>
      <TextField
        label="Name of the snapshot"
        hint="as in before-the-order; one of that name is replaced"
        value={given}
        onValue={give}
      />
      <ActButton type="submit" act={save}>
        Take a snapshot
      </ActButton>
    </Form>
  )
}

interface SnapshotTableProps {
  readonly of: readonly SnapshotShown[]
  readonly onChanged: () => void
}

function SnapshotTable({ of: snapshots, onChanged }: SnapshotTableProps) {
  return (
    <Table label="All snapshots" look="snapshots" head={['Name', 'Its clock showed (UTC)', 'Do']}>
      {snapshots.map((each) => (
        <SnapshotLine key={each.name} of={each} onChanged={onChanged} />
      ))}
    </Table>
  )
}

interface SnapshotLineProps {
  readonly of: SnapshotShown
  readonly onChanged: () => void
}

function SnapshotLine({ of: { name, at }, onChanged }: SnapshotLineProps) {
  const [query, change] = useQuery()
  const restore = async () => {
    const { to, records } = await world().snapshots.restore(name)
    onChanged()
    return `it is ${instantShown(to)} again: ${numberShown(records)} records were put back`
  }
  const remove = async () => {
    // One that is compared is compared no more, before it is gone.
    if (query.from === name || query.to === name) change({ from: '', to: '' })
    await world().snapshots.remove(name)
    onChanged()
    return `the snapshot ${name} is gone`
  }
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>
        <Instant at={at} />
      </td>
      <td>
        <div class="actions">
          <ConfirmButton question={`Put the world back to “${name}”?`} act={restore}>
            Go back to it
          </ConfirmButton>
          <button
            type="button"
            class="button"
            aria-label={`Compare with now: ${name}`}
            onClick={() => change({ from: name, to: 'now' })}
          >
            Compare with now
          </button>
          <ConfirmButton question={`Remove the snapshot “${name}”?`} act={remove}>
            Remove
          </ConfirmButton>
        </div>
      </td>
    </tr>
  )
}
