// The SIMs of a world: searched, filtered, and scrolled however many there are.
import type { StreamEvent } from '../../../control/stream-events.ts'
import type { SimRow } from '../../../control/wire.ts'
import type { SimFilter } from '../../../control/world-client.ts'
import { defined } from '../../../state/defined.ts'
import { world } from '../../client.ts'
import { State } from '../../kit/badge.tsx'
import { Empty } from '../../kit/empty.tsx'
import { type Query, SimLink, useQuery } from '../../kit/link.tsx'
import { Page } from '../../kit/page.tsx'
import { Rows } from '../../kit/rows.tsx'
import { Distance } from '../../kit/time.tsx'
import { type Pages, usePages } from '../../kit/use-pages.ts'
import { numberShown } from '../../shown.ts'
import { NoSims } from './no-sims.tsx'
import { SimFilters } from './sim-filters.tsx'

/** What the URL asks for; what is no state is refused by the simulator, which says so. */
function filterOf({ search, provider, profile, service, order }: Query): SimFilter {
  return defined({
    search: search || undefined,
    provider: provider || undefined,
    profile: (profile || undefined) as SimFilter['profile'],
    service: (service || undefined) as SimFilter['service'],
    order: order === 'oldest' ? ('oldest' as const) : ('newest' as const),
  })
}

const isOfSims = (event: StreamEvent) =>
  event.name === 'change' &&
  (event.data.more > 0 || event.data.changes.some(({ collection }) => collection === 'sims'))

export function SimsPage() {
  const [query] = useQuery()
  const filter = filterOf(query)
  const key = JSON.stringify(filter)
  const { pages, isNew } = usePages<SimRow>(
    async (offset, limit) => {
      const { total, sims: rows } = await world().simPage({ ...filter, offset, limit })
      return { total, rows }
    },
    [key],
    isOfSims,
  )
  return (
    <Page title="SIMs">
      <SimFilters total={pages.total.value} isBusy={!isNew} />
      <SimList key={isNew ? key : undefined} pages={pages} filter={filter} />
    </Page>
  )
}

const HEAD = ['ICCID', 'Provider', 'Profile', 'Service', 'On the air in', 'Came', 'Last seen']

interface SimListProps {
  readonly pages: Pages<SimRow>
  readonly filter: SimFilter
}

function SimList({ pages, filter }: SimListProps) {
  const total = pages.total.value
  const problem = pages.problem.value
  return (
    <>
      {problem !== undefined && (
        <p class="problem" role="alert">
          {problem}{' '}
          <button type="button" class="button quiet" onClick={pages.refresh}>
            Ask again
          </button>
        </p>
      )}
      {total === undefined && problem === undefined && <p class="loading">Loading…</p>}
      {total === 0 && <Nothing filter={filter} />}
      {total !== undefined && total > 0 && (
        <div class="sim-rows">
          <Rows
            total={total}
            rowAt={pages.rowAt}
            keyOf={({ provider, iccid }) => `${provider} ${iccid}`}
            onSeen={pages.onSeen}
            label={`${numberShown(total)} SIMs`}
            head={HEAD}
          >
            {cellsOf}
          </Rows>
        </div>
      )}
    </>
  )
}

const cellsOf = ({ provider, iccid, profile, service, country, createdAt, lastSeenAt }: SimRow) => (
  <>
    <td>
      <SimLink iccid={iccid} provider={provider} />
    </td>
    <td>{provider}</td>
    <td>
      <State of={profile} />
    </td>
    <td>
      <State of={service} />
    </td>
    <td>{country ?? '–'}</td>
    <td>
      <Distance to={createdAt} />
    </td>
    <td>{lastSeenAt === undefined ? 'never' : <Distance to={lastSeenAt} />}</td>
  </>
)

/** Why the list is empty: nothing fits, or there is nothing. */
function Nothing({ filter }: Pick<SimListProps, 'filter'>) {
  const [, change] = useQuery()
  const { search, profile, service, provider } = filter
  if ((search ?? profile ?? service) === undefined) return <NoSims provider={provider} />
  return (
    <Empty title="No SIM fits">
      <p>
        A part of a number is enough, in any case: of the ICCID, EID, IMSI, MSISDN or matching id;
        or of a name, mail address or reference that the provider keeps of it.
      </p>
      <button
        type="button"
        class="button"
        onClick={() => change({ search: '', profile: '', service: '', provider: '' })}
      >
        Show all SIMs
      </button>
    </Empty>
  )
}
