// Long work in turns: everybody else is served between two of them.

/** How long one piece of work holds the thread before others get their turn, in wall ms. */
export const TURN = 5

/** Long work that waits for its next turn: one goes on at a time, however much there is. */
const waiting: (() => void)[] = []

function goOn(): void {
  waiting.shift()?.()
  if (waiting.length > 0) setImmediate(goOn)
}

/** Lets others have their turn. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve)
    if (waiting.length === 1) setImmediate(goOn)
  })
}

/** The turns of one piece of long work. */
export interface Turns {
  /** Resolves when the next turn begins; `undefined` while this one lasts. Asked after each step. */
  over(): Promise<void> | undefined
}

/** Begins a first turn. */
export function openTurns(): Turns {
  let began = performance.now()
  return {
    over() {
      if (performance.now() - began < TURN) return undefined
      return breathe().then(() => {
        began = performance.now()
      })
    },
  }
}
