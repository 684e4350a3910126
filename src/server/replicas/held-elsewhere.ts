// A world that another replica has: what is asked of it is passed on.
import type { Replica } from '../../stores/leases.ts'

/** Thrown where a world is asked for that another replica has. */
export class HeldElsewhere extends Error {
  override readonly name = 'HeldElsewhere'
  readonly world: string
  readonly replica: Replica

  constructor(world: string, replica: Replica) {
    super(`the world "${world}" is held by the replica ${replica.id}: try again`)
    this.world = world
    this.replica = replica
  }
}
