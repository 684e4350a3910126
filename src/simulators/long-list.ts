// Long lists of replies: each entry is made when the reply is written, some at a time.
import type { Look } from '../state/record-view.ts'

/** How the entries of a list are made. */
export interface Making {
  readonly entries: readonly unknown[]
  readonly make: (entry: unknown, world: Look) => unknown
}

const makings = new WeakMap<readonly unknown[], Making>()

/**
 * A list for the body of a reply, or for a field of it. It stays empty until the reply is written:
 * then each entry is made out of what was in the world when the handler answered, and held to the
 * spec. For replies of handlers that change nothing: what is wrong with an entry undoes nothing.
 */
export function longList<From, To>(
  entries: readonly From[],
  make: (entry: From, world: Look) => To,
): To[] {
  const list: To[] = []
  // The entries are given to nobody but to what makes something of them: hence the cast.
  makings.set(list, { entries, make: make as Making['make'] })
  return list
}

/** How a list is made; `undefined` where it is there already. */
export function makingOf(list: readonly unknown[]): Making | undefined {
  return makings.get(list)
}
