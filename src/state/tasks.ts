// Kinds of tasks: what happens when something is due.
import type { TaskData } from './task-queue.ts'
import type { World } from './world.ts'

/** A kind of task and what it does, in a transaction at the instant it is due. */
export interface TaskDef<Data extends TaskData = TaskData> {
  /**
   * `bundle-expires`; a provider's begins with its slug, as in
   * `esim-go/deliver-order`.
   */
  readonly kind: string
  /** Absent where it is no provider's. */
  readonly provider?: string
  perform(world: World, data: Data): void
}

/** Defines a kind of task, to be queued with `world.schedule(task, due, data)`. */
export function defineTask<Data extends TaskData>(definition: {
  /** The slug of the provider whose task it is. */
  readonly provider?: string
  /** Unique within the provider, or within `state/`. */
  readonly name: string
  readonly perform: (world: World, data: Data) => void
}): TaskDef<Data> {
  const { provider, name, perform } = definition
  if (provider === undefined) return { kind: name, perform }
  return { kind: `${provider}/${name}`, provider, perform }
}
