// One exchange: request and reply side by side, its way through the stages, what it did, and the same as curl.
import { useRoute } from 'preact-iso'
import type { ExchangeShown, ExplainedShown } from '../../../control/wire.ts'
import { call, world } from '../../client.ts'
import { Badge } from '../../kit/badge.tsx'
import { useQuery } from '../../kit/link.tsx'
import { Loaded } from '../../kit/loaded.tsx'
import { Page } from '../../kit/page.tsx'
import { Instant } from '../../kit/time.tsx'
import { pathOf, pathTo } from '../../place.ts'
import { useLive } from '../../use-live.ts'
import { ExchangeCurl } from './exchange-curl.tsx'
import { ExchangeEffects } from './exchange-effects.tsx'
import { ExchangeFaults } from './exchange-faults.tsx'
import { ExchangePair } from './exchange-pair.tsx'
import { ExchangeNext, ExchangeWay } from './exchange-way.tsx'
import { StatusBadge } from './journal-page.tsx'
import { filtersIn, journalQuery } from './journal-query.ts'
import { RecordButton } from './record-dialog.tsx'
import { Refusal } from './refusal.tsx'

export interface Told {
  readonly exchange: ExchangeShown
  readonly explained: ExplainedShown
}

const NEVER = () => false

export function ExchangePage() {
  const { params } = useRoute()
  const id = Number(params.id)
  const live = useLive(() => told(id), [id], NEVER)
  return (
    <Page title={`Exchange ${params.id}`} actions={<Steps id={id} />}>
      <Loaded live={live}>{(data) => <Exchange {...data} />}</Loaded>
    </Page>
  )
}

async function told(id: number): Promise<Told> {
  if (!Number.isSafeInteger(id) || id < 1)
    throw new Error('exchanges have whole numbers: the journal lists them')
  const { journal } = world()
  const [exchange, explained] = await Promise.all([journal.get(id), journal.explain(id)])
  return { exchange, explained }
}

function Exchange({ exchange, explained }: Told) {
  const { method, url, status, provider, operation, at, refusal, fault } = exchange
  return (
    <>
      <p class="exchange-line">
        <span class="mono">
          <strong>{method}</strong> {url}
        </span>{' '}
        <StatusBadge status={status} isRefused={refusal !== undefined} />{' '}
        {fault && <Badge tone="warn">fault</Badge>}
      </p>
      <p class="hint">
        <Instant at={at} /> UTC · {provider ?? 'it reached no provider'}
        {operation !== undefined && <> · {operation}</>}
      </p>
      {refusal && <Refusal exchange={exchange} alike={explained.alike ?? []} />}
      <ExchangeNext explained={explained} />
      <ExchangePair exchange={exchange} />
      <ExchangeWay explained={explained} />
      <ExchangeFaults exchange={exchange} />
      <ExchangeEffects exchange={exchange} />
      <ExchangeCurl exchange={exchange} />
    </>
  )
}

/** The exchanges before and after, among those that the filters of the list let through. */
function Steps({ id }: { readonly id: number }) {
  const [query] = useQuery()
  const filters = filtersIn(query)
  const live = useLive(
    () => neighbours(id, journalQuery(query)),
    [id, JSON.stringify(filters)],
    ({ name }) => name === 'exchange',
  )
  const { previous, next } = live.data ?? {}
  const search = new URLSearchParams(filters).toString()
  const href = (to: number) => pathOf('journal', to) + (search === '' ? '' : `?${search}`)
  return (
    <>
      <a class="button" href={pathTo('journal', filters)}>
        All exchanges
      </a>
      <StepLink to={previous && href(previous)}>Previous</StepLink>
      <StepLink to={next && href(next)}>Next</StepLink>
      <RecordButton since={id} />
    </>
  )
}

interface StepLinkProps {
  readonly to: string | 0 | undefined
  readonly children: string
}

const StepLink = ({ to, children }: StepLinkProps) =>
  to ? (
    <a class="button" href={to}>
      {children}
    </a>
  ) : (
    <button type="button" class="button" aria-disabled="true" title="there is none">
      {children}
    </button>
  )

async function neighbours(id: number, query: ReturnType<typeof journalQuery>) {
  if (!Number.isSafeInteger(id) || id < 1) return {}
  const one = { ...query, limit: 1 }
  const [before, after] = await Promise.all([
    call('listJournal', { query: { ...one, before: id } }),
    call('listJournal', { query: { ...one, after: id, order: 'oldest' } }),
  ])
  return { previous: before.entries[0]?.id, next: after.entries[0]?.id }
}
