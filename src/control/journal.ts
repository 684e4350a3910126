// The journal: what the providers were asked and answered, and why they refused.
import type { JournalEntry } from '../server/journal.ts'
import { reply } from '../simulators/call.ts'
import { iso } from '../state/instant.ts'
import { Refusal } from '../state/refusal.ts'
import { type ControlHandlers, fits, providerFilter } from './call.ts'

/** An exchange on the wire: its time is ISO 8601. */
export interface ExchangeShown extends Omit<JournalEntry, 'at'> {
  readonly at: string
}

function exchangeShown(entry: JournalEntry): ExchangeShown {
  return { ...entry, at: iso(entry.at) }
}

interface JournalFilter {
  readonly operation?: string
  readonly status?: number
  readonly refused?: boolean
  readonly limit?: number
}

export const journalHandlers: ControlHandlers = {
  listJournal(call) {
    const provider = providerFilter(call)
    const { operation, status, refused, limit = 100 } = call.query as JournalFilter
    const found = call.hosted.journal
      .list()
      .filter(
        (entry) =>
          fits(entry, { provider, operation, status }) &&
          (refused === undefined || (entry.refusal !== undefined) === refused),
      )
      .slice(0, limit)
    return reply(200, { entries: found.map(exchangeShown) })
  },
  getJournalEntry({ hosted, path }) {
    const entry = hosted.journal.get(Number(path.id))
    if (!entry)
      throw new Refusal(
        'not-found',
        `the journal has no exchange ${path.id}, or not any more: GET /_sim/journal lists the latest`,
      )
    return reply(200, exchangeShown(entry))
  },
}
