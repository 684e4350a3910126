// Orders: checked and kept as pending, then completed or canceled when their time has come.
import { defined } from '../../state/defined.ts'
import { addDuration } from '../../state/duration.ts'
import { can } from '../../state/lifecycle.ts'
import { Refusal } from '../../state/refusal.ts'
import { serviceLifecycle } from '../../state/sim-lifecycle.ts'
import { moveService } from '../../state/sims.ts'
import { defineTask } from '../../state/tasks.ts'
import type { World } from '../../state/world.ts'
import type { AccountsOrdersRefusal } from './errors.ts'
import { mintId } from './ids.ts'
import { orderLifecycle } from './lifecycles.ts'
import { CANCELED_EMAIL, CANCELED_EMPLOYEE } from './magic-values.ts'
import { mailProfile } from './messaging.ts'
import type {
  Account,
  Order,
  ReservedSim,
  Schemas,
  Subscriber,
  Subscription,
  Template,
} from './records.ts'
import { accounts, folded, orders, SLUG, subscribers, subscriptions, templates } from './records.ts'
import { nextNumber, reserveSim } from './reservations.ts'
import { settings } from './settings.ts'
import { templateId } from './strictness.ts'
import { putSim, replaceSim, simOf, subscribe } from './subscriptions.ts'

type OrderRequest = Schemas['OrderRequest']
type RequestWith<K extends keyof OrderRequest> = OrderRequest & Required<Pick<OrderRequest, K>>
type ActivationRequest = RequestWith<'account_id' | 'subscriber' | 'sim_profile'>
type ChangeRequest = RequestWith<'subscription_id'>
/** What an order is about, beside what every order has. */
type Subject = Omit<Order, 'id' | 'status' | 'type' | 'reason'>

/** Somebody there is, or will be once a pending order is completed. */
function findSubscriber(
  world: World,
  index: 'email' | 'employee',
  text: string | undefined,
): Subscriber | undefined {
  if (text === undefined) return undefined
  const [subscriber] = world.in(subscribers).matching(index, folded(text))
  return subscriber ?? world.in(orders).matching(index, folded(text))[0]?.subscriber
}

/**
 * The subscriber an order names: one there is, as it is, or a new one.
 * @throws Refusal `two-subscribers`
 */
function subscriberOf(world: World, { subscriber }: ActivationRequest): Subscriber {
  const { first_name, last_name, email, employee_id, group } = subscriber
  const byEmail = findSubscriber(world, 'email', email)
  const byEmployee = findSubscriber(world, 'employee', employee_id)
  if (byEmail && byEmployee && byEmail.id !== byEmployee.id)
    throw new Refusal<AccountsOrdersRefusal>(
      'two-subscribers',
      `${email} is subscriber ${byEmail.id}, and employee ${employee_id} is ${byEmployee.id}`,
    )
  return (
    byEmail ??
    byEmployee ??
    defined({ id: mintId(world, 'sbr'), first_name, last_name, email, employee_id, group })
  )
}

/** The account an order names. @throws Refusal `unknown-account`, `inactive-account` */
function accountOf(world: World, { account_id: id }: ActivationRequest): Account {
  const account = world.in(accounts).get(id)
  if (!account)
    throw new Refusal<AccountsOrdersRefusal>('unknown-account', `there is no account ${id}`)
  if (account.status !== 'active')
    throw new Refusal<AccountsOrdersRefusal>(
      'inactive-account',
      `account ${id} is ${account.status}`,
    )
  return account
}

/** The template an order names, if any. @throws Refusal `unknown-template` */
function templateOf(world: World, { template_id: id }: ActivationRequest): Template | undefined {
  const template = world.in(templates).get(templateId(id ?? ''))
  if (!template && id !== undefined)
    throw new Refusal<AccountsOrdersRefusal>('unknown-template', `there is no order template ${id}`)
  return template
}

/** What an order keeps of the SIM profile it asks for. */
function profileOf(
  world: World,
  { delivery }: NonNullable<OrderRequest['sim_profile']>,
): Pick<Order, 'sim' | 'delivery'> {
  const { type, to = [], cc } = delivery
  return {
    sim: reserveSim(world),
    delivery: type === 'api' ? { type } : defined({ type, to, cc }),
  }
}

/**
 * @throws Refusal `unknown-account`, `inactive-account`, `unknown-template`,
 * `two-subscribers`
 */
function activationOf(world: World, request: ActivationRequest): Subject {
  const account = accountOf(world, request)
  const template = templateOf(world, request)
  const country = template?.country ?? account.country
  return {
    account_id: account.id,
    subscription_id: mintId(world, 'sub'),
    ...defined({ template: template?.id }),
    subscriber: subscriberOf(world, request),
    phone_numbers: [{ msisdn: nextNumber(world, country), is_primary: true, country }],
    ...profileOf(world, request.sim_profile),
  }
}

/**
 * The subscription a change is for.
 * @throws Refusal `unknown-subscription`, `wrong-account`, `terminated-subscription`,
 *   `order-pending`
 */
