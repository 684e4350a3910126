// A ring of exchanges: what was asked, what was answered, and the true reason of every refusal.

/** One exchange. Times are virtual; secrets were struck out before it came here. */
export interface JournalEntry {
  readonly id: number
  /** Virtual ms since the epoch. */
  readonly at: number
  readonly provider: string | undefined
  readonly operation: string | undefined
  readonly method: string
  readonly url: string
  readonly status: number
  readonly requestHeaders: Readonly<Record<string, string>>
  readonly requestBody: string | undefined
  readonly replyType: string | undefined
  readonly replyBody: string | undefined
  /** Why it was refused: the truth, which the reply may not tell. */
  readonly refusal: { readonly code: string; readonly reason: string } | undefined
  /** Fields and parameters the spec does not know, accepted all the same. */
  readonly undocumented: readonly string[]
  /** How the handler's reply broke the spec. */
  readonly violations: readonly string[]
}

/** How many exchanges a world remembers, and how much of each body. */
export const JOURNAL_LENGTH = 500
export const BODY_KEPT = 8192

export interface Journal {
  add(entry: Omit<JournalEntry, 'id'>): void
  get(id: number): JournalEntry | undefined
  /** Newest first. */
  list(): JournalEntry[]
  clear(): void
}

export function openJournal(): Journal {
  const ring: JournalEntry[] = []
  let last = 0
  return {
    add(entry) {
      const kept = entry as JournalEntry
      ring[last % JOURNAL_LENGTH] = Object.assign(kept, { id: last + 1 })
      last += 1
    },
    get(id) {
      const entry = ring[(id - 1) % JOURNAL_LENGTH]
      return entry?.id === id ? entry : undefined
    },
    list: () => [...ring].sort((a, b) => b.id - a.id),
    clear() {
      ring.length = 0
      last = 0
    },
  }
}
