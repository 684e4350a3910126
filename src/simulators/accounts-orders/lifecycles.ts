// The lifecycles of accounts-orders: of orders and subscriptions, and what they do to the service of a SIM.
import type { Lifecycle } from '../../state/lifecycle.ts'
import { type Machine, machineOf, serviceMachine } from '../../state/machine.ts'
import { SLUG } from './records.ts'

type OrderState = 'pending' | 'completed' | 'canceled'
type OrderEvent = 'complete' | 'cancel'

/** An order is carried out, or leaves nothing. */
export const orderLifecycle = {
  pending: { complete: 'completed', cancel: 'canceled' },
  completed: {},
  canceled: {},
} as const satisfies Lifecycle<OrderState, OrderEvent>

/** A subscription ends with its plan, for good. */
export const subscriptionLifecycle = {
  active: { terminate: 'terminated' },
  terminated: {},
} as const satisfies Lifecycle<'active' | 'terminated', 'terminate'>

const service = serviceMachine(SLUG, 'active', {
  suspend: 'an order suspends the subscription',
  resume: 'an order resumes the subscription',
  cease: 'the subscription ends, or another SIM takes the place of this one',
})

const order = machineOf<OrderState, OrderEvent>({
  name: 'order',
  says: 'An order: an activation, or a change of a subscription.',
  provider: SLUG,
  table: orderLifecycle,
  initial: 'pending',
  states: {
    pending: 'it is accepted, and still to be carried out',
    completed: 'it is carried out',
    canceled: 'it was not carried out, and leaves nothing',
  },
  moves: { complete: 'it is carried out', cancel: 'it cannot or may not be carried out' },
})

const subscription = machineOf<'active' | 'terminated', 'terminate'>({
  name: 'subscription',
  says: 'A subscription: a number, a SIM and a plan.',
  provider: SLUG,
  table: subscriptionLifecycle,
  initial: 'active',
  states: { active: 'its plan runs', terminated: 'its plan has ended' },
  moves: { terminate: 'the term of its plan is over' },
})

export const machines: readonly Machine[] = [service, order, subscription]
