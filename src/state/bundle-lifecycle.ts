// Every legal move of a bundle on a SIM, but for those that only one provider knows.
import type { Lifecycle } from './lifecycle.ts'

export type BundleState = 'processing' | 'queued' | 'active' | 'depleted' | 'expired'
export type BundleEvent = 'process' | 'start' | 'deplete' | 'expire'

/** A depleted bundle still expires at its end. */
export const bundleLifecycle: Lifecycle<BundleState, BundleEvent> = {
  processing: { process: 'queued' },
  queued: { start: 'active' },
  active: { deplete: 'depleted', expire: 'expired' },
  depleted: { expire: 'expired' },
  expired: {},
}
