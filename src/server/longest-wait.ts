// How long a client may be kept waiting on the wall clock.
import { addDuration } from '../state/duration.ts'

/** In ms. */
export const LONGEST_WAIT = addDuration(0, 'P1D')
