// The journal: what the providers were asked and answered, and why they refused.
import type { JournalEntry } from '../server/journal.ts'
import { defined } from '../state/defined.ts'
import { iso } from '../state/duration.ts'
import { Refusal } from '../state/refusal.ts'
import { type ControlHandlers, providerFilter, reply } from './call.ts'
import { matches } from './filter.ts'
import type { ExchangeShown } from './wire.ts'

function exchangeShown(entry: JournalEntry): ExchangeShown {
  return defined({ ...entry, at: iso(entry.at) })
}

export const journalHandlers = {
  listJournal(call) {
    const provider = providerFilter(call)
    const { operation, status, refused, limit = 100 } = call.query
    const asked = { provider, operation, status }
    const isWanted = (entry: JournalEntry) =>
      matches(entry, asked) && (refused === undefined || (entry.refusal !== undefined) === refused)

    const found = call.hosted.journal.list().filter(isWanted).slice(0, limit)
    return reply(200, { entries: found.map(exchangeShown) })
  },
  getJournalEntry({ hosted, path: { id } }) {
    const entry = hosted.journal.get(id)
    if (!entry) {
      const missing = `the journal has no exchange ${id}, or not any more`
      throw new Refusal('not-found', `${missing}: GET /_sim/journal lists the latest`)
    }
    return reply(200, exchangeShown(entry))
  },
} satisfies Partial<ControlHandlers>
