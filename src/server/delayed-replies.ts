// Replies, and requests, that wait for a task of the world: for its clock to come so far.
import type { Change } from '../state/collection.ts'
import { reasonOf } from '../state/reason.ts'
import { tasks } from '../state/task-queue.ts'
import type { World } from '../state/world.ts'
import type { Wait } from './exchange.ts'
import type { Runner } from './runner.ts'
import { alarm } from './ticker.ts'

/** How many calls of a world may wait at once before they are carried out, or for its clock. */
export const MOST_DELAYED = 1000

export interface DelayedReplies {
  /** How many wait now. */
  readonly waiting: number
  /**
   * Calls `then` in the very moment the task is done with, so that the clock shows its time.
   * @param then told whether the world has begun another life instead
   */
  until(task: number, then: (isOver: boolean) => void): void
  /**
   * Resolves with what `then` returns, called once the wait is over and the world has caught up with
   * its clock; with `undefined` where the world has begun another life meanwhile.
   */
  wait<T>(wait: Wait, then: () => T): Promise<T | undefined>
  /** Told of what each transaction changed, once it is committed. */
  follow(changes: readonly Change[]): void
  /** Lets go of all that wait: another life of the world has begun. */
  abandon(): void
}

/** @param runner of the world, once that is there */
export function openDelayedReplies(
  world: World,
  runner: () => Runner,
  report: (sentence: string) => void,
): DelayedReplies {
  const waiting = new Map<string, ((isOver: boolean) => void)[]>()

  let onWall = 0

  function release(task: string, isOver: boolean): void {
    const released = waiting.get(task) ?? []
    waiting.delete(task)
    for (const then of released) {
      try {
        then(isOver)
      } catch (error) {
        report(`a delayed reply of world ${world.name} was lost: ${reasonOf(error)}`)
      }
    }
  }

  function until(task: number, then: (isOver: boolean) => void): void {
    const key = String(task)
    if (world.in(tasks).has(key)) waiting.set(key, [...(waiting.get(key) ?? []), then])
    else then(false)
  }

  return {
    get waiting() {
      return waiting.size + onWall
    },
    until,
    wait(wait, then) {
      const { epoch } = world
      return new Promise((done, fail) => {
        const goOn = (isOver: boolean) => {
          if (isOver || world.epoch !== epoch) return done(undefined)
          try {
            // A task is done with at its own time: all that came due before it has been done.
            if ('wall' in wait) runner().catchUp()
            done(then())
          } catch (error) {
            fail(error)
          }
        }
        if ('wall' in wait) {
          onWall += 1
          alarm(() => {
            onWall -= 1
            goOn(false)
          }).set(wait.wall)
        } else until(wait.task, goOn)
        if (runner().nudged) runner().wake()
      })
    },
    follow(changes) {
      if (waiting.size === 0) return
      for (const { collection, key, after } of changes)
        if (collection === tasks.name && after === undefined) release(key, false)
    },
    abandon() {
      for (const task of [...waiting.keys()]) release(task, true)
    },
  }
}
