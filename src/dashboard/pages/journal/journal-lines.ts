// The lines of the journal in the page: loaded from the newest on as they are seen, with new ones kept apart while older are read.

import { reasonOf } from '../../../state/reason.ts'
import { call } from '../../client.ts'
import { type JournalLine, lineOf } from './journal-line.ts'
import type { JournalQuery } from './journal-query.ts'

/** Lines of one answer. */
const PAGE = 100

/** Lines that a page keeps: the oldest go where there are more. */
const MOST = 20_000

type Journal = Awaited<ReturnType<typeof call<'listJournal'>>>

/** A class, since all its methods work on one list. */
export class JournalLines {
  /** The newest first. */
  #lines: JournalLine[] = []
  /** New ones that are not shown yet, the newest first. */
  #fresh: JournalLine[] = []
  #total = 0
  #isWhole = false
  #isLoaded = false
  #wanted = 0
  #problem: string | undefined
  #isOver = false
  #work: Promise<void> = Promise.resolve()
  readonly #query: JournalQuery
  readonly #onChange: () => void

  /** True while the top of the list is seen: new lines are shown at once. */
  isAtTop = true

  constructor(query: JournalQuery, onChange: () => void) {
    this.#query = query
    this.#onChange = onChange
  }

  get isLoaded(): boolean {
    return this.#isLoaded
  }

  get problem(): string | undefined {
    return this.#problem
  }

  /** How many there are to scroll over: those that are loaded, and those that are known to follow. */
  get total(): number {
    if (this.#isWhole) return this.#lines.length
    return Math.max(this.#lines.length + 1, this.#total - this.#fresh.length)
  }

  /** How many new ones wait to be shown. */
  get fresh(): number {
    return this.#fresh.length
  }

  at(index: number): JournalLine | undefined {
    return this.#lines[index]
  }

  /** Loads the newest, in the place of all there was. */
  begin(): Promise<void> {
    return this.#do(async () => {
      const answer = await this.#ask({ limit: PAGE })
      this.#fresh = []
      this.#take(answer, [])
      this.#isLoaded = true
    })
  }

  /** Loads on until the line of an index is there. */
  see(index: number): void {
    this.#wanted = index
    if (this.#isWhole || index < this.#lines.length) return
    void this.#do(async () => {
      while (!this.#isOver && !this.#isWhole && this.#wanted >= this.#lines.length) {
        const before = this.#lines.at(-1)?.id
        this.#take(await this.#ask({ limit: PAGE, before }), this.#lines)
        this.#onChange()
      }
    })
  }

  /** Loads what has come since. */
  catchUp(): Promise<void> {
    return this.#do(async () => {
      const after = this.#fresh[0]?.id ?? this.#lines[0]?.id ?? 0
      const { entries, total, next } = await this.#ask({ limit: PAGE, after })
      this.#total = total
      // So many have come that they are no addition any more.
      if (next !== undefined && this.isAtTop) return this.#restart()
      const come = entries.map(lineOf)
      for (let before = next; before !== undefined; ) {
        const more: Journal = await this.#ask({ limit: PAGE, after, before })
        come.push(...more.entries.map(lineOf))
        before = come.length < MOST ? more.next : undefined
      }
      this.#fresh.unshift(...come)
      if (this.isAtTop) this.#show()
    })
  }

  /** Catches up after events may have been missed; begins again where the journal did. */
  async resume(): Promise<void> {
    const known = this.#lines[0]?.id
    await this.#do(async () => {
      const { entries } = await this.#ask({ limit: 1 })
      if (known !== undefined && (entries[0]?.id ?? 0) < known) await this.#restart()
    })
    await this.catchUp()
  }

  /** Shows the new ones on top of the others. */
  showFresh(): void {
    this.#show()
    this.#onChange()
  }

  /** What is on its way is not taken any more. */
  end(): void {
    this.#isOver = true
  }

  async #restart(): Promise<void> {
    const answer = await this.#ask({ limit: PAGE })
    this.#fresh = []
    this.#take(answer, [])
  }

  #show(): void {
    this.#lines.unshift(...this.#fresh)
    this.#fresh = []
    if (this.#lines.length > MOST) this.#lines.length = MOST
  }

  #take({ total, entries, next }: Journal, before: readonly JournalLine[]): void {
    this.#lines = [...before, ...entries.map(lineOf)]
    this.#total = total
    this.#isWhole = next === undefined || this.#lines.length >= MOST
  }

  #ask(page: {
    readonly limit: number
    readonly after?: number
    readonly before?: number | undefined
  }): Promise<Journal> {
    return call('listJournal', { query: { ...this.#query, ...page } })
  }

  /** One thing after the other. */
  #do(work: () => Promise<void>): Promise<void> {
    this.#work = this.#work.then(async () => {
      if (this.#isOver) return
      try {
        await work()
        this.#problem = undefined
      } catch (error) {
        this.#problem = reasonOf(error)
      }
      if (!this.#isOver) this.#onChange()
    })
    return this.#work
  }
}
