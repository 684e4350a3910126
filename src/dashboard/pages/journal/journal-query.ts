// What the journal is asked for, as it stands in the URL of the page.
import type { QueryOf } from '../../../control/operations.ts'
import type { Query } from '../../kit/link.tsx'

/** What the filters of the page are called, in the URL as in the control API. */
export const FILTERS = [
  'text',
  'provider',
  'operation',
  'method',
  'status',
  'refused',
  'path',
  'iccid',
  'fault',
  'since',
  'until',
] as const

export type JournalQuery = Pick<QueryOf<'listJournal'>, (typeof FILTERS)[number]>

/** The filters that are set, as the simulator takes them. */
export function journalQuery(query: Query): JournalQuery {
  const set = FILTERS.map((name) => [name, query[name] ?? ''] as const)
  const asked: Query = Object.fromEntries(set.filter(([, value]) => value !== ''))
  const { refused, ...rest } = asked
  return refused === undefined ? rest : { ...rest, refused: refused === 'true' }
}

/** The filters that are set, for a link that keeps them. */
export function filtersIn(query: Query): Record<string, string> {
  const all: Record<string, string> = {}
  for (const name of FILTERS) {
    const value = query[name] ?? ''
    if (value !== '') all[name] = value
  }
  return all
}
