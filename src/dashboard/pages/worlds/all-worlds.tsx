// Every world of the simulator: gone to, made, removed.
import { useState } from 'preact/hooks'
import type { WorldRow } from '../../../control/wire.ts'
import { call } from '../../client.ts'
import { Badge } from '../../kit/badge.tsx'
import { ConfirmButton } from '../../kit/confirm.tsx'
import { CopyButton } from '../../kit/copy.tsx'
import { Loaded } from '../../kit/loaded.tsx'
import { Section } from '../../kit/page.tsx'
import { Table } from '../../kit/table.tsx'
import { homeOf, rootUrl, worldName } from '../../place.ts'
import { instantShown, numberShown } from '../../shown.ts'
import { useLive } from '../../use-live.ts'
import { NewWorld } from './new-world.tsx'

const NEVER = () => false

export function AllWorlds() {
  const [isMaking, setMaking] = useState(false)
  const live = useLive(() => call('listWorlds'), [], NEVER)
  const actions = (
    <>
      <button type="button" class="button quiet" onClick={live.reload}>
        Look again
      </button>
      <button type="button" class="button main" onClick={() => setMaking(true)}>
        New world
      </button>
    </>
  )
  return (
    <Section title="All worlds" actions={actions}>
      <Loaded live={live}>
        {({ worlds, resting = [], notOpened = {} }) => (
          <>
            {Object.entries(notOpened).map(([name, why]) => (
              <p class="problem" key={name}>
                The world {name} could not be opened: {why}
              </p>
            ))}
            <WorldTable of={worlds} onRemoved={live.reload} />
            {resting.length > 0 && (
              <p class="hint">Open once they are asked for: {resting.join(', ')}</p>
            )}
          </>
        )}
      </Loaded>
      {isMaking && <NewWorld onClose={() => setMaking(false)} onMade={live.reload} />}
    </Section>
  )
}

interface WorldTableProps {
  readonly of: readonly WorldRow[]
  readonly onRemoved: () => void
}

function WorldTable({ of: worlds, onRemoved }: WorldTableProps) {
  return (
    <Table
      label="Worlds"
      look="worlds"
      head={['World', 'Its clock (UTC)', 'SIMs', 'Kept until', 'Do']}
    >
      {worlds.map((each) => (
        <WorldLine key={each.name} of={each} onRemoved={onRemoved} />
      ))}
    </Table>
  )
}

interface WorldLineProps {
  readonly of: WorldRow
  readonly onRemoved: () => void
}

function WorldLine({ of: { name, clock, sims, expiresAt }, onRemoved }: WorldLineProps) {
  const isThis = name === worldName
  const remove = async () => {
    await call('removeWorld', { path: { name } })
    if (isThis) location.assign(homeOf('default'))
    else onRemoved()
    return `the world ${name} is gone`
  }
  const rate = clock.rate === 1 ? '' : `, ${numberShown(clock.rate)} times as fast`
  return (
    <tr>
      <th scope="row" class="world-name">
        {isThis ? name : <a href={homeOf(name)}>{name}</a>}
        {isThis && <Badge tone="info">shown here</Badge>}
      </th>
      <td class="instant">
        {instantShown(clock.now)}{' '}
        <span class="hint">
          {clock.mode}
          {clock.mode === 'running' && rate}
        </span>
      </td>
      <td>{numberShown(sims)}</td>
      <td>
        {expiresAt === undefined ? 'it is removed' : `${instantShown(expiresAt)} (wall clock)`}
      </td>
      <td>
        <div class="actions">
          {!isThis && (
            <a class="button" href={homeOf(name)} aria-label={`Go there: ${name}`}>
              Go there
            </a>
          )}
          <CopyButton
            label="Copy URL"
            what={`of ${name}`}
            text={`${rootUrl}/w/${encodeURIComponent(name)}`}
          />
          {name !== 'default' && (
            <ConfirmButton question={`Remove ${name} and all it has?`} act={remove}>
              Remove
            </ConfirmButton>
          )}
        </div>
      </td>
    </tr>
  )
}
