// Every callback: what was sent, what waits, what was not sent and why; where they go, and one more on demand.
import { useState } from 'preact/hooks'
import type { TargetShown } from '../../../control/wire.ts'
import { call } from '../../client.ts'
import { countedWords } from '../../kit/counted-words.ts'
import { Empty } from '../../kit/empty.tsx'
import { useQuery } from '../../kit/link.tsx'
import { Loaded } from '../../kit/loaded.tsx'
import { Page } from '../../kit/page.tsx'
import { Rows } from '../../kit/rows.tsx'
import { numberShown } from '../../shown.ts'
import { commandHere } from '../../terminal.ts'
import { useLive } from '../../use-live.ts'
import { CallbackCells, HEAD } from './callback-cells.tsx'
import { CallbackFilters } from './callback-filters.tsx'
import { type CallbackList, callbackList, callbackQuery, isFiltered } from './callback-list.ts'
import { SendButton } from './send-dialog.tsx'
import { Targets } from './targets.tsx'

/** How many are listed, and how many at most. */
const FEW = 200
const MANY = 1000

export function CallbacksPage() {
  const [query] = useQuery()
  const [limit, setLimit] = useState(FEW)
  const asked = callbackQuery(query)
  const list = useLive(
    () => callbackList(asked, limit),
    [JSON.stringify(asked), limit],
    ({ name }) => name === 'callback',
  )
  const targets = useLive(
    async () => (await call('listCallbackTargets')).targets,
    [],
    ({ name, data }) =>
      name === 'change' && data.changes.some(({ collection }) => collection.includes('target')),
  )
  return (
    <Page title="Callbacks" actions={<SendButton targets={targets.data ?? []} />}>
      <CallbackFilters targets={targets.data ?? []} />
      <Loaded live={list}>
        {(found) => (
          <>
            <List found={found} isFiltered={isFiltered(asked)} targets={targets.data ?? []} />
            {found.total > found.callbacks.length && limit < MANY && (
              <button type="button" class="button" onClick={() => setLimit(MANY)}>
                Show the latest {numberShown(MANY)}
              </button>
            )}
          </>
        )}
      </Loaded>
      <Loaded live={targets}>
        {(all) => <Targets targets={all} onChanged={targets.reload} />}
      </Loaded>
    </Page>
  )
}

interface ListProps {
  readonly found: CallbackList
  readonly isFiltered: boolean
  readonly targets: readonly TargetShown[]
}

function List({ found: { callbacks, total, unsent }, isFiltered, targets }: ListProps) {
  if (callbacks.length === 0) return <NoneYet isFiltered={isFiltered} targets={targets} />
  return (
    <div class="callbacks">
      <Rows
        label="Callbacks, the newest first"
        head={HEAD}
        total={callbacks.length}
        rowAt={(index) => callbacks[index]}
        keyOf={({ id }) => id}
      >
        {(callback) => <CallbackCells callback={callback} />}
      </Rows>
      <p class="hint" role="status">
        {countedWords(total, 'callback')}
        {unsent > 0 && `, ${numberShown(unsent)} of them not sent`}
        {callbacks.length < total && `; the latest ${numberShown(callbacks.length)} are listed`}
      </p>
    </div>
  )
}

type NoneProps = Pick<ListProps, 'isFiltered' | 'targets'>

function NoneYet({ isFiltered, targets }: NoneProps) {
  if (isFiltered)
    return (
      <Empty title="No callback is of this kind">
        <p>Take a filter away, or wait: what comes is shown at once.</p>
      </Empty>
    )
  const [first] = targets
  const slug = first?.provider ?? 'esim-go'
  const command = commandHere(['callbacks', 'target', slug, 'http://127.0.0.1:3000/callbacks'])
  return (
    <Empty title="No callback was due yet" command={command}>
      <p>Say below where they go, or by this command; then use a SIM, or send one of any type.</p>
    </Empty>
  )
}
