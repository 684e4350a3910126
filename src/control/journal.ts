// The journal: what the providers were asked and answered, why they refused, and how it went.
import type { JournalEntry } from '../server/journal.ts'
import { reply } from '../simulators/call.ts'
import { defined } from '../state/defined.ts'
import { Refusal } from '../state/refusal.ts'
import { type CallOf, type ControlHandlers, providerFilter } from './call.ts'
import { exchangeFilter } from './exchange-filter.ts'
import { exchangeShown } from './exchange-shown.ts'
import { explained } from './explain.ts'
import { harOf } from './har.ts'
import { mapInTurns } from './long-list.ts'

/** Exchanges that are shown at once: their bodies are parsed. */
const AT_ONCE = 25

/** The exchanges a call asks for, in its order. */
function found(call: CallOf<'listJournal'>) {
  providerFilter(call)
  const { order = 'newest', limit = 100, after = 0, before = Number.POSITIVE_INFINITY } = call.query
  const all = call.hosted.journal.list().filter(exchangeFilter(call.server, call.query))
  if (order === 'oldest') all.reverse()
  const left = all.filter(({ id }) => id > after && id < before)
  const entries = left.slice(0, limit)
  return { total: all.length, entries, next: left.length > limit ? entries.at(-1)?.id : undefined }
}

function entryOf({ hosted, path: { id } }: CallOf<'getJournalEntry'>): JournalEntry {
  const entry = hosted.journal.get(id)
  if (entry) return entry
  const missing = `the journal has no exchange ${id}, or not any more`
  throw new Refusal('not-found', `${missing}: GET /_sim/journal lists the latest`)
}

export const journalHandlers = {
  async listJournal(call) {
    const { total, entries, next } = found(call)
    const { server, hosted } = call
    const shown = await mapInTurns(
      entries,
      (entry) => exchangeShown(server, hosted.world, entry),
      AT_ONCE,
    )
    return reply(200, defined({ total, entries: shown, next }))
  },
  async exportHar(call) {
    const { order = 'oldest' } = call.query
    const { entries } = found({ ...call, query: { ...call.query, order } })
    return reply(200, harOf(call.server.version, call.root, entries))
  },
  getJournalEntry(call) {
    return reply(200, exchangeShown(call.server, call.hosted.world, entryOf(call)))
  },
  explainExchange(call) {
    return reply(200, explained(call.server, call.hosted.world, entryOf(call)))
  },
} satisfies Partial<ControlHandlers>
