// What a simulator has acknowledged, by world and life, and what may be otherwise after a kill.

/** `buffered` may lose what was acknowledged less than this before a kill, in ms. */
const BUFFERED = 100

/** The books of one state folder. */
export function openLedger(durability) {
  const worlds = new Map()
  let lives = 0

  /** True for what was acknowledged so early that a kill may not undo it. */
  const holds = (at, killed) => durability !== 'buffered' || at < killed - BUFFERED

  /** From a creation, a reset or an import of a world to the next of them. */
  function newLife(fields) {
    lives += 1
    return {
      number: lives,
      /** Wall time it was acknowledged at. */
      at: Number.NEGATIVE_INFINITY,
      seed: undefined,
      credentials: {},
      /** What was acknowledged in it, each with its wall time. */
      writes: [],
      /** The latest time of the world that it showed. */
      shown: '',
      iccids: [],
      tokens: {},
      ...fields,
    }
  }

  return {
    worlds,
    holds,
    /** A world that is asked for, or was found. `mayBe` stands for one that may be there or not. */
    add(name, mayBe) {
      const world = { name, lives: [], life: undefined, pending: undefined, busy: false, mayBe }
      worlds.set(name, world)
      return world
    },
    /** A life is acknowledged: what is asked from now on is asked of it. */
    begin(world, fields) {
      const life = newLife({ at: Date.now(), ...fields })
      world.lives.push(life)
      Object.assign(world, { life, pending: undefined, mayBe: false })
      return life
    },
    /** What was asked of a world was refused: it goes on as it was. */
    goOn(world) {
      Object.assign(world, { life: world.lives.at(-1), pending: undefined })
    },
    /** The lives a world may be in after a kill: the last that holds, those after it, and the one asked for. */
    candidates({ lives: all, pending }, killed) {
      const last = all.findLastIndex(({ at }) => holds(at, killed))
      const known = all.slice(Math.max(last, 0))
      return pending?.begins ? [...known, newLife(pending.begins)] : known
    },
    /** After a kill: the world is in this life, as it was found. */
    settle(world, life, { seed, credentials }) {
      const kept = life ?? newLife({})
      Object.assign(kept, { at: Number.NEGATIVE_INFINITY, seed, credentials })
      Object.assign(world, { lives: [kept], life: kept, pending: undefined, mayBe: false })
      world.busy = false
    },
  }
}

/** Notes a write where the life it was asked of still goes on. */
export function note(world, life, write) {
  if (life === undefined || world.life !== life) return
  life.writes.push({ at: Date.now(), ...write })
}

/** Notes which time a world showed. @param now ISO 8601 */
export function noteTime(world, life, now) {
  if (life === undefined || world.life !== life || typeof now !== 'string') return
  if (now > life.shown) life.shown = now
}
