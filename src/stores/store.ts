// What a store does: keep worlds beyond the process, one change list at a time.
import type { Change, Records } from '../state/collection.ts'
import type { RecordsView } from '../state/record-view.ts'
import type { Leases } from './leases.ts'

/**
 * The layout of a world's document, in files and on the wire: the newest read,
 * the one written.
 */
export const FORMAT = 1

/**
 * What a reply that has left survives: `synced`, a power cut; the others, kill -9. That `buffered`
 * does costs less than to write behind the reply: a thread that writes and the turn its end waits for
 * take longer than the write.
 */
export type Durability = 'buffered' | 'written' | 'synced'

/**
 * Opening found a state that cannot be used. The message is one sentence that says what to do;
 * nothing was written.
 */
export class StoreError extends Error {
  override readonly name = 'StoreError'
}

/**
 * The files of a world are damaged: it can be set aside. The message says what
 * is wrong, and where.
 */
export class BrokenWorld extends StoreError {}

/** A file holds another world than its name says. */
export class MisplacedWorld extends StoreError {
  /** The world it says it holds. */
  readonly said: string

  constructor(message: string, said: string) {
    super(message)
    this.said = said
  }
}

/** A step of the history of a world, as a store keeps it. */
export interface KeptStep {
  /** Larger than that of any step before it. */
  readonly id: number
  /** What caused it, as JSON has it. */
  readonly cause: unknown
  /** Virtual ms since the epoch. */
  readonly at: number
}

/** What one transaction of a step changed. */
export interface StepChanges {
  readonly step: KeptStep
  readonly changes: readonly Change[]
}

export interface Store {
  /** Where it keeps: `memory`, `folder` or `postgres`. */
  readonly kind?: string

  /** False where nothing is kept beyond the process. */
  readonly lasts: boolean

  /** Who has which world, where several simulators share the store; absent where this one has all. */
  readonly leases?: Leases

  /** Names of the worlds kept here. */
  list(): Promise<string[]>

  /**
   * The world that a credential `<provider>/<secret>` belongs to, of those that are kept here and
   * that nobody has loaded yet: the credentials of the others are in their records. Of several that
   * hold it the one that had it first. A world that cannot be read is none of them; `load` says why.
   */
  worldOf(credential: string): Promise<string | undefined>

  /**
   * Reads a world, or `undefined` where there is none. Once a world, before `attach`; a world that
   * `list` does not name needs none.
   * @throws StoreError when it cannot be read, is newer than this program, or is another world
   * @throws BrokenWorld when its files are damaged
   */
  load(world: string): Promise<Records | undefined>

  /**
   * Gives the files of a world that was loaded, or could not be, names that say so: none of them is
   * read or written again. Its name may be attached anew.
   * @returns the new names
   */
  setAside(world: string): Promise<readonly string[]>

  /**
   * Tells where to read the present records of a world whenever all of it is written. Called once,
   * before the first commit.
   * @param view the same, to be read in turns while the world goes on; a copy unless given
   */
  attach(world: string, records: () => Records, view?: () => RecordsView): void

  /**
   * Keeps the changes of one transaction, all or none; neither the list nor its records may change
   * afterwards. Where the log takes them at once they are in it when this returns.
   * @throws Error where the log cannot take them: they have to be undone, and are not kept
   */
  commit(world: string, changes: readonly Change[]): void

  /**
   * Notes which step of the history the last commit of a world belongs to; one that is noted of none
   * goes with the step before it. Absent where the history ends with the process.
   */
  noteStep?(world: string, step: KeptStep): void

  /**
   * What the latest steps of a world changed, the oldest first, where it was just loaded. Asked once:
   * they are not held for anybody afterwards.
   */
  stepsOf?(world: string): readonly StepChanges[]

  /**
   * Replaces all that is kept of a world by its records as they are at the end of this turn: all or
   * none, in its order among the commits. Called before the first change of what begins anew.
   */
  rewrite(world: string): void

  /**
   * Resolves when everything committed so far is kept as the durability asks; `undefined` when it
   * already is. Rejects when a write fails.
   */
  flushed(world: string): Promise<void> | undefined

  /**
   * Resolves when everything committed so far is in the log, whatever the durability asks, so that
   * it is there after kill -9; `undefined` when it already is. Rejects when a write fails.
   */
  logged(world: string): Promise<void> | undefined

  /**
   * Writes what is pending without waiting, as the process ends: nothing else may be called after.
   * @throws Error where something could not be written
   */
  writeNow(): void

  /**
   * Why the last write failed, until one succeeds: what is pending is tried again, and nothing new
   * should be accepted.
   */
  failure(world: string): Error | undefined

  /**
   * Notes how many lives a world had, before it is removed: the next of its name counts on from there.
   * @param lives from 1
   * @returns a promise that rejects where that cannot be kept; `undefined` where nothing is kept
   */
  noteLives(world: string, lives: number): Promise<void> | undefined

  /** How many lives the worlds of a name had that are gone, or more; 0 where none is. */
  livesOf(world: string): number

  /**
   * Forgets a world, all of it. Its name may be attached anew at once.
   * @throws Error where that cannot be done: all that was kept of it can be loaded again
   */
  remove(world: string): Promise<void>

  /**
   * Writes what is pending and releases what is held. Rejects, having released it, when something
   * could not be kept.
   */
  close(): Promise<void>
}
