// What is asked beside the steps of a case, when they are done: every probe there is.
import { FILTER_PROBES } from './probes/filters.ts'
import { PAGE_PROBES } from './probes/pages.ts'
import type { Probe } from './probes/probe.ts'
import { READ_PROBES } from './probes/reads.ts'
import { REFUSAL_PROBES } from './probes/refusals.ts'
import { REPEAT_PROBES } from './probes/repeats.ts'

export const PROBES: readonly Probe[] = [
  ...REFUSAL_PROBES,
  ...READ_PROBES,
  ...PAGE_PROBES,
  ...FILTER_PROBES,
  ...REPEAT_PROBES,
]
