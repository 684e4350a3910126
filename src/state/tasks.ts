// What is due: tasks in the order of their due time, then of their queueing.
import { type Collection, defineCollection, sortable } from './collection.ts'
import type { World } from './world.ts'

/** What a task is told when its time comes; texts, so that it can be kept. */
export type TaskData = Readonly<Record<string, string>>

/** Something that will happen. */
export interface Task {
  readonly id: number
  /** The kind of its definition. */
  readonly kind: string
  /** Virtual ms since the epoch. */
  readonly due: number
  readonly data: TaskData
}

/** A kind of task and what it does, in a transaction at the instant it is due. */
export interface TaskDef<Data extends TaskData = TaskData> {
  /** `bundle-expires`; a provider's begins with its slug, as in `esim-go/deliver-order`. */
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

/** The kind of task that attempts a callback: it waits for a receiver, so it is not performed but awaited. */
export const DELIVER = 'deliver-callback'

const dueOrder = (task: Task) => sortable(task.due) + sortable(task.id)

export const tasks = defineCollection<Task>({
  name: 'tasks',
  key: (task) => String(task.id),
  indexes: {
    performed: (task) => (task.kind === DELIVER ? undefined : dueOrder(task)),
    deliveries: (task) => (task.kind === DELIVER ? dueOrder(task) : undefined),
  },
})

/** What is due first, a callback's attempt or anything else. */
export function firstTask(queue: Collection<Task>): Task | undefined {
  const task = queue.first('performed')
  const attempt = queue.first('deliveries')
  if (!task || !attempt) return task ?? attempt
  return dueOrder(task) < dueOrder(attempt) ? task : attempt
}
