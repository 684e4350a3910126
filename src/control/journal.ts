// The journal: what the providers were asked and answered, why they refused, and how it went.
import type { Journal, JournalEntry } from '../server/journal.ts'
import { mapInTurns } from '../server/long-list.ts'
import { reply } from '../simulators/call.ts'
import { defined } from '../state/defined.ts'
import { Refusal } from '../state/refusal.ts'
import { type CallOf, type ControlHandlers, providerFilter } from './call.ts'
import { exchangeFilter } from './exchange-filter.ts'
import { exchangeShown } from './exchange-shown.ts'
import { explained } from './explain.ts'
import { harOf } from './har.ts'

/** Exchanges that are seen to at once: their secrets are struck out, their bodies parsed. */
const AT_ONCE = 20

/** What a call asks for, in its order. */
interface Found {
  readonly total: number
  readonly entries: readonly JournalEntry[]
  /** The number to read on from. */
  readonly next: number | undefined
}

async function found(call: CallOf<'listJournal'>): Promise<Found> {
  providerFilter(call)
  const { order = 'newest', limit = 100, after = 0, before = Number.POSITIVE_INFINITY } = call.query
  const { byKind, byText } = exchangeFilter(call.server, call.query)
  const { journal } = call.hosted
  const ids = journal.find(byKind)
  if (order === 'oldest') ids.reverse()

  const isOnPage = (id: number) => id > after && id < before
  if (!byText) {
    const left = ids.filter(isOnPage)
    return { total: ids.length, ...(await page(journal, left, limit)) }
  }
  const all = await mapInTurns(ids, (id) => journal.get(id), AT_ONCE)
  const wanted = all.filter((entry) => entry !== undefined).filter(byText)
  const left = wanted.filter(({ id }) => isOnPage(id))
  const entries = left.slice(0, limit)
  const next = left.length > limit ? entries.at(-1)?.id : undefined
  return { total: wanted.length, entries, next }
}

/** The first of these; meanwhile the oldest may have gone. */
async function page(journal: Journal, ids: readonly number[], limit: number) {
  const first = ids.slice(0, limit)
  const entries = await mapInTurns(first, (id) => journal.get(id), AT_ONCE)
  return {
    entries: entries.filter((entry) => entry !== undefined),
    next: ids.length > limit ? first.at(-1) : undefined,
  }
}

function entryOf({ hosted, path: { id } }: CallOf<'getJournalEntry'>): JournalEntry {
  const entry = hosted.journal.get(id)
  if (entry) return entry
  const missing = `the journal has no exchange ${id}, or not any more`
  throw new Refusal(
    'not-found',
    `${missing}: GET /_sim/journal and \`esimulator journal\` list the latest`,
  )
}

export const journalHandlers = {
  async listJournal(call) {
    const { total, entries, next } = await found(call)
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
    const { entries } = await found({ ...call, query: { ...call.query, order } })
    return reply(200, harOf(call.server.version, call.root, entries))
  },
  getJournalEntry(call) {
    return reply(200, exchangeShown(call.server, call.hosted.world, entryOf(call)))
  },
  explainExchange(call) {
    return reply(200, explained(call.server, call.hosted.world, entryOf(call)))
  },
} satisfies Partial<ControlHandlers>
