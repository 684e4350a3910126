// The bounds of a run of workflows: what goes round for ever is ended, what is large is cut, and both are told.

export const STEP_BUDGET = 1000
/** Seconds that retries may wait for in all: two years. */
export const WAIT_BUDGET = 2 * 366 * 86_400

/** The longest an answer may take, in wall ms: an advance of a year may take a minute. */
export const LONGEST_ANSWER = 120_000
/** Bytes of an answer at most. */
export const LARGEST_ANSWER = 64 * 1024 * 1024

/** Characters of one body or value that a result keeps. */
export const LONGEST_KEPT = 32 * 1024
/** Characters of all bodies of a case that are kept so; of what comes then, so many. */
export const MOST_KEPT = 256 * 1024
export const LEAST_KEPT = 1000
