// Named states that take values: accounts, subscriptions and orders that a test names itself.
import { Refusal } from '../../state/refusal.ts'
import { defineState, type NamedState } from '../simulator.ts'
import { mintId } from './ids.ts'
import { placeOrder } from './ordering.ts'
import { accounts, subscribers, subscriptions, templates } from './records.ts'
import { nextNumber, reserveSim } from './reservations.ts'
import { SAMPLE } from './sample-organisation.ts'
import { putSim, subscribe } from './subscriptions.ts'

/** Of subscriptions: what the SIM of one is. */
const SERVICES = { active: 'active', suspended: 'suspended', terminated: 'ceased' } as const

const isStatus = (text: string): text is keyof typeof SERVICES => Object.hasOwn(SERVICES, text)

const idOf = (prefix: string) =>
  ({
    kind: 'text',
    says: `its id, ${prefix}_ and 26 of 0-9 A-Z`,
    pattern: `${prefix}_[0-9A-Z]{26}`,
  }) as const

/** By name; each is laid over what there is. */
export const states = {
  'an account': defineState({
    says: 'the organisation has an account',
    parameters: {
      id: { ...idOf('acc'), fallback: 'acc_01HTQ8VBN4DEJP5S8BPV4650AA' },
      name: { kind: 'text', says: 'its name', fallback: 'NORTHGATE BANK - ANOTHER BRANCH' },
      status: { kind: 'text', says: 'active or closed', fallback: 'active' },
    },
    lay(world, { id, name, status }) {
      if (status !== 'active' && status !== 'closed')
        throw new Refusal('invalid-request', 'status must be active or closed')
      world.in(accounts).put({ id, reference_code: '1234570', name, country: 'GB', status })
    },
  }),
  'a subscription': defineState({
    says: 'a new subscriber of the first account has a subscription',
    parameters: {
      id: { ...idOf('sub'), fallback: 'sub_01HTQ8ZW1JVSFRWJX51K4C0AAA' },
      status: { kind: 'text', says: Object.keys(SERVICES).join(', '), fallback: 'active' },
    },
    lay(world, { id, status }) {
      if (!isStatus(status))
        throw new Refusal('invalid-request', `status must be ${Object.keys(SERVICES).join(', ')}`)
      if (world.in(subscriptions).has(id))
        throw new Refusal('invalid-request', `there is a subscription ${id} already`)
      const person = { first_name: 'Robin', last_name: 'Marsh', employee_id: 'E9901' }
      const subscriber = world.in(subscribers).put({
        id: mintId(world, 'sbr'),
        ...person,
        email: 'robin.marsh@northgate.example',
        group: 'Desk',
      })
      const template = world.in(templates).get(SAMPLE.template)
      const msisdn = nextNumber(world, 'GB')
      const hasLeft = status === 'terminated'
      const { iccid } = putSim(world, reserveSim(world), msisdn, {
        profile: hasLeft ? 'deleted' : 'enabled',
        service: SERVICES[status],
        firstInstalledAt: world.now,
      })
      const own = { id, account: SAMPLE.account, subscriber: subscriber.id, iccid, msisdn }
      const term = hasLeft ? { terminatedAt: world.now } : {}
      const rest = { country: 'GB', services: template?.services ?? [], createdAt: world.now }
      const kept = hasLeft ? 'terminated' : 'active'
      subscribe(world, { ...own, ...rest, ...term, status: kept }, template?.offerings ?? [])
    },
  }),
  'an order being processed': defineState({
    says: 'an order for the first subscription is pending',
    parameters: {
      id: { ...idOf('order'), fallback: 'order_01HZQ8GENA2K171RTJ3Z5F0AAA' },
      type: {
        kind: 'text',
        says: 'suspend_subscription or resume_subscription',
        fallback: 'suspend_subscription',
      },
      subscription: { kind: 'text', says: 'whose it is', fallback: SAMPLE.subscription },
    },
    lay(world, { id, type, subscription }) {
      if (type !== 'suspend_subscription' && type !== 'resume_subscription')
        throw new Refusal(
          'invalid-request',
          'type must be suspend_subscription or resume_subscription',
        )
      placeOrder(world, { type, subscription_id: subscription }, id)
    },
  }),
} satisfies Readonly<Record<string, NamedState>>
