// The lifecycles of eSIM Go: of its orders, and what its API does to the service of an eSIM.
import type { Lifecycle } from '../../state/lifecycle.ts'
import { type Machine, machineOf, serviceMachine } from '../../state/machine.ts'
import { SLUG } from './records.ts'

/** An order is delivered; the rest of its life is that of its bundles. */
export const orderLifecycle = {
  processing: { deliver: 'completed' },
  completed: {},
} as const satisfies Lifecycle<'processing' | 'completed', 'deliver'>

const service = serviceMachine(SLUG, 'active', {
  suspend: 'the eSIM is suspended (v2.5)',
  resume: 'the eSIM is unsuspended (v2.5)',
  cease: 'the eSIM is deleted, by the API or as it was idle',
})

const order = machineOf<'processing' | 'completed', 'deliver'>({
  name: 'order',
  says: 'An order. Its delivery takes as long as the setting for it says.',
  provider: SLUG,
  table: orderLifecycle,
  initial: 'processing',
  states: {
    processing: 'it is paid, and its bundles are still to come',
    completed: 'its bundles are there',
  },
  moves: { deliver: 'its bundles are delivered' },
})

export const machines: readonly Machine[] = [service, order]
