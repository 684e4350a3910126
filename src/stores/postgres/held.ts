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
  readonly worlds: Map<string, HeldWorld>
  /** How many lives the worlds of a name had that are gone, for names that were claimed or noted here. */
  readonly lives: Map<string, number>
}

export function openHeld(): Held {
  return { worlds: new Map(), lives: new Map() }
}
