// The one way of all commits to PostgreSQL: what gathers while a statement is under way goes in the next.

import type { Written } from '../written.ts'
import { commitStatement, isKept, standing } from './commit-statement.ts'
import type { Connections } from './connections.ts'
import { databaseReason, isHopeless } from './database-errors.ts'
import { alarm, waits } from './pauses.ts'
import type { Part, QueuedWorld, Whole } from './queued-world.ts'

/** How long who waits for a commit is kept waiting where the database is away, in wall ms. */
const PATIENCE = 5_000

/** How many characters are written in a ms at least: what is large may take longer. */
const SLOWEST = 5_000

/** Characters that go in one statement, unless one world has more. */
const MOST_AT_ONCE = 4_194_304

export interface CommitLaneOptions {
  /** One connection of its own. */
  readonly connections: Connections
  /** Counts what it has taken. */
  readonly written: Written
  /** How the database is called. */
  readonly shown: string
  warn(sentence: string): void
  /**
   * Writes a world that is too large for a commit.
   * @returns false where it is no longer ours
   */
  writeWhole(whole: Whole): Promise<boolean>
  /** Told of each part that is kept. */
  kept(part: Part): void
  /**
   * Told of a world of which nothing is kept any more that was sent.
   * @param why where that is not that another replica has it
   */
  lost(world: QueuedWorld, why?: Error): void
}

export interface CommitLane {
  /** Has what a world committed written when what runs now has come to its end. */
  begin(world: QueuedWorld): void
  /** Why nothing can be written, until something is. */
  readonly failure: Error | undefined
  /** Resolves when nothing is being sent. */
  idle(): Promise<void>
  /** Gives up what the database has not taken by now. */
  stop(): void
}

export function openCommitLane(options: CommitLaneOptions): CommitLane {
  return new OpenLane(options)
}

/** A class, since every method works on the same few things. */
class OpenLane implements CommitLane {
  readonly #options: CommitLaneOptions
  /** Worlds with something to be sent. */
  readonly #ready = new Set<QueuedWorld>()
  /** Worlds whose commits are on their way. */
  readonly #sent = new Set<QueuedWorld>()
  /** Worlds that are written row by row. */
  readonly #wholes = new Set<Promise<void>>()
  #running: Promise<void> | undefined
  #failure: Error | undefined
  #isStopped = false

  constructor(options: CommitLaneOptions) {
    this.#options = options
  }

  get failure(): Error | undefined {
    return this.#failure
  }

  begin(world: QueuedWorld): void {
    if (!world.isPending) return
    this.#ready.add(world)
    this.#running ??= new Promise((done) => process.nextTick(() => done(this.#run())))
  }

