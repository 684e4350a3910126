// What is due: tasks in the order of their due time, then of their queueing.
import {
  type Collection,
  defineCollection,
  type Ordered,
  SEPARATOR,
  sortable,
} from './collection.ts'
import { byName, count, fields, instant, name, optional, text } from './shape.ts'

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
  /** How many tasks of the same instant led to it, each queued by the one before. */
  readonly chain?: number
}

/** How long such a chain may get: one that goes on and on would let no time pass. */
export const LONGEST_CHAIN = 1000

/**
 * As much of a task's definition as queueing needs: which kind it is, and what
 * it is told.
 */
export interface TaskKind<Data extends TaskData> {
  readonly kind: string
  perform?(world: never, data: Data): void
}

/**
 * The kind of task that attempts a callback: it is not performed, its receiver
 * is awaited.
 */
export const DELIVER = 'deliver-callback'

const dueOrder = (task: Task) => sortable(task.due) + sortable(task.id)

/** Alike in tasks that would do the same at the same instant. */
export function sameTask({ kind, due, data }: Pick<Task, 'kind' | 'due' | 'data'>): string {
  return kind + SEPARATOR + sortable(due) + SEPARATOR + JSON.stringify(data) + SEPARATOR
}

export const tasks = defineCollection<Task>({
  name: 'tasks',
  key: (task) => String(task.id),
  shape: fields<Task>({
    id: count,
    kind: name,
    due: instant,
    data: byName(text),
    chain: optional(count),
  }),
  indexes: {
    same: sameTask,
    performed: (task) => (task.kind === DELIVER ? undefined : dueOrder(task)),
    deliveries: (task) => (task.kind === DELIVER ? dueOrder(task) : undefined),
  },
})

/** The two parts of the queue, each in the order it is due: what is performed, and attempts at callbacks. */
export const DUE = ['performed', 'deliveries'] as const

/** Tasks of one part of the queue that are due after another, or after an instant, earliest first. */
export function dueAfter(
  queue: Ordered<Task>,
  part: (typeof DUE)[number],
  after: Task | number,
  limit: number,
): Task[] {
  const from = typeof after === 'number' ? sortable(after + 1) : `${dueOrder(after)}\u0001`
  return queue.page(part, { from }, 0, limit)
}

/** What is due first, a callback's attempt or anything else. */
export function firstTask(queue: Collection<Task>): Task | undefined {
  const task = queue.first('performed')
  const attempt = queue.first('deliveries')
  if (!task || !attempt) return task ?? attempt
  return dueOrder(task) < dueOrder(attempt) ? task : attempt
}
