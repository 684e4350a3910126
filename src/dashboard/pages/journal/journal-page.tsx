// What the providers were asked and answered, as it happens.
import { useRef } from 'preact/hooks'
import { Badge } from '../../kit/badge.tsx'
import { countedWords } from '../../kit/counted-words.ts'
import { Empty } from '../../kit/empty.tsx'
import { useQuery } from '../../kit/link.tsx'
import { Page } from '../../kit/page.tsx'
import { Rows } from '../../kit/rows.tsx'
import { Instant } from '../../kit/time.tsx'
import { pathOf } from '../../place.ts'
import { commandHere } from '../../terminal.ts'
import { JournalFilters } from './journal-filters.tsx'
import type { JournalLine } from './journal-line.ts'
import type { JournalLines } from './journal-lines.ts'
import { filtersIn, journalQuery } from './journal-query.ts'
import { RecordButton } from './record-dialog.tsx'
import { useJournal } from './use-journal.ts'

const HEAD = [
  'Time (UTC)',
  'Method',
  'URL',
  'Status',
  'What it did, or why not',
  'The client was told',
]

/** px of the list within which its top counts as seen. */
const TOP = 22

export function JournalPage() {
  const [query] = useQuery()
  const { lines, onSeen } = useJournal(journalQuery(query))
  return (
    <Page title="Journal" actions={<RecordButton />}>
      <JournalFilters />
      {lines.problem !== undefined && (
        <p class="problem" role="alert">
          {lines.problem}
        </p>
      )}
      <JournalList lines={lines} onSeen={onSeen} filters={filtersIn(query)} />
    </Page>
  )
}

interface JournalListProps {
  readonly lines: JournalLines
  readonly onSeen: (first: number, last: number) => void
  readonly filters: Record<string, string>
}

function JournalList({ lines, onSeen, filters }: JournalListProps) {
  const frame = useRef<HTMLDivElement>(null)
  if (!lines.isLoaded) return lines.problem === undefined ? <p class="loading">Loading…</p> : null
  if (lines.total === 0) return <NothingYet isFiltered={Object.keys(filters).length > 0} />

  const list = () => frame.current?.querySelector('.rows')
  const scrolled = () => {
    lines.isAtTop = (list()?.scrollTop ?? 0) < TOP
    if (lines.isAtTop && lines.fresh > 0) lines.showFresh()
  }
  const toTop = () => {
    lines.isAtTop = true
    lines.showFresh()
    list()?.scrollTo({ top: 0 })
  }
  return (
    <div class="journal" ref={frame} onScrollCapture={scrolled}>
      <p class="journal-new" role="status">
        {lines.fresh > 0 && (
          <button type="button" class="button main" onClick={toTop}>
            {lines.fresh} new
          </button>
        )}
      </p>
      <Rows
        label="Exchanges, the newest first"
        head={HEAD}
        total={lines.total}
        rowAt={(index) => lines.at(index)}
        keyOf={(line) => line.id}
        onSeen={onSeen}
      >
        {(line) => <Cells line={line} filters={filters} />}
      </Rows>
      <p class="hint">
        {countedWords(lines.total, 'exchange')}; the simulator keeps the latest 500 of a world
      </p>
    </div>
  )
}

interface CellsProps {
  readonly line: JournalLine
  readonly filters: Record<string, string>
}

function Cells({ line, filters }: CellsProps) {
  const { id, at, method, url, what, status, reason, told, effects, fault } = line
  const search = new URLSearchParams(filters).toString()
  const href = pathOf('journal', id) + (search === '' ? '' : `?${search}`)
  return (
    <>
      <td>
        <Instant at={at} />
      </td>
      <td class="mono">{method}</td>
      <td class="mono" title={`${url}\n${what}`}>
        <a href={href}>{url}</a>
      </td>
      <td>
        <StatusBadge status={status} isRefused={reason !== undefined} />
      </td>
      <td title={fault ?? reason ?? effects} class={reason === undefined ? '' : 'refused'}>
        {fault !== undefined && <Badge tone="warn">fault</Badge>} {fault ?? reason ?? effects}
        {fault === undefined && reason === undefined && effects === '' && (
          <span class="hint">nothing changed</span>
        )}
      </td>
      <td class="mono" title={told}>
        {told}
      </td>
    </>
  )
}

export interface StatusBadgeProps {
  readonly status: number | undefined
  readonly isRefused: boolean
}

/** The status of a reply; what was refused is told in words, too, for who sees no colours. */
export function StatusBadge({ status, isRefused }: StatusBadgeProps) {
  if (status === undefined) return <Badge tone="bad">no reply</Badge>
  const isBad = isRefused || status >= 400
  return (
    <Badge tone={isBad ? 'bad' : 'good'}>
      {status}
      {isRefused && <span class="hidden"> refused</span>}
    </Badge>
  )
}

function NothingYet({ isFiltered }: { readonly isFiltered: boolean }) {
  if (isFiltered)
    return (
      <Empty title="No exchange is of this kind">
        <p>Take a filter away, or wait: what comes is shown at once.</p>
      </Empty>
    )
  return (
    <Empty title="Nothing has been asked yet" command={`eval "$(${commandHere(['env'])})"`}>
      <p>
        Call a provider, and each request stands here with its reply and the true reason of each
        refusal. The base URLs and keys for that are printed by:
      </p>
    </Empty>
  )
}
