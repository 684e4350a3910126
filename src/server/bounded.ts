// Bounds on what a request can make us say: how many problems and names are told, and how much of each.

/** How many problems, names or places are told of one request. */
export const MOST_TOLD = 20

export const LONGEST_NAME = 120

/** A name somebody sent, cut where it is long; copied, so that the rest of it is not kept. */
export function shortName(name: string): string {
  if (name.length <= LONGEST_NAME) return name
  return `${Buffer.from(name.slice(0, LONGEST_NAME)).toString()}...`
}

/** Adds to a list of what is told; what is too many is told as that. */
export function tell(list: string[], what: string): void {
  if (list.length < MOST_TOLD) list.push(what)
  else if (list.length === MOST_TOLD) list.push('and more')
}

/** True where nothing more is told. */
export function isFull(list: readonly string[]): boolean {
  return list.length > MOST_TOLD
}
