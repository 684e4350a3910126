// Requests that wait for a world which is not open yet: how many may, and what the others are told.
import { Refusal } from '../../state/refusal.ts'

/** How many requests may wait at once for a world that is being opened or taken over. */
export const MOST_WAITING = 1000

export interface Crowd {
  /**
   * Counts one that waits for a world until `arrival` has settled.
   * @throws Refusal `writes-refused` where too many wait already
   */
  wait<T>(world: string, arrival: () => Promise<T>): Promise<T>
}

export function openCrowd(most = MOST_WAITING): Crowd {
  const waiting = new Map<string, number>()
  return {
    async wait(world, arrival) {
      const others = waiting.get(world) ?? 0
      if (others >= most) {
        const why = `${most} requests wait for the world "${world}" to be opened already`
        throw new Refusal('writes-refused', `${why}: try again`)
      }
      waiting.set(world, others + 1)
      try {
        return await arrival()
      } finally {
        const left = (waiting.get(world) ?? 1) - 1
        if (left > 0) waiting.set(world, left)
        else waiting.delete(world)
      }
    },
  }
}
