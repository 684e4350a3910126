// Orders: checked and kept as pending, and settled when their time has come.
import { addDuration } from '../../state/duration.ts'
import { mintIccid, mintImsi } from '../../state/identifiers.ts'
import { can } from '../../state/lifecycle.ts'
import { CAPITALS_AND_DIGITS } from '../../state/random.ts'
import { Refusal } from '../../state/refusal.ts'
import { serviceLifecycle } from '../../state/sim-lifecycle.ts'
import { moveService } from '../../state/sims.ts'
import { defineTask } from '../../state/tasks.ts'
import type { World } from '../../state/world.ts'
import type { AccountsOrdersRefusal } from './errors.ts'
import { mintId } from './ids.ts'
import { mailProfile } from './messaging.ts'
import type { Order, ReservedSim, Schemas, Subscriber, Subscription } from './records.ts'
import { accounts, folded, orders, SLUG, subscribers, subscriptions, templates } from './records.ts'
import { settings } from './settings.ts'
import { templateId } from './strictness.ts'
import { putSim, replaceSim, simOf, subscribe } from './subscriptions.ts'

type Wanted = Schemas['OrderRequest']
type With<K extends keyof Wanted> = Wanted & Required<Pick<Wanted, K>>
/** What an order is about, beside what every order has. */
type Content = Omit<Order, 'id' | 'status' | 'type' | 'reason'>

/** The first number of a country, and of all that are not here: in ranges that are kept for films, as far as these go. */
const FIRST_NUMBERS = { US: 12_025_550_100, DE: 4_917_139_200_000, others: 447_700_900_000 }

/** A number nobody has had; one that a canceled order reserved is not given again. */
export function nextNumber(world: World, country: string): string {
  const range = country === 'US' || country === 'DE' ? country : 'others'
  return String(FIRST_NUMBERS[range] + world.next(`${SLUG}.number.${range}`) - 1)
}

export function reserveSim({ random }: World): ReservedSim {
  const matchingId = Array.from({ length: 4 }, () => random.text(5, CAPITALS_AND_DIGITS)).join('-')
  return { iccid: mintIccid(random, '8944538'), imsi: mintImsi(random, '23425'), matchingId }
}

/** Somebody known by that email or employee id, or about to be. */
function known(
  world: World,
  index: 'email' | 'employee',
  text: string | undefined,
): Subscriber | undefined {
  if (text === undefined) return undefined
  return (
    world.in(subscribers).matching(index, folded(text))[0] ??
    world.in(orders).matching(index, folded(text))[0]?.subscriber
  )
}

/** The subscriber an order names: one there is, as it is, or a new one. @throws Refusal `two-subscribers` */
function subscriberOf(world: World, wanted: NonNullable<Wanted['subscriber']>): Subscriber {
  const { first_name, last_name, email, employee_id, group } = wanted
  const [byEmail, byEmployee] = [
    known(world, 'email', email),
    known(world, 'employee', employee_id),
  ]
  if (byEmail && byEmployee && byEmail.id !== byEmployee.id)
    throw new Refusal<AccountsOrdersRefusal>(
      'two-subscribers',
      `${email} is subscriber ${byEmail.id}, and employee ${employee_id} is ${byEmployee.id}`,
    )
  const given = Object.entries({ email, employee_id, group }).filter(
    ([, value]) => value !== undefined,
  )
  return (
    byEmail ??
    byEmployee ?? { id: mintId(world, 'sbr'), first_name, last_name, ...Object.fromEntries(given) }
  )
}

/** What an order keeps of the SIM profile it asks for. */
function profileOf(
  world: World,
  { delivery }: NonNullable<Wanted['sim_profile']>,
): Pick<Order, 'sim' | 'delivery'> {
  const { type, to = [], cc } = delivery
  return {
    sim: reserveSim(world),
    delivery: type === 'api' ? { type } : { type, to, ...(cc ? { cc } : {}) },
  }
}

/** @throws Refusal `unknown-account`, `inactive-account`, `unknown-template`, `two-subscribers` */
function activation(
  world: World,
  wanted: With<'account_id' | 'subscriber' | 'sim_profile'>,
): Content {
  const { account_id, template_id } = wanted
  const account = world.in(accounts).get(account_id)
  if (!account)
    throw new Refusal<AccountsOrdersRefusal>('unknown-account', `there is no account ${account_id}`)
  if (account.status !== 'active')
    throw new Refusal<AccountsOrdersRefusal>(
      'inactive-account',
      `account ${account_id} is ${account.status}`,
    )
  const template = world.in(templates).get(templateId(template_id ?? ''))
  if (!template && template_id !== undefined)
    throw new Refusal<AccountsOrdersRefusal>(
      'unknown-template',
      `there is no order template ${template_id}`,
    )
  const country = template?.country ?? account.country
  return {
    ...{
      account_id,
      subscription_id: mintId(world, 'sub'),
      ...(template ? { template: template.id } : {}),
    },
    subscriber: subscriberOf(world, wanted.subscriber),
    phone_numbers: [{ msisdn: nextNumber(world, country), is_primary: true, country }],
    ...profileOf(world, wanted.sim_profile),
  }
}