function subscriptionOf(
  world: World,
  { subscription_id, account_id }: ChangeRequest,
): Subscription {
  const subscription = world.in(subscriptions).get(subscription_id)
  if (!subscription)
    throw new Refusal<AccountsOrdersRefusal>(
      'unknown-subscription',
      `there is no subscription ${subscription_id}`,
    )

  if (account_id !== undefined && account_id !== subscription.account)
    throw new Refusal<AccountsOrdersRefusal>(
      'wrong-account',
      `subscription ${subscription_id} is one of account ${subscription.account}, ` +
        `and not of ${account_id}`,
    )
  if (subscription.status === 'terminated')
    throw new Refusal<AccountsOrdersRefusal>(
      'terminated-subscription',
      `subscription ${subscription.id} is terminated`,
    )
  const [pending] = world.in(orders).matching('pending', folded(subscription.id))
  if (pending)
    throw new Refusal<AccountsOrdersRefusal>(
      'order-pending',
      `order ${pending.id} for subscription ${subscription.id} is pending`,
    )
  return subscription
}

/** The event of the service's lifecycle that an order is for. */
function serviceEventOf({ type }: Pick<Order, 'type'>): 'suspend' | 'resume' {
  return type === 'suspend_subscription' ? 'suspend' : 'resume'
}

/**
 * @throws Refusal as `subscriptionOf`; `wrong-state` where the SIM's service
 * knows no such move
 */
function changeOf(world: World, request: ChangeRequest): Subject {
  const subscription = subscriptionOf(world, request)
  const subject = { account_id: subscription.account, subscription_id: subscription.id }
  if (request.type === 'change_sim_profile' && request.sim_profile)
    return { ...subject, ...profileOf(world, request.sim_profile) }

  const state = simOf(world, subscription)?.service ?? 'ceased'
  const event = serviceEventOf(request)
  if (can(serviceLifecycle, state, event)) return subject
  throw new Refusal(
    'wrong-state',
    `subscription ${subscription.id} is ${state}: it cannot ${event}`,
  )
}

/**
 * Keeps an order as pending; nothing of it is there until it is completed.
 * @param id drawn unless given: only a named state gives one
 * @throws Refusal naming the reference that is wrong
 */
export function placeOrder(world: World, request: OrderRequest, id?: string): Order {
  const { type, reason } = request
  // The spec has seen to it that each type comes with the fields it needs: hence the casts.
  const subject =
    type === 'activate_subscription'
      ? activationOf(world, request as ActivationRequest)
      : changeOf(world, request as ChangeRequest)
  const order: Order = {
    id: id ?? mintId(world, 'order'),
    status: 'pending',
    type,
    ...subject,
    ...defined({ reason }),
  }
  const due = addDuration(world.now, world.settings(settings).orderProcessing)
  world.schedule(completeOrder, due, { order: order.id })
  return world.in(orders).put(order)
}

/** What an order for a new subscription reserved. */
interface Reserved {
  readonly subscriber: Subscriber
  readonly sim: ReservedSim
  readonly number: Schemas['PhoneNumber']
}

function activate(world: World, order: Order, { subscriber, sim, number }: Reserved): void {
  if (!world.in(subscribers).has(subscriber.id)) world.in(subscribers).put(subscriber)
  const template = world.in(templates).get(order.template ?? '')
  const { msisdn, country } = number
  const { iccid } = putSim(world, sim, msisdn)
  const subscription: Subscription = {
    id: order.subscription_id,
    account: order.account_id,
    subscriber: subscriber.id,
    iccid,
    msisdn,
    country,
    services: template?.services ?? ['voice', 'sms', 'data'],
    status: 'active',
    createdAt: world.now,
  }
  subscribe(world, subscription, template?.offerings ?? [])
}

/** Does what an order is for; false where it can no longer be done. */
function carryOut(world: World, order: Order): boolean {
  const { subscriber, sim, phone_numbers: [number] = [] } = order
  if (subscriber && sim && number) {
    activate(world, order, { subscriber, sim, number })
    return true
  }

  const subscription = world.in(subscriptions).get(order.subscription_id)
  const currentSim = subscription && simOf(world, subscription)
  if (subscription?.status !== 'active' || !currentSim) return false
  if (sim) replaceSim(world, subscription, sim)
  else moveService(world, currentSim, serviceEventOf(order))
  return true
}

/**
 * True where an order is to be canceled: by the setting, or by its magic
 * subscriber.
 */
function isCanceledByRule(world: World, order: Order): boolean {
  const owner = world.in(subscriptions).get(order.subscription_id)?.subscriber ?? ''
  const subscriber = order.subscriber ?? world.in(subscribers).get(owner)
  const { email = '', employee_id = '' } = subscriber ?? {}
  return (
    world.settings(settings).orderOutcome === 'canceled' ||
    CANCELED_EMAIL.test(email) ||
    CANCELED_EMPLOYEE.test(employee_id)
  )
}

/** An order's time has come: it is completed, or canceled and leaves nothing. */
export const completeOrder = defineTask({
  provider: SLUG,
  name: 'settle-order',
  shownAs: {
    kind: 'order',
    says: 'the order is completed, or canceled',
    iccidOf: (world, { order = '' }) => {
      const { subscription_id = '' } = world.in(orders).get(order) ?? {}
      return world.in(subscriptions).get(subscription_id)?.iccid
    },
  },
  perform(world, { order: id }: { order: string }) {
    const order = world.in(orders).get(id)
    if (order?.status !== 'pending') return
    const done = !isCanceledByRule(world, order) && carryOut(world, order)
    const { complete, cancel } = orderLifecycle.pending
    world.in(orders).put({ ...order, status: done ? complete : cancel })
    if (done) mailProfile(world, order)
  },
})
