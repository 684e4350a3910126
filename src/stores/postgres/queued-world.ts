// One world on its way to PostgreSQL: its commits that are not kept yet, and who waits for them.
import type { Change, Records } from '../../state/collection.ts'
import type { RecordsView } from '../../state/record-view.ts'
import { type Deferred, deferred } from '../deferred.ts'
import type { KeptStep } from '../store.ts'
import {
  type ChangeRow,
  type Commit,
  type CredentialChanges,
  changeRows,
  credentialChanges,
  everyRecord,
} from './change-rows.ts'
import type { HeldWorld } from './held.ts'
import { type HistoryDepth, openHistoryDepth } from './history-depth.ts'

/** A world with more records is written row by row when it begins anew, and not as one commit. */
const MOST_IN_A_COMMIT = 10_000

/** Characters of changes that are sent at once, unless one commit has more. */
const MOST_AT_ONCE = 2_097_152

/** Where the present records of a world are read. */
export interface Source {
  readonly records: () => Records
  /** As they stand, to be read in turns. */
  readonly view: () => RecordsView
}

/** Commits of a world that are sent together: the same again until their fate is known. */
export interface Part {
  readonly world: QueuedWorld
  /** The numbers of the last commit that was kept before, and of its own last one. */
  readonly before: number
  readonly n: number
  readonly rows: readonly ChangeRow[]
  readonly credentials: CredentialChanges | undefined
}

/** A world that is too large for a commit, as it stood after commit `n`. */
export interface Whole {
  readonly world: QueuedWorld
  readonly before: number
  readonly n: number
  readonly view: RecordsView
}

/** A class, since every method works on the same few things. */
export class QueuedWorld {
  readonly name: string
  readonly id: number
  readonly fence: number
  #depth = openHistoryDepth()
  /** The number of the last commit. */
  #n: number
  /** The number of the last commit that is kept. */
  #kept: number
  #source: Source | undefined
  #added: Commit[] = []
  #isWhole = false
  #isSent = false
  /** Who waits for all that was added, and for what was sent. */
  #waiting: Deferred | undefined
  #sentWaiting: Deferred | undefined
  #over: Error | undefined

  /** @param n the number of the last commit that is kept; 0 where nothing is */
  constructor(name: string, { id, fence }: HeldWorld, n: number) {
    this.name = name
    this.id = id
    this.fence = fence
    this.#n = n
    this.#kept = n
  }

  /** Why nothing is kept of this copy any more, once that is so. */
  get over(): Error | undefined {
    return this.#over
  }

  /** How many of its commits stay as they are. */
  get depth(): HistoryDepth {
    return this.#depth
  }

  /** True where something has to be sent, and nothing is. */
  get isReady(): boolean {
    return !this.#isSent && this.#isAdded
  }

  get isPending(): boolean {
    return this.#isSent || this.#isAdded
  }

  attach(source: Source): void {
    this.#source = source
  }

  commit(changes: readonly Change[]): void {
    if (changes.length === 0) return
    const n = this.#next()
    // What a world was made with was never committed: its first commit is all of it.
    if (n === 1) this.#isWhole = true
    if (!this.#isWhole) this.#added.push({ n, replaces: false, changes, step: undefined })
  }

  rewrite(): void {
    this.#next()
    this.#isWhole = true
    this.#added = []
  }

  /** The last commit belongs to this step. */
  noteStep(step: KeptStep): void {
    const last = this.#added.at(-1)
    if (last) last.step = { id: step.id, cause: step.cause, at: step.at }
  }

  /** Takes what is to be sent next; it is sent until `kept` is called. Renders it in turns. */
  async next(): Promise<Part | Whole> {
    this.#isSent = true
    const before = this.#kept
    if (this.#isWhole) {
      const n = this.#n
      const view = this.#attached().view()
      this.#isWhole = false
      this.#takeWaiting()
      const whole = { world: this, before, n, view }
      return this.#isLarge() ? whole : partOf(whole)
    }

    const rows: ChangeRow[] = []
    const commits: Commit[] = []
    let length = 0
    for (let next = this.#added[0]; next && length < MOST_AT_ONCE; next = this.#added[0]) {
      this.#added.shift()
      commits.push(next)
      const own = await changeRows(next)
      for (const { text } of own) length += text.length
      rows.push(...own)
      // A world that begins anew meanwhile does so after what was taken before.
      if (this.#isWhole) break
    }
    const n = commits.at(-1)?.n ?? before
    if (!this.#isAdded) this.#takeWaiting()
    return { world: this, before, n, rows, credentials: credentialChanges(commits) }
  }

  /** All up to commit `n` is kept: whoever waited for that goes on. */
  kept(n: number): void {
    this.#kept = n
    this.#isSent = false
    this.#sentWaiting?.resolve()
    this.#sentWaiting = undefined
  }

  /** Nothing can be kept now: nobody waits any longer, and all of it stays to be kept. */
  failed(error: Error): void {
    for (const each of [this.#waiting, this.#sentWaiting]) each?.reject(error)
    this.#waiting = undefined
    this.#sentWaiting = undefined
  }

  /** Resolves when all that was committed is kept; `undefined` where it is. */
  flushed(): Promise<void> | undefined {
    if (this.#over) return Promise.reject(this.#over)
    if (this.#isAdded) {
      this.#waiting ??= deferred()
      return this.#waiting.promise
    }
    if (!this.#isSent) return undefined
    this.#sentWaiting ??= deferred()
    return this.#sentWaiting.promise
  }

  /**
   * Nothing more is kept of this copy, and it lets go of what it held.
   * @param isRejected false where nobody who waits has to be told
   */
  end(why: Error, isRejected = true): void {
    if (this.#over) return
    this.#over = why
    this.#added = []
    this.#isWhole = false
    this.#isSent = false
    this.#source = undefined
    this.#depth = openHistoryDepth()
    if (isRejected) this.failed(why)
    this.#waiting?.resolve()
    this.#sentWaiting?.resolve()
  }

  get #isAdded(): boolean {
    return this.#isWhole || this.#added.length > 0
  }

  #takeWaiting(): void {
    const [waiting, early] = [this.#waiting, this.#sentWaiting]
    if (waiting && early) waiting.promise.then(early.resolve, early.reject)
    this.#sentWaiting = waiting ?? early
    this.#waiting = undefined
  }

  #attached(): Source {
    if (!this.#source) throw new Error(`world ${this.name} was not attached to its store`)
    return this.#source
  }

  /** Numbers a commit. */
  #next(): number {
    if (this.#over) throw this.#over
    this.#attached()
    this.#n += 1
    return this.#n
  }

  #isLarge(): boolean {
    let size = 0
    for (const byKey of this.#attached().records().values()) size += byKey.size
    return size > MOST_IN_A_COMMIT
  }
}

async function partOf({ world, before, n, view }: Whole): Promise<Part> {
  try {
    const changes = [...everyRecord(view)]
    const commit = { n, replaces: true, changes, step: undefined }
    const credentials = credentialChanges([commit])
    return { world, before, n, rows: await changeRows(commit), credentials }
  } finally {
    view.close()
  }
}
