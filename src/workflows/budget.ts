// How much one run of a workflow may take: what goes round for ever is ended, and told.

export const STEP_BUDGET = 1000
/** Seconds that retries may wait for in all: two years. */
export const WAIT_BUDGET = 2 * 366 * 86_400
