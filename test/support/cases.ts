// How much of a long proof is run: a part of its cases, or all of them by hand before a release.

/** Whether all of it is asked for. */
export const RUNS_ALL = process.env.ESIMULATOR_CASES === 'all'

/**
 * Every third of many cases, where not all of them are asked for.
 * @param from the first of them, 0, 1 or 2
 */
export function everyThird<T>(cases: readonly T[], from = 0): readonly T[] {
  return RUNS_ALL ? cases : cases.filter((_, at) => at % 3 === from)
}