  async idle(): Promise<void> {
    while (this.#running || this.#wholes.size > 0)
      await Promise.all([this.#running, ...this.#wholes])
  }

  stop(): void {
    this.#isStopped = true
  }

  async #run(): Promise<void> {
    try {
      for (let parts = await this.#gather(); parts.length > 0; parts = await this.#gather())
        await this.#send(parts)
    } finally {
      this.#running = undefined
      // What was added while it came to its end.
      const [next] = this.#ready
      if (next && !this.#isStopped) this.begin(next)
    }
  }

  /** What is to be sent next, of every world that has something. */
  async #gather(): Promise<Part[]> {
    const parts: Part[] = []
    let length = 0
    for (const world of this.#ready) {
      if (length > MOST_AT_ONCE || this.#isStopped) break
      this.#ready.delete(world)
      if (!world.isReady) continue
      this.#sent.add(world)
      const next = await world.next().catch((error) => this.#giveUp({ world }, error))
      if (!next || world.over) this.#sent.delete(world)
      else if ('view' in next) this.#beginWhole(next)
      else {
        parts.push(next)
        length += lengthOf(next)
      }
    }
    return parts.sort((a, b) => a.world.id - b.world.id)
  }

  async #send(parts: readonly Part[]): Promise<void> {
    try {
      const { connections, written } = this.#options
      const { ask } = connections
      const statement = commitStatement(parts)
      const length = parts.reduce((sum, part) => sum + lengthOf(part), 0)
      await this.#persist(PATIENCE + length / SLOWEST, async () => {
        const rows = await ask(statement)
        written.writes += 1
        written.bytes += length
        const kept = new Set(rows.map(({ id }) => id))
        const others = parts.filter(({ world }) => !kept.has(world.id))
        const stand = others.length > 0 ? await ask(standing(others)) : []
        for (const part of parts) this.#settle(part, kept.has(part.world.id) || isKept(part, stand))
      })
    } catch (error) {
      if (this.#isStopped && !isHopeless(error)) {
        this.#fail(error)
        return
      }
      if (parts.length > 1) {
        // One of them is at fault: the others are kept without it.
        for (const part of parts) await this.#send([part])
        return
      }
      const [part] = parts
      if (part) this.#giveUp(part, error)
    }
  }

  #settle(part: Part, isKept: boolean): void {
    const { world } = part
    this.#sent.delete(world)
    if (!isKept) {
      this.#options.lost(world)
      return
    }
    world.kept(part.n)
    this.#options.kept(part)
    if (world.isReady) this.#ready.add(world)
  }

  /** PostgreSQL does not take it, whenever: the copy here is no longer what is kept. */
  #giveUp({ world }: Pick<Part, 'world'>, error: unknown): void {
    this.#sent.delete(world)
    const { shown, warn, lost } = this.#options
    const why = `${shown} did not take changes of world ${world.name}: ${databaseReason(error)}`
    const told = `${why}. They are lost, and it goes on from what is kept`
    warn(told)
    lost(world, new Error(told, { cause: error }))
  }

  #beginWhole(whole: Whole): void {
    const written = this.#writeWhole(whole)
      .catch((error) => {
        if (this.#isStopped && !isHopeless(error)) this.#fail(error)
        else this.#giveUp(whole, error)
      })
      .finally(() => {
        whole.view.close()
        this.#wholes.delete(written)
      })
    this.#wholes.add(written)
  }

  async #writeWhole(whole: Whole): Promise<void> {
    const { world, n } = whole
    let isOurs = false
    await this.#persist(undefined, async () => {
      isOurs = await this.#options.writeWhole(whole)
    })
    this.#sent.delete(world)
    if (!isOurs) this.#options.lost(world)
    else if (!world.over) {
      world.kept(n)
      this.begin(world)
    }
  }

  /**
   * Tries until the database is there. Who waits is told when it has been away for too long, and
   * whatever is to be written afterwards is refused until something was.
   * @param patience how long that is, in wall ms; absent where it counts from the first failure
   * @throws what another try would not get over
   */
  async #persist(patience: number | undefined, act: () => Promise<void>): Promise<void> {
    const between = waits()
    let failed: unknown
    const begin = (ms: number) => alarm(ms, () => this.#fail(failed))
    let ending = patience === undefined ? undefined : begin(patience)
    try {
      for (;;) {
        try {
          await act()
          break
        } catch (error) {
          failed = error
          this.#options.written.failures += 1
          if (isHopeless(error) || this.#isStopped) throw error
          ending ??= begin(PATIENCE)
          if (this.#failure) this.#fail(error)
        }
        await between.next()
      }
      this.#succeed()
    } finally {
      ending?.takeBack()
    }
  }

  #fail(error: unknown): void {
    const { shown, warn } = this.#options
    const why = error === undefined ? 'it does not answer' : databaseReason(error)
    const failure = new Error(`cannot write ${shown}: ${why}. Worlds refuse writes until it can`)
    if (!this.#failure) warn(failure.message)
    this.#failure = failure
    for (const world of [...this.#sent, ...this.#ready]) world.failed(failure)
  }

  #succeed(): void {
    if (this.#failure) this.#options.warn(`${this.#options.shown} can be written again`)
    this.#failure = undefined
  }
}

function lengthOf({ rows }: Part): number {
  let length = 0
  for (const { text } of rows) length += text.length
  return length
}
