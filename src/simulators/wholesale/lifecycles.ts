// The lifecycles of the wholesale API: of its requests, and what they do to the service of a line.
import type { Lifecycle } from '../../state/lifecycle.ts'
import { type Machine, machineOf, serviceMachine } from '../../state/machine.ts'
import { SLUG } from './records.ts'

type State = 'InProgress' | 'Success' | 'Failed'
type Event = 'settle' | 'fail'

/** A request settles once, and stays so. */
export const requestLifecycle = {
  InProgress: { settle: 'Success', fail: 'Failed' },
  Success: {},
  Failed: {},
} as const satisfies Lifecycle<State, Event>

const service = serviceMachine(SLUG, 'inactive', {
  activate: 'an activation settles',
  suspend: 'a suspension settles',
  resume: 'a resumption settles',
  cease: 'a cessation settles',
  reactivate: 'a reactivation settles',
})

const request = machineOf<State, Event>({
  name: 'order',
  says: 'A request, which the API acknowledges before it is carried out: a transaction.',
  provider: SLUG,
  table: requestLifecycle,
  initial: 'InProgress',
  states: {
    InProgress: 'it is acknowledged and being provisioned',
    Success: 'it is carried out, and the partner was told',
    Failed: 'it was not carried out, and the partner was told',
  },
  moves: { settle: 'provisioning has succeeded', fail: 'provisioning has failed' },
})

export const machines: readonly Machine[] = [service, request]
