// The journal: what the providers were asked and answered, and why they refused.

import type { Distinction, JournalEntry } from '../server/journal.ts'
import { mapInTurns } from '../server/long-list.ts'
import { reply } from '../simulators/call.ts'
import { defined } from '../state/defined.ts'
import { iso } from '../state/instant.ts'
import { Refusal } from '../state/refusal.ts'
import { type ControlHandlers, providerFilter } from './call.ts'
import { matches } from './filter.ts'
import type { ExchangeShown } from './wire.ts'

/** Entries whose secrets are struck out at once: some milliseconds of work. */
const PIECE = 20

function exchangeShown(entry: JournalEntry): ExchangeShown {
  return defined({ ...entry, at: iso(entry.at) })
}

export const journalHandlers = {
  async listJournal(call) {
    const provider = providerFilter(call)
    const { operation, status, refused, limit = 100 } = call.query
    const asked = { provider, operation, status }
    const isWanted = (exchange: Distinction) =>
      matches(exchange, asked) &&
      (refused === undefined || (exchange.refusal !== undefined) === refused)

    const { journal } = call.hosted
    const ids = journal.find(isWanted).slice(0, limit)
    const entries = await mapInTurns(ids, (id) => journal.get(id), PIECE)
    // Meanwhile the oldest may have gone.
    const found = entries.filter((entry) => entry !== undefined)
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
