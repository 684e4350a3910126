// Kinds of tasks: what happens when something is due.
import { defined } from './defined.ts'
import type { TaskData } from './task-queue.ts'
import type { World } from './world.ts'

/** What a task is to people who look at what is due. */
export interface ShownAs {
  /** A short word that stays: `bundle`, `order`, `sim`. */
  readonly kind: string
  /** What happens then, in one plain sentence without a full stop. */
  readonly says: string
  /** The SIM it is about, where its data names none by `iccid` or `bundle`. */
  readonly iccidOf?: (world: World, data: Readonly<Record<string, string>>) => string | undefined
}

/** A kind of task and what it does, in a transaction at the instant it is due. */
export interface TaskDef<Data extends TaskData = TaskData> {
  /**
   * `bundle-expires`; a provider's begins with its slug, as in
   * `esim-go/deliver-order`.
   */
  readonly kind: string
  /** Absent where it is no provider's. */
  readonly provider?: string
  /** Absent: it is shown by its kind. */
  readonly shownAs?: ShownAs
  perform(world: World, data: Data): void
}

/** Defines a kind of task, to be queued with `world.schedule(task, due, data)`. */
export function defineTask<Data extends TaskData>(definition: {
  /** The slug of the provider whose task it is. */
  readonly provider?: string
  /** Unique within the provider, or within `state/`. */
  readonly name: string
  readonly shownAs?: ShownAs
  readonly perform: (world: World, data: Data) => void
}): TaskDef<Data> {
  const { provider, name, shownAs, perform } = definition
  const kind = provider === undefined ? name : `${provider}/${name}`
  return defined({ kind, provider, shownAs, perform })
}
