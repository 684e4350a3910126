// The calls of the control API that were to change a world, in order: what was done to it by hand.
import { type Journal, openJournal } from './journal.ts'
import type { Redactor } from './redaction/redactor.ts'

/** How many calls a world remembers, and how much of all of them: characters. */
export const COMMANDS_LENGTH = 500
export const COMMANDS_SIZE = 1_048_576

/** How the life of a world began. */
export interface Beginning {
  /** Virtual ms since the epoch. */
  readonly at: number
  /** The named state it began from; absent where it was none. */
  readonly given?: string
}

export interface Commands {
  readonly kept: Journal
  /** Absent where nobody saw it: the world was kept from an earlier start, or put in as a state. */
  readonly beginning: Beginning | undefined
  /** Forgets all calls: the world begins anew. */
  begin(beginning: Beginning | undefined): void
}

export function openCommands(redactor: Redactor): Commands {
  const kept = openJournal(redactor, undefined, { length: COMMANDS_LENGTH, size: COMMANDS_SIZE })
  let known: Beginning | undefined
  return {
    kept,
    get beginning() {
      return known
    },
    begin(beginning) {
      kept.clear()
      known = beginning
    },
  }
}
