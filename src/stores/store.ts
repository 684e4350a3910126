// What a store does: keep worlds beyond the process, one change list at a time.
import type { Change, Records } from '../state/collection.ts'

/** The layout of a world's document, in files and on the wire: the newest this program reads, and the one it writes. */
export const FORMAT = 1

/** How long a reply waits: not at all, until its changes are in the log, or until the log is on the disk. */
export type Durability = 'buffered' | 'written' | 'synced'

/** Opening found a state that cannot be used; the message is one sentence that says what to do. Nothing was written. */
export class StoreError extends Error {}

export interface Store {
  /** Names of the worlds kept here. */
  list(): Promise<string[]>
  /**
   * Reads a world, or `undefined` where there is none. Once a world, before `attach`; a world that `list` does not name needs none.
   * @throws StoreError when the state is unreadable, newer than this program, or held by another process
   */
  load(world: string): Promise<Records | undefined>
  /** Tells where to read the world's present records whenever all of it is written. Called once, before the first commit. */
  attach(world: string, records: () => Records): void
  /** Keeps the changes of one transaction, all or none. Returns at once; neither the list nor its records may change afterwards. */
  commit(world: string, changes: readonly Change[]): void
  /** Replaces all that is kept of a world by its present records (reset, a restored state), all or none, in its order among the commits. */
  rewrite(world: string): void
  /** Resolves when everything committed so far is kept as the durability asks; `undefined` when it already is. Rejects when a write fails. */
  flushed(world: string): Promise<void> | undefined
  /** Why the last write failed, while it has not succeeded since: what is pending is tried again, and nothing new should be accepted. */
  failure(world: string): Error | undefined
  /** Forgets a world. Its name may be attached anew at once. */
  remove(world: string): Promise<void>
  /** Writes what is pending and lets go. Rejects, having let go, when something could not be kept. */
  close(): Promise<void>
}
