// The worlds that this replica holds: what the leases write down and what the store writes under.

/** A world that is held. */
export interface HeldWorld {
  /** Of its row in `worlds`. */
  readonly id: number
  /** The number it was taken under. */
  readonly fence: number
}

/** What the leases of a replica and its store have in common. */
export interface Held {
  /** By their names. Taking or claiming a world puts it in, letting go of it or losing it takes it out. */
  readonly worlds: Pick<Map<string, HeldWorld>, 'get' | 'has' | 'set' | 'delete' | 'size' | 'keys'>
  /** How many lives the worlds of a name had that are gone, for names that were claimed or noted here. */
  readonly lives: Map<string, number>
  /** Is told of each world that is taken out, and of each that is put in under another fence. */
  onLeft(listener: (world: string, left: HeldWorld) => void): void
}

export function openHeld(): Held {
  const worlds = new Map<string, HeldWorld>()
  let tell = (_world: string, _left: HeldWorld) => {}

  function leave(world: string): boolean {
    const left = worlds.get(world)
    if (!left) return false
    worlds.delete(world)
    tell(world, left)
    return true
  }

  return {
    worlds: {
      get: (world) => worlds.get(world),
      has: (world) => worlds.has(world),
      set(world, held) {
        const before = worlds.get(world)
        if (before?.id !== held.id || before.fence !== held.fence) leave(world)
        return worlds.set(world, held)
      },
      delete: leave,
      get size() {
        return worlds.size
      },
      keys: () => worlds.keys(),
    },
    lives: new Map(),
    onLeft(listener) {
      tell = listener
    },
  }
}