/** @throws Refusal `unknown-subscription`, `wrong-account`, `terminated-subscription`, `order-pending` */
function subscriptionOf(
  world: World,
  { subscription_id, account_id }: With<'subscription_id'>,
): Subscription {
  const found = world.in(subscriptions).get(subscription_id)
  if (!found)
    throw new Refusal<AccountsOrdersRefusal>(
      'unknown-subscription',
      `there is no subscription ${subscription_id}`,
    )
  if (account_id !== undefined && account_id !== found.account)
    throw new Refusal<AccountsOrdersRefusal>(
      'wrong-account',
      `subscription ${found.id} is one of account ${found.account}, and not of ${account_id}`,
    )
  if (found.status === 'terminated')
    throw new Refusal<AccountsOrdersRefusal>(
      'terminated-subscription',
      `subscription ${found.id} is terminated`,
    )
  const [open] = world.in(orders).matching('pending', folded(found.id))
  if (open)
    throw new Refusal<AccountsOrdersRefusal>(
      'order-pending',
      `order ${open.id} for subscription ${found.id} is pending`,
    )
  return found
}

/** @throws Refusal as `subscriptionOf`; `wrong-state` where the service of the SIM knows no such move */
function change(world: World, wanted: With<'subscription_id'>): Content {
  const subscription = subscriptionOf(world, wanted)
  const content = { account_id: subscription.account, subscription_id: subscription.id }
  if (wanted.type === 'change_sim_profile' && wanted.sim_profile)
    return { ...content, ...profileOf(world, wanted.sim_profile) }
  const state = simOf(world, subscription)?.service ?? 'ceased'
  if (can(serviceLifecycle, state, eventOf(wanted))) return content
  throw new Refusal(
    'wrong-state',
    `subscription ${subscription.id} is ${state}: it cannot ${eventOf(wanted)}`,
  )
}

const eventOf = ({ type }: Pick<Order, 'type'>) =>
  type === 'suspend_subscription' ? 'suspend' : 'resume'

/** Keeps an order as pending; nothing of it is there until it settles. @throws Refusal naming the reference that is wrong */
export function place(world: World, wanted: Wanted): Order {
  const { type, reason } = wanted
  // The spec has seen to it that each type comes with the fields it needs.
  const content =
    type === 'activate_subscription'
      ? activation(world, wanted as With<'account_id' | 'subscriber' | 'sim_profile'>)
      : change(world, wanted as With<'subscription_id'>)
  const order: Order = {
    id: mintId(world, 'order'),
    status: 'pending',
    type,
    ...content,
    ...(reason === undefined ? {} : { reason }),
  }
  const due = addDuration(world.now, world.settings(settings).orderProcessing)
  world.schedule(settleOrder, due, { order: order.id })
  return world.in(orders).put(order)
}

/** Does what an order is for; false where it can no longer be done. */
function perform(world: World, order: Order): boolean {
  const {
    account_id: account,
    subscription_id: id,
    subscriber,
    sim,
    phone_numbers: [number] = [],
  } = order
  if (subscriber && sim && number) {
    if (!world.in(subscribers).has(subscriber.id)) world.in(subscribers).put(subscriber)
    const { services = ['voice', 'sms', 'data'], offerings = [] } =
      world.in(templates).get(order.template ?? '') ?? {}
    const { msisdn, country } = number
    const { iccid } = putSim(world, sim, msisdn)
    const fixed = { id, account, subscriber: subscriber.id, iccid, msisdn, country, services }
    subscribe(world, { ...fixed, status: 'active', createdAt: world.now }, offerings)
    return true
  }
  const subscription = world.in(subscriptions).get(id)
  const current = subscription && simOf(world, subscription)
  if (subscription?.status !== 'active' || !current) return false
  if (sim) replaceSim(world, subscription, sim)
  else moveService(world, current, eventOf(order))
  return true
}

/** True where an order is to be canceled: by the setting, or by its magic subscriber. */
function isCanceledByRule(world: World, order: Order): boolean {
  const owner = world.in(subscriptions).get(order.subscription_id)?.subscriber ?? ''
  const { email = '', employee_id = '' } =
    order.subscriber ?? world.in(subscribers).get(owner) ?? {}
  return (
    world.settings(settings).orderOutcome === 'canceled' ||
    /^cancel(\+[^@]*)?@/i.test(email) ||
    /^cancel$/i.test(employee_id)
  )
}

/** An order's time has come: it is completed, or canceled and leaves nothing. */
export const settleOrder = defineTask({
  provider: SLUG,
  name: 'settle-order',
  perform(world, { order: id }: { order: string }) {
    const order = world.in(orders).get(id)
    if (order?.status !== 'pending') return
    const done = !isCanceledByRule(world, order) && perform(world, order)
    const status = done ? 'completed' : 'canceled'
    world.in(orders).put({ ...order, status })
    if (done) mailProfile(world, order)
  },
})
