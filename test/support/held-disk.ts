// A disk that holds back its n-th operation until it is let go, while others go on.
import { type Disk, realDisk } from '../../src/stores/disk.ts'

export interface HeldDisk extends Disk {
  /** Counts operations from here on, and holds the `at`-th, from 1. */
  hold(at: number): void
  /** Resolves with `held` when that one was asked for. */
  readonly reached: Promise<'held'>
  /** Lets it go, and holds no other. */
  release(): void
}

export function heldDisk(): HeldDisk {
  let left = Number.POSITIVE_INFINITY
  let reach = (_: 'held') => {}
  const reached = new Promise<'held'>((resolve) => {
    reach = resolve
  })
  let letGo = () => {}
  const released = new Promise<void>((resolve) => {
    letGo = resolve
  })

  async function pass(): Promise<void> {
    left -= 1
    if (left !== 0) return
    reach('held')
    await released
  }

  /** The same operation, which waits where it is the one. */
  function held<A extends unknown[], T>(operation: (...given: A) => Promise<T>) {
    return async (...given: A): Promise<T> => {
      await pass()
      return operation(...given)
    }
  }

  return {
    ...realDisk,
    open: held(realDisk.open),
    readFile: held(realDisk.readFile),
    readdir: held(realDisk.readdir),
    stat: held(realDisk.stat),
    rename: held(realDisk.rename),
    remove: held(realDisk.remove),
    hold(at) {
      left = at
    },
    reached,
    release() {
      left = Number.POSITIVE_INFINITY
      letGo()
    },
  }
}
