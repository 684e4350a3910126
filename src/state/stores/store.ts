// What a store does: keep worlds beyond the process, one change list at a time.
import type { Change } from '../collection.ts'

/** Every record of a world by collection and key. Maps, so that a world can be opened and written without copying. */
export type Records = Map<string, Map<string, object>>

/** How long a reply waits: not at all, until its changes are in the log, or until the log is on the disk. */
export type Durability = 'buffered' | 'written' | 'synced'

/** Opening found a state that cannot be used; the message is one sentence that says what to do. Nothing was written. */
export class StoreError extends Error {}

export interface Store {
  /** Names of the worlds kept here. */
  list(): Promise<string[]>
  /**
   * Reads a world, or `undefined` where there is none.
   * @throws StoreError when the state is unreadable, newer than this program, or held by another process
   */
  load(world: string): Promise<Records | undefined>
  /** Tells where to read the world's present records when its base is written. Called once, before the first commit. */
  attach(world: string, records: () => Records): void
  /** Keeps the changes of one transaction, all or none. Returns at once. */
  commit(world: string, changes: readonly Change[]): void
  /** Replaces all that is kept of a world by its present records (reset, a restored state). */
  rewrite(world: string): void
  /** Resolves when everything committed so far is kept as the durability asks; `undefined` when it already is. */
  settled(world: string): Promise<void> | undefined
  /** Why the last write failed, while it has not succeeded since. */
  failure(world: string): Error | undefined
  remove(world: string): Promise<void>
  /** Writes what is pending and lets go. */
  close(): Promise<void>
}
